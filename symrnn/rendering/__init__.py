"""Rendering: ready strings in, files out, through strict and logic-free templates."""

from markupsafe import Markup

from symrnn.rendering.files import FileRefused, is_ours, refuse_foreign, refuse_links, write
from symrnn.rendering.render import (MARK, names_read, page, render, rendered, safe, shared,
                                     storage, template_folder)

__all__ = ["MARK", "FileRefused", "Markup", "is_ours", "names_read", "page", "refuse_foreign",
           "refuse_links", "render", "rendered", "safe", "shared", "storage", "template_folder",
           "write"]

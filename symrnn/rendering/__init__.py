"""Rendering: ready strings in, files out, through strict and logic-free templates."""

from markupsafe import Markup

from symrnn.rendering.files import (FileRefused, equations_of, is_ours, put, refuse_foreign,
                                    refuse_links, refuse_others, write)
from symrnn.rendering.render import (MARK, names_read, page, render, rendered, safe, section,
                                     shared, storage, template_folder)

__all__ = ["MARK", "FileRefused", "Markup", "equations_of", "is_ours", "names_read", "page",
           "put", "refuse_foreign", "refuse_links", "refuse_others", "render", "rendered",
           "safe", "section", "shared", "storage", "template_folder", "write"]

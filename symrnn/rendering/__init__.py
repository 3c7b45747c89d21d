"""Rendering: ready strings in, files out, through strict and logic-free templates."""

from symrnn.rendering.files import FileRefused, is_ours, refuse_foreign, refuse_links, write
from symrnn.rendering.render import render, rendered, shared, storage

__all__ = ["FileRefused", "is_ours", "refuse_foreign", "refuse_links", "render", "rendered",
           "shared", "storage", "write"]

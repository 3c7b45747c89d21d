"""Rendering: ready strings in, files out, through strict and logic-free templates."""

from symrnn.rendering.render import render, rendered, shared

__all__ = ["render", "rendered", "shared"]

"""Rendering: ready strings in, files out, through strict and logic-free templates."""

from symrnn.rendering.render import render, rendered

__all__ = ["render", "rendered"]

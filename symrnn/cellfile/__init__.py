"""Cells as text files, ``my.cell``: read, never evaluated, errors with line and caret."""

from symrnn.cellfile.build import parse, read
from symrnn.cellfile.source import CellFileError
from symrnn.cellfile.starter import starter

__all__ = ["CellFileError", "parse", "read", "starter"]

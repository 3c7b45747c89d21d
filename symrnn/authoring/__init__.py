"""Writing cells in Python, and making networks of them."""

from symrnn.authoring.author import Cell
from symrnn.authoring.compose import bidirectional, deep, readout
from symrnn.authoring.registry import Architecture, register, registered
from symrnn.authoring.symbols import t

__all__ = ["Architecture", "Cell", "bidirectional", "deep", "readout", "register", "registered",
           "t"]

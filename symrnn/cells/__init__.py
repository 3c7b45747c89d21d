"""Cells and the networks made of them; each cell is one file."""

from symrnn.cells.author import Cell
from symrnn.cells.symbols import t
from symrnn.cells.compose import bidirectional, deep, readout
from symrnn.cells.elman import elman, jordan
from symrnn.cells.gru import gru
from symrnn.cells.losses import softmax_cross_entropy
from symrnn.cells.lstm import lstm
from symrnn.cells.registry import ARCHITECTURES, Architecture, find

__all__ = ["ARCHITECTURES", "Architecture", "Cell", "bidirectional", "deep", "elman", "find",
           "gru", "jordan", "lstm", "readout", "softmax_cross_entropy", "t"]

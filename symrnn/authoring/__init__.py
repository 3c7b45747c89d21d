"""Writing cells in Python, and making networks of them."""

from symrnn.authoring.arrays import concat, dot, largest, mean, outer, piece, softmax, total
from symrnn.authoring.author import Cell
from symrnn.authoring.compose import bidirectional, deep, readout
from symrnn.authoring.lessons import Lesson
from symrnn.authoring.registry import Architecture, register, registered, teach
from symrnn.authoring.symbols import t

__all__ = ["Architecture", "Cell", "Lesson", "bidirectional", "concat", "deep", "dot", "largest",
           "mean", "outer", "piece", "readout", "register", "registered", "softmax", "t", "teach",
           "total"]

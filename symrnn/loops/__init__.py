"""The loop tree between a schedule and the text of a language: nodes, names, and what holds."""

from symrnn.loops.check import LoopError, checked
from symrnn.loops.expressions import (NULL, ONE, ZERO, Binary, Call, Cast, Choose, Element,
                                      Expression, Formula, Inside, Macro, Member, Name, Size,
                                      Whole, expression, product, replaced, total)
from symrnn.loops.scope import Names
from symrnn.loops.statements import (Argument, Assign, Barrier, Block, Body, Computed, Declare,
                                     For, Function, If, Over, Return, Run, Section, Statement,
                                     Unused)
from symrnn.loops.types import (BFLOAT16, INT, INT8, REAL, SIZE, VECTOR, Pointer, Scalar, Struct,
                                Type, Vector)

__all__ = [
    "BFLOAT16", "INT", "INT8", "NULL", "ONE", "REAL", "SIZE", "VECTOR", "ZERO", "Argument",
    "Assign", "Barrier", "Binary", "Block", "Body", "Call", "Cast", "Choose", "Computed", "Declare",
    "Element", "Expression", "For", "Formula", "Function", "If", "Inside", "LoopError", "Macro",
    "Member", "Name", "Names", "Over", "Pointer", "Return", "Run", "Scalar", "Section", "Size",
    "Statement", "Struct", "Type", "Unused", "Vector", "Whole", "checked", "expression", "product",
    "replaced", "total",
]

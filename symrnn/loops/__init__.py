"""The loop tree between a schedule and the text of a language: nodes, names, and what holds."""

from symrnn.loops.check import LoopError, checked
from symrnn.loops.expressions import (NULL, ONE, ZERO, AddressOf, Aggregate, At, Binary, Call,
                                      Cast, Choose, Element, Expression, Field, Formula, Inside,
                                      Load, Macro, Member, Name, Not, Size, VectorFormula, Whole,
                                      expression, product, replaced, total)
from symrnn.loops.scope import Names
from symrnn.loops.statements import (Argument, Assign, Barrier, Block, Body, Buffer, Computed,
                                     Declare, For, Function, If, Over, Parts, Products, Return,
                                     Run, Section, Statement, Store, Table, Unused)
from symrnn.loops.types import (BFLOAT16, FLOAT16, INT, INT8, REAL, SIZE, VECTOR, Number, Pointer,
                                Scalar, Struct, Type, Vector)

__all__ = [
    "BFLOAT16", "FLOAT16", "INT", "INT8", "NULL", "ONE", "REAL", "SIZE", "VECTOR", "ZERO",
    "AddressOf", "Aggregate", "Argument", "Assign", "At", "Barrier", "Binary", "Block", "Body",
    "Buffer", "Call", "Cast", "Choose", "Computed", "Declare", "Element", "Expression", "Field",
    "For", "Formula", "Function", "If", "Inside", "Load", "LoopError", "Macro", "Member", "Name",
    "Names", "Not", "Number", "Over", "Parts", "Pointer", "Products", "Return", "Run", "Scalar",
    "Section", "Size", "Statement", "Store", "Struct", "Table", "Type", "Unused", "Vector",
    "VectorFormula", "Whole", "checked", "expression", "product", "replaced", "total",
]

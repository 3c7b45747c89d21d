"""The elementary functions: one row each, which formulas, kernels, documents and checks follow.

A function that kernels can make of these belongs into the table of activations
(``functions.py``); one that libm and NumPy have under some name is a row here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import acos, asin, atan, cos, cosh, exp, log, sin, sinh, tan, tanh
from sympy.codegen.cfunctions import expm1, log1p


@dataclass(frozen=True)
class Elementary:
    """A function by the name that cell files, libm and SymPy's printers have for it.

    ``numpy`` is its name in libraries of arrays. ``odd`` tells that f(-x) = -f(x). ``in_vectors``
    marks those for which the header of the fast profile has vectors; others are computed lane by
    lane.
    """

    name: str
    function: Any
    numpy: str
    odd: bool = False
    in_vectors: bool = False

    @property
    def macro(self) -> str:
        """What portable C calls it, so that one file serves both types of numbers."""
        return self.name.upper()


TABLE = (
    Elementary("exp", exp, "exp", in_vectors=True),
    Elementary("log", log, "log", in_vectors=True),
    Elementary("expm1", expm1, "expm1", in_vectors=True),
    Elementary("log1p", log1p, "log1p", in_vectors=True),
    Elementary("tanh", tanh, "tanh", odd=True, in_vectors=True),
    Elementary("sin", sin, "sin", odd=True, in_vectors=True),
    Elementary("cos", cos, "cos", in_vectors=True),
    Elementary("tan", tan, "tan", odd=True),
    Elementary("sinh", sinh, "sinh", odd=True),
    Elementary("cosh", cosh, "cosh"),
    Elementary("asin", asin, "arcsin", odd=True),
    Elementary("acos", acos, "arccos"),
    Elementary("atan", atan, "arctan", odd=True),
)
ELEMENTARY = {row.name: row for row in TABLE}

"""Formulas as a page holds them: expressions and what they belong to, not yet in any notation.

A writer asks its own printer for each. Two formulas are the same only where they are one object,
so that a writer may print each once.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from symrnn.adjoint.derivation import Source
from symrnn.program import Equation, Glyph, Program


@dataclass(frozen=True, eq=False)
class Symbol:
    """A symbol as an equation writes it, with its step in time."""

    program: Program
    name: str


@dataclass(frozen=True, eq=False)
class Letter:
    """A glyph without its step, such as that of a size."""

    glyph: Glyph


@dataclass(frozen=True, eq=False)
class Whole:
    """An equation, from left to right."""

    program: Program
    equation: Equation


@dataclass(frozen=True, eq=False)
class Term:
    """A term of the right-hand side of ``lhs``."""

    program: Program
    lhs: str
    term: Expr


@dataclass(frozen=True, eq=False)
class Value:
    """An expression of sizes and numbers."""

    program: Program
    value: Expr


@dataclass(frozen=True, eq=False)
class Differential:
    """A term of an equation's differential: ``dz = U dh``."""

    program: Program
    source: Source


Formula = Symbol | Letter | Whole | Term | Value | Differential

"""The derivation as a table of LaTeX."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.adjoint import BARS
from symrnn.backends.derivation import contributions
from symrnn.backends.latex_math import LATEX
from symrnn.program import Glyph, Program


@dataclass(frozen=True)
class Step:
    """One contribution: the equation it comes from, its differential, what a cotangent gets."""

    number: str
    rule: str
    local: str
    target: str
    contribution: str


def derivation(program: Program, gradient: Program,
               copied: frozenset[str] = frozenset()) -> tuple[Step, ...]:
    """Every contribution to a cotangent, in the order of the equations that it comes from.

    Cotangents whose equations are ``copied`` from others are left out.
    """
    return tuple(Step("" if one.number is None else f"({one.number})", one.rule.name.lower(),
                      LATEX(one.local), LATEX(one.target), LATEX(one.received))
                 for one in contributions(program, gradient)
                 if one.into.lhs not in copied)


def sent_back(glyph: Glyph) -> Glyph:
    """How a document writes what a step sends back to a remembered symbol."""
    return BARS[0].sent_back(glyph)

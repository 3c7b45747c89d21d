"""The larger, the smaller, the magnitude: formulas in branches, which every stage knows."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Piecewise
from sympy.core.relational import Relational

from symrnn.program.expressions import ZERO


def larger(a: Expr, b: Expr) -> Expr:
    """The larger of two; the first where they tie, and its slope with it."""
    at_least: Any = a >= b
    return Piecewise((a, at_least), (b, True))


def smaller(a: Expr, b: Expr) -> Expr:
    """The smaller of two; the first where they tie, and its slope with it."""
    at_most: Any = a <= b
    return Piecewise((a, at_most), (b, True))


def magnitude(a: Expr) -> Expr:
    """The value without its sign; the slope at zero is 1."""
    at_least: Any = a >= 0
    return Piecewise((a, at_least), (-a, True))


def named_choice(choice: Piecewise) -> tuple[str, tuple[Expr, ...]] | None:
    """``max``, ``min`` or ``abs`` and its arguments, where a formula in branches is one of them."""
    first, last = choice.args[0], choice.args[-1]
    condition = first[1]
    if len(choice.args) != 2 or not isinstance(condition, Relational):
        return None
    a, b = first[0], last[0]
    if condition.rel_op in (">=", ">"):
        low, high = condition.rhs, condition.lhs
    elif condition.rel_op in ("<=", "<"):
        low, high = condition.lhs, condition.rhs
    else:
        return None
    if (high, low) in ((a, ZERO), (ZERO, b)) and a == -b:
        return "abs", (a if high == a else b,)
    return {(high, low): ("max", (a, b)), (low, high): ("min", (a, b))}.get((a, b))

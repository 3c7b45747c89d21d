"""The larger, the smaller, the magnitude: formulas in branches, which every stage knows."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Piecewise


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

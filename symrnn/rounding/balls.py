"""Numbers as balls, a middle and a radius that holds the truth (Arb), for the interpreter.

``EXACT`` are the equations as they are written: what a radius holds is the precision alone, which
can be as high as anybody wants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from flint import arb, ctx
from sympy import Abs, And, E, Expr, Max, Min, Not, Or, Rational, erf, pi
from sympy.functions import sqrt

from symrnn.program import ELEMENTARY
from symrnn.program.activations import copysign
from symrnn.program.interpret import Array, Operations

Truth = bool | None  # None: the balls overlap, so either may be


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Inside, middles have so many bits."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def ball(number: Any) -> arb:
    """A number as a ball; a float is what it is exactly."""
    return number if isinstance(number, arb) else arb(float(number))


def balls(array: Any) -> Array:
    """An array of floats as one of balls."""
    return np.asarray(np.frompyfunc(ball, 1, 1)(array), object)


def constant(expression: Expr) -> arb:
    """A number of a formula."""
    if expression in (pi, E):
        return arb.pi() if expression == pi else arb(1).exp()
    fraction = Rational(expression)
    return arb(int(fraction.p)) / int(fraction.q)


def _less(x: Any, y: Any) -> Truth:
    return True if x < y else False if x >= y else None


def _at_most(x: Any, y: Any) -> Truth:
    return True if x <= y else False if x > y else None


def _equal(x: Any, y: Any) -> Truth:
    return True if x == y else False if x != y else None


def _both(x: Truth, y: Truth) -> Truth:
    return False if False in (x, y) else None if None in (x, y) else True


def _not(x: Truth) -> Truth:
    return None if x is None else not x


def _chosen(condition: Truth, yes: Any, no: Any) -> Any:
    """One of two, or a ball around both where either may be."""
    if condition is None:
        return ball(yes).union(ball(no))
    return yes if condition else no


def _signed(size: Any, sign: Any) -> arb:
    size = abs(ball(size))
    return _chosen(_at_most(0, sign), size, -size)


def entries(function: Callable[..., Any], operands: int) -> Callable[..., Any]:
    """A function of balls, entry by entry."""
    made: Callable[..., Any] = np.frompyfunc(function, operands, 1)
    return made


def _method(name: str) -> Callable[[Any], arb]:
    return lambda x: getattr(ball(x), name)()


EXACT = Operations({
    **{row.function: entries(_method(row.name), 1) for row in ELEMENTARY.values()},
    sqrt: entries(_method("sqrt"), 1), erf: entries(_method("erf"), 1),
    copysign: entries(_signed, 2), Abs: entries(abs, 1),
    Max: entries(lambda x, y: ball(x).max(ball(y)), 2),
    Min: entries(lambda x, y: ball(x).min(ball(y)), 2),
    And: entries(_both, 2), Or: entries(lambda x, y: _not(_both(_not(x), _not(y))), 2),
    Not: entries(_not, 1), "<": entries(_less, 2), "<=": entries(_at_most, 2),
    ">": entries(lambda x, y: _less(y, x), 2), ">=": entries(lambda x, y: _at_most(y, x), 2),
    "==": entries(_equal, 2), "!=": entries(lambda x, y: _not(_equal(x, y)), 2),
}, entries(_chosen, 3), number=constant,
    power=entries(lambda base, exponent: ball(base) ** ball(exponent), 2))

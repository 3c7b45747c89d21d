"""Numbers as balls, a middle and a radius that holds the truth (Arb), for the interpreter.

``EXACT`` are the equations as they are written: what a radius holds is the precision alone, which
can be as high as anybody wants. ``rounding`` has besides, at every operation, the rounding of a
kernel: whatever order it adds in, and wherever it fuses a product with a sum, lies inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, reduce
from operator import mul
from typing import Any

import numpy as np
from flint import arb, ctx
from sympy import Abs, And, E, Expr, Max, Min, Not, Or, Rational, erf, pi
from sympy.functions import sqrt

from symrnn.program import ELEMENTARY, ROWS, SATURATING, Activation
from symrnn.program.activations import copysign
from symrnn.program.interpret import Array, Operations, evaluate

FUNCTION_UNITS = 4  # in the last place: what a function of a library or of the fast header may err
ONCE = (Rational(-1), Rational(1, 2), Rational(2))  # powers that are one rounded operation
READY = ("sigmoid", "sigmoid_tail", "sigmoid_from_tail", "complement_from_tail", "tanh_tail",
         "tanh_from_tail", "slope_from_tail")  # the fast header has them, within FUNCTION_UNITS

WHOLE = 2**10  # so that sums and products of a few have a place in float32

LOST = {"float32": 4.1e-31, "float64": 2.4e-287}  # what is left of a tail that counts as 0
KEPT = frozenset(one.tail for one in SATURATING.values())

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


def _is_whole(number: Any) -> bool:
    """True for a small whole number, such as an index: sums and products of some are exact."""
    return bool(abs(number) < WHOLE and (not isinstance(number, arb) or number.is_exact())
                and float(number).is_integer())


def _entries(function: Callable[..., Any], operands: int) -> Callable[..., Any]:
    """A function of balls, entry by entry."""
    made: Callable[..., Any] = np.frompyfunc(function, operands, 1)
    return made


def _method(name: str) -> Callable[[Any], arb]:
    return lambda x: getattr(ball(x), name)()


EXACT = Operations({
    **{row.function: _entries(_method(row.name), 1) for row in ELEMENTARY.values()},
    sqrt: _entries(_method("sqrt"), 1), erf: _entries(_method("erf"), 1),
    copysign: _entries(_signed, 2), Abs: _entries(abs, 1),
    Max: _entries(lambda x, y: ball(x).max(ball(y)), 2),
    Min: _entries(lambda x, y: ball(x).min(ball(y)), 2),
    And: _entries(_both, 2), Or: _entries(lambda x, y: _not(_both(_not(x), _not(y))), 2),
    Not: _entries(_not, 1), "<": _entries(_less, 2), "<=": _entries(_at_most, 2),
    ">": _entries(lambda x, y: _less(y, x), 2), ">=": _entries(lambda x, y: _at_most(y, x), 2),
    "==": _entries(_equal, 2), "!=": _entries(lambda x, y: _not(_equal(x, y)), 2),
}, _entries(_chosen, 3), number=constant,
    power=_entries(lambda base, exponent: ball(base) ** ball(exponent), 2))


@cache
def rounding(dtype: str) -> Operations:
    """What a kernel of this type may make of the equations, as balls.

    Activations go by the forms that kernels evaluate. Nothing may overflow; what underflows may
    be 0.
    """
    kind = np.finfo(dtype)
    unit, least = arb(float(kind.eps)) / 2, float(kind.tiny)

    def relative(number: Any, times: int) -> Any:
        return number * (1 + arb(0, times * unit / (1 - times * unit)))

    def widened(number: Any, times: int) -> Any:
        exactly = not times or number == 0
        return number if exactly else relative(number, times) + arb(0, times * least)

    def rounded(value: Any, times: int) -> Any:
        return _entries(lambda one: widened(one, times), 1)(value)

    def added(*numbers: Any) -> Any:
        exactly = all(map(_is_whole, numbers))
        return sum(numbers if exactly else (widened(one, len(numbers) - 1) for one in numbers))

    def multiplied(*numbers: Any) -> Any:
        product = reduce(mul, numbers)
        return product if all(map(_is_whole, numbers)) else widened(product, len(numbers) - 1)

    def number(expression: Expr) -> arb:
        nearest = float(np.dtype(dtype).type(float(expression)))
        same = expression.is_Rational and Rational(nearest) == expression
        return arb(nearest) if same else rounded(constant(expression), 1)

    def power(base: Any, exponent: Any) -> Any:
        once = any(exponent == constant(one) for one in ONCE)
        times = 1 if once else max(2 * FUNCTION_UNITS, int(float(ball(exponent).abs_upper())) + 1)
        return rounded(EXACT.power(base, exponent), times)

    def called(function: Callable[..., Any], lost: float = 0.0) -> Callable[..., Any]:
        margin = arb(0, lost)
        return lambda *operands: rounded(function(*operands), 2 * FUNCTION_UNITS) + margin

    def kept(name: str) -> Callable[..., Any]:
        """A tail keeps its sign where it underflows; what is made of it bears the difference."""
        tail = _row(ROWS[name].definition, ROWS[name], lambda: EXACT)
        return lambda *operands: _entries(
            lambda one: relative(one, 2 * FUNCTION_UNITS), 1)(tail(*operands))

    def row(name: str) -> Callable[..., Any]:
        """A function of the table: ready ones by what they are, others as kernels evaluate them."""
        if name in KEPT:
            return kept(name)
        if name in READY:
            return called(_row(ROWS[name].definition, ROWS[name], lambda: EXACT), LOST[dtype])
        return _row(ROWS[name].kernel_form, ROWS[name], lambda: made)

    made = replace(EXACT, elementary={**EXACT.elementary, **{
        one: called(EXACT.elementary[one])
        for one in (*(row.function for row in ELEMENTARY.values()), erf)}},
        named={name: row(name) for name in ROWS}, number=number, power=power, rounded=rounded,
        total=lambda values: _entries(added, len(values))(*values),
        product=lambda values: _entries(multiplied, len(values))(*values))
    return made


def _row(formula: Expr, row: Activation, operations: Callable[[], Operations]
         ) -> Callable[..., Any]:
    """A function of the table by one of its formulas, each operand evaluated once."""
    names = [one.name for one in row.arguments]
    return lambda *operands: evaluate(
        formula, dict(zip(names, operands, strict=True)).__getitem__, {}, operations())

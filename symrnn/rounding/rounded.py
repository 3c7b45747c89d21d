"""The rounding of a kernel at every operation, as balls.

Whatever order a kernel adds in, and wherever it fuses a product with a sum, lies inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial, reduce
from operator import mul
from typing import Any

import numpy as np
from flint import arb
from sympy import Expr, Rational, erf

from symrnn.program import ELEMENTARY, ROWS, SATURATING, Activation
from symrnn.program.interpret import Operations, evaluate
from symrnn.rounding.balls import EXACT, ball, constant, entries

FUNCTION_UNITS = 4  # in the last place: what a function of a library or of the fast header may err
ONCE = (Rational(-1), Rational(1, 2), Rational(2))  # powers that are one rounded operation
READY = ("sigmoid", "sigmoid_tail", "sigmoid_from_tail", "complement_from_tail", "tanh_tail",
         "tanh_from_tail", "slope_from_tail")  # the fast header has them, within FUNCTION_UNITS

WHOLE = 2**10  # so that sums and products of a few have a place in float32

LOST = {"float32": 4.1e-31, "float64": 2.4e-287}  # what is left of a tail that counts as 0
KEPT = frozenset(one.tail for one in SATURATING.values())

Function = Callable[..., Any]


@cache
def rounding(dtype: str) -> Operations:
    """What a kernel of this type may make of the equations, as balls.

    Activations go by the forms that kernels evaluate. Nothing may overflow; what underflows may
    be 0.
    """
    return _Rounding(dtype).operations()


class _Rounding:
    """The operations of one type: each is exact, and then off by so many units."""

    def __init__(self, dtype: str) -> None:
        kind = np.finfo(dtype)
        self.dtype, self.unit, self.least = dtype, arb(float(kind.eps)) / 2, float(kind.tiny)

    def operations(self) -> Operations:
        """All of them; activations by their rows are made of the others."""
        functions = (*(row.function for row in ELEMENTARY.values()), erf)
        made = replace(
            EXACT, number=self.number, power=self.power, rounded=self.rounded,
            elementary={**EXACT.elementary,
                        **{one: self.called(EXACT.elementary[one]) for one in functions}},
            named={name: self.row(name, lambda: made) for name in ROWS},
            total=lambda values: entries(self.added, len(values))(*values),
            product=lambda values: entries(self.multiplied, len(values))(*values))
        return made

    def relative(self, number: Any, times: int) -> Any:
        """A number after so many roundings, where nothing underflows."""
        return number * (1 + arb(0, times * self.unit / (1 - times * self.unit)))

    def widened(self, number: Any, times: int) -> Any:
        """A number after so many roundings; 0 stays 0."""
        exactly = not times or number == 0
        return number if exactly else self.relative(number, times) + arb(0, times * self.least)

    def rounded(self, value: Any, times: int) -> Any:
        """Every entry after so many roundings."""
        return entries(partial(self.widened, times=times), 1)(value)

    def added(self, *numbers: Any) -> Any:
        """A sum in any order."""
        exactly = all(map(_is_whole, numbers))
        return sum(numbers if exactly else
                   (self.widened(one, len(numbers) - 1) for one in numbers))

    def multiplied(self, *numbers: Any) -> Any:
        """A product in any order."""
        product, exactly = reduce(mul, numbers), all(map(_is_whole, numbers))
        return product if exactly else self.widened(product, len(numbers) - 1)

    def number(self, expression: Expr) -> arb:
        """A constant of a formula, as near as the type has it."""
        nearest = float(np.dtype(self.dtype).type(float(expression)))
        same = expression.is_Rational and Rational(nearest) == expression
        return arb(nearest) if same else self.rounded(constant(expression), 1)

    def power(self, base: Any, exponent: Any) -> Any:
        """A power, by one operation or by a function."""
        once = any(exponent == constant(one) for one in ONCE)
        times = 1 if once else max(2 * FUNCTION_UNITS, int(float(ball(exponent).abs_upper())) + 1)
        return self.rounded(EXACT.power(base, exponent), times)

    def called(self, function: Function, lost: float = 0.0) -> Function:
        """A function of a library or of the fast header."""
        margin = arb(0, lost)
        return lambda *operands: self.rounded(function(*operands), 2 * FUNCTION_UNITS) + margin

    def kept(self, tail: Function) -> Function:
        """A tail keeps its sign where it underflows; what is made of it bears the difference."""
        return lambda *operands: entries(
            partial(self.relative, times=2 * FUNCTION_UNITS), 1)(tail(*operands))

    def row(self, name: str, made: Callable[[], Operations]) -> Function:
        """A function of the table: ready ones by what they are, others as kernels evaluate them."""
        defined = _row(ROWS[name].definition, ROWS[name], lambda: EXACT)
        if name in KEPT:
            return self.kept(defined)
        if name in READY:
            return self.called(defined, LOST[self.dtype])
        return _row(ROWS[name].kernel_form, ROWS[name], made)


def _is_whole(number: Any) -> bool:
    """True for a small whole number, such as an index: sums and products of some are exact."""
    return bool(abs(number) < WHOLE and (not isinstance(number, arb) or number.is_exact())
                and float(number).is_integer())


def _row(formula: Expr, row: Activation, operations: Callable[[], Operations]
         ) -> Callable[..., Any]:
    """A function of the table by one of its formulas, each operand evaluated once."""
    names = [one.name for one in row.arguments]
    return lambda *operands: evaluate(
        formula, dict(zip(names, operands, strict=True)).__getitem__, {}, operations())

"""Numbers of Python as exact ones: the fraction that their author meant."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isfinite
from numbers import Rational as Exact
from numbers import Real
from typing import Any

from sympy import Float, Rational


def exact(number: Any) -> Rational:
    """A number as the fraction that was meant: 0.1 is 1/10, and 1/6 is 1/6, not 0.1666....

    A float is the decimal that it prints as, unless a fraction of at most half as many digits
    is the same float: nobody hits one by chance. ``float(exact(x)) == x`` for every x. Whole
    numbers, fractions and decimals in a text are what they are. Raises ValueError for what is
    no number, or no finite one.
    """
    number = float(number) if isinstance(number, Float) else number
    if isinstance(number, str | Exact):
        return _written(str(number))
    if not isinstance(number, Real) or not isfinite(number):
        raise ValueError(f"{number!r} is no finite number")
    kind: Any = type(number)
    decimal = Fraction(repr(number) if kind is float else str(number))
    meant = _simpler(decimal, lambda one: kind(float(one)) == number) or decimal
    return Rational(meant.numerator, meant.denominator)


def meant(decimal: Fraction) -> Fraction:
    """The fraction that a written decimal stands for: 1/6 for 0.16666666666666666, as a float's."""
    return _simpler(decimal, lambda one: float(one) == float(decimal)) or decimal


def _written(text: str) -> Rational:
    try:
        return Rational(text)
    except (TypeError, ValueError):
        raise ValueError(f"{text!r} is no number; write 0.5 or 1/2") from None


def _simpler(decimal: Fraction, same: Callable[[Fraction], bool]) -> Fraction | None:
    """A fraction that is the same number and takes half the digits of the decimal, if any."""
    digits = len(str(abs(decimal.numerator)))
    for power in range(1, digits):
        close = decimal.limit_denominator(10 ** power)
        if 2 * len(f"{abs(close.numerator)}{close.denominator}") > digits:
            return None
        if same(close):
            return close
    return None

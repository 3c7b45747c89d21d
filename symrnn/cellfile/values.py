"""What part of a formula is: its expression, its axes, and where it became a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Rational

from symrnn.authoring.arrays import shape
from symrnn.authoring.symbols import Axes


@dataclass(frozen=True)
class Widening:
    """An operator that repeats a vector along a matrix, and where it stands.

    That is right for a matrix that is scaled, and wrong for ``W * x[t]``: which of the two, shows
    only where a vector is wanted.
    """

    operator: str
    left: Axes
    right: Axes
    at: int

    @property
    def told(self) -> str:
        """What it does."""
        return (f"'{self.operator}' joins {shape(self.left)} and {shape(self.right)} element by "
                f"element")

    @property
    def hint(self) -> str:
        """What may have been meant."""
        return hint(self.operator, self.left, self.right)


@dataclass(frozen=True)
class Value:
    """An expression with its axes; a constant is a number besides.

    ``widened`` is where it got an axis by repetition, here or in an equation that it reads.
    """

    expression: Expr
    axes: Axes = ()
    number: Fraction | None = None
    widened: Widening | None = None
    is_condition: bool = False


def constant(number: Fraction) -> Value:
    """A number as a value."""
    return Value(Rational(number.numerator, number.denominator), (), number)


def fits(narrow: Axes, wide: Axes) -> bool:
    """True where values of some axes can be repeated along the missing ones."""
    if narrow == wide or not narrow:
        return True
    remaining = iter(wide)
    return len(set(wide)) == len(wide) and all(axis in remaining for axis in narrow)


def hint(operator: str, left: Axes, right: Axes) -> str:
    """Where ``*`` stands between a matrix and a vector that ``@`` would multiply."""
    product = operator == "*" and (len(left), len(right)) == (2, 1) and left[1] == right[0]
    return "; '@' is the product of a matrix and a vector" if product else ""


def widening(operator: str, left: Value, right: Value, at: int) -> Widening | None:
    """Where the result got an axis that one side lacks: at this operator, or further inside."""
    wide = max(left.axes, right.axes, key=len)
    for one in (left, right):
        if one.widened and one.axes == wide:
            return one.widened
    joined = left.axes and right.axes and left.axes != right.axes
    return Widening(operator, left.axes, right.axes, at) if joined else None

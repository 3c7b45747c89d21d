"""Expressions of a loop tree: names, sizes, address arithmetic, elements of arrays, formulas.

Address arithmetic is written with Python's operators, ``base + (t * B + s) * m``; what is
multiplied by one or added to zero drops out, and zero times anything is zero. Values are computed
by a :class:`Formula`, a SymPy expression whose symbols stand for elements of arrays or for names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from sympy import Expr

from symrnn.loops.types import REAL, Number, Scalar


class Expression:
    """The base of all expressions, with their arithmetic."""

    def __add__(self, other: Expression | int) -> Expression:
        right = expression(other)
        if _is(right, 0):
            return self
        return right if _is(self, 0) else Binary("+", self, right)

    def __sub__(self, other: Expression | int) -> Expression:
        right = expression(other)
        return self if _is(right, 0) else Binary("-", self, right)

    def __mul__(self, other: Expression | int) -> Expression:
        right = expression(other)
        if _is(self, 0) or _is(right, 0):
            return ZERO
        if _is(right, 1):
            return self
        return right if _is(self, 1) else Binary("*", self, right)

    def __and__(self, other: Expression | int) -> Expression:
        right = expression(other)
        return ZERO if ZERO in (self, right) else Binary("&", self, right)

    def compared(self, operator: str, other: Expression | int) -> Expression:
        """``self < other`` and the like; Python's own comparison tells whether nodes are equal."""
        return Binary(operator, self, expression(other))

    def both(self, other: Expression) -> Expression:
        """True where this and the other are."""
        return Binary("&&", self, other)

    def __truediv__(self, other: Expression | int) -> Expression:
        right = expression(other)
        return self if _is(right, 1) else Binary("/", self, right)

    @property
    def is_given(self) -> Expression:
        """True where a pointer leads somewhere."""
        return Binary("!=", self, NULL)


@dataclass(frozen=True)
class Name(Expression):
    """A variable or an argument of the function."""

    text: str


@dataclass(frozen=True)
class Size(Expression):
    """The size of an axis, by the axis and by its identifier."""

    axis: str
    text: str


@dataclass(frozen=True)
class Whole(Expression):
    """A whole number."""

    value: int


@dataclass(frozen=True)
class Macro(Expression):
    """A constant of the language or of the shared header: ``NULL``, ``LANES``."""

    text: str


@dataclass(frozen=True)
class Binary(Expression):
    """An operator between two expressions."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Choose(Expression):
    """One value where a condition holds, else another."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Cast(Expression):
    """A value as a number of another type; for the argument of a macro."""

    type: Scalar
    value: Expression


@dataclass(frozen=True)
class Member(Expression):
    """A field of the struct that a pointer leads to."""

    of: Expression
    field: str


@dataclass(frozen=True)
class Element(Expression):
    """An entry of an array of some type, by an index for each axis; a printer makes it flat."""

    array: Name
    index: tuple[Expression, ...]
    shape: tuple[Expression, ...]
    type: Number = REAL

    @cached_property
    def offset(self) -> Expression:
        """``(j * n + k) * p + l``: how far the entry is from the first one."""
        if not self.index:
            return ZERO
        first, *others = self.index
        steps = zip(others, self.shape[1:], strict=True)
        return reduce(lambda flat, step: flat * step[1] + step[0], steps, first)


@dataclass(frozen=True)
class At(Expression):
    """An entry of an array by its offset alone."""

    array: Expression
    offset: Expression
    type: Scalar = REAL


@dataclass(frozen=True)
class Field(Expression):
    """A field of a struct itself."""

    of: Expression
    field: str


@dataclass(frozen=True)
class Aggregate(Expression):
    """The values of a struct; with a type where none is declared at that place."""

    values: tuple[Expression, ...]
    type: str = ""


@dataclass(frozen=True)
class AddressOf(Expression):
    """The address of a variable, an entry or a struct."""

    of: Expression


@dataclass(frozen=True)
class Not(Expression):
    """True where an expression is not."""

    of: Expression


@dataclass(frozen=True)
class Load(Expression):
    """A vector of numbers from an address on; of no more than ``left`` where that is given.

    The numbers there are of the ``type``; those of the vector are what equations compute in.
    """

    address: Expression
    left: Expression | None = None
    type: Scalar = REAL


@dataclass(frozen=True)
class Inside(Expression):
    """An index that stays within its axis though its loop has another size: a part of a row."""

    index: Expression


@dataclass(frozen=True)
class Call(Expression):
    """A function of the shared header or of the file, and its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Formula(Expression):
    """A pointwise SymPy expression; ``operands`` tell what its symbols are."""

    expression: Expr
    operands: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class VectorFormula(Expression):
    """The same over vectors; the operands that are ``numbers`` are alike in all lanes."""

    expression: Expr
    operands: tuple[tuple[str, Expression], ...] = ()
    numbers: tuple[tuple[str, Expression], ...] = ()


ZERO: Expression = Whole(0)
ONE: Expression = Whole(1)
NULL: Expression = Macro("NULL")


def _is(node: Expression, number: int) -> bool:
    return isinstance(node, Whole) and node.value == number


def expression(value: Expression | int) -> Expression:
    """A node of the tree; a Python number becomes one."""
    return Whole(value) if isinstance(value, int) else value


def product(factors: Sequence[Expression]) -> Expression:
    """``T * B * m``; 1 where there are no factors."""
    return reduce(lambda left, right: left * right, factors, ONE)


def total(terms: Sequence[Expression]) -> Expression:
    """``2 * m + n``: equal terms are counted; 0 where there are none."""
    counts = {one: list(terms).count(one) for one in dict.fromkeys(terms)}
    return reduce(lambda left, right: left + right,
                  (Whole(count) * one for one, count in counts.items()), ZERO)


CHILDREN: dict[type, Callable[[Any], tuple[Expression, ...]]] = {
    Binary: lambda node: (node.left, node.right),
    Choose: lambda node: (node.condition, node.then, node.otherwise),
    Element: lambda node: (node.array, node.offset),
    At: lambda node: (node.array, node.offset),
    Call: lambda node: node.arguments,
    Aggregate: lambda node: node.values,
    Load: lambda node: (node.address,) if node.left is None else (node.address, node.left),
    Formula: lambda node: tuple(one for _, one in node.operands),
    VectorFormula: lambda node: tuple(one for _, one in (*node.operands, *node.numbers)),
    Cast: lambda node: (node.value,), Inside: lambda node: (node.index,),
    **dict.fromkeys((Member, Field, AddressOf, Not), lambda node: (node.of,)),
    **dict.fromkeys((Name, Size, Whole, Macro), lambda node: ()),
}


def children(node: Expression) -> tuple[Expression, ...]:
    """What an expression is made of."""
    return CHILDREN[type(node)](node)


def replaced(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """Address arithmetic with other expressions in place of those that ``change`` changes."""
    new = change(node)
    if new is not None:
        return new
    match node:
        case Binary(operator, left, right):
            return Binary(operator, replaced(left, change), replaced(right, change))
        case Call(function, arguments):
            return Call(function, tuple(replaced(one, change) for one in arguments))
    return node

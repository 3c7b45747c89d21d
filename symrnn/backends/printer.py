"""Printing pointwise expressions: one short method a node, parentheses by precedence.

A language overrides the few methods that differ. Terms and factors appear in the order
in which they stand in the expression; nothing is sorted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Generic, TypeVar

from sympy import (Abs, Add, And, Expr, Function, Max, Min, Mul, NumberSymbol, Or, Piecewise, Pow,
                   Rational, Symbol, exp)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanTrue

from symrnn.program import (IndexSymbol, Pointwise, SizeSymbol, spelled_out, factors, multiply,
                            negated, terms)

OR, AND, COMPARE, SUM, PRODUCT, POWER, ATOM = range(7)
LETTERS = "jklopqruvw"  # of indices; i is the input gate in most papers
FAR, MOST_PLACES, MOST_DIGITS = 5, 60, 10**6  # which numbers are written as powers of ten

Shown = TypeVar("Shown")  # what a node becomes: text, or the tree of a formula

METHODS: tuple[tuple[type, str], ...] = (
    (SizeSymbol, "_size"), (IndexSymbol, "_index"), (Symbol, "_symbol"), (Rational, "_rational"),
    (NumberSymbol, "_irrational"), (Add, "_sum"),
    (Piecewise, "_cases"), (exp, "_call"), (Pow, "_power"), (Mul, "_product"), (Abs, "_call"),
    (Max, "_call"), (Min, "_call"), (Function, "_call"), (Relational, "_relation"),
    (And, "_logic"), (Or, "_logic"), (BooleanTrue, "_true"))


@cache
def _method(kind: type) -> str | None:
    """The method that prints nodes of a kind: that of the first row which it belongs to."""
    return next((method for one, method in METHODS if issubclass(kind, one)), None)


class Walker(ABC, Generic[Shown]):
    """What makes text, or the tree of a formula, of a pointwise expression, node by node."""

    writes_powers = False  # documents write a^b, programs call a function

    def __call__(self, expression: Expr, level: int = OR) -> Shown:
        """The expression, in parentheses if it binds weaker than ``level``."""
        own, shown = self._print(expression)
        return self.parenthesised(shown) if own < level else shown

    @abstractmethod
    def parenthesised(self, text: Shown) -> Shown:
        """The same in parentheses."""

    def _print(self, node: Expr) -> tuple[int, Shown]:
        kind: type = type(node)
        method = _method(kind)
        if method is None:
            raise TypeError(f"{type(self).__name__} cannot print {type(node).__name__}: {node}")
        printed: tuple[int, Shown] = getattr(self, method)(node)
        return printed


class Printer(Walker[str]):
    """Prints a pointwise expression as text; subclasses speak C or NumPy."""

    times = " "
    gap = " "  # in front of a sign, where a line may end
    compared = COMPARE  # how strongly a comparison binds beside "and" and "or"

    def parenthesised(self, text: str) -> str:
        return f"({text})"

    def _size(self, node: SizeSymbol) -> tuple[int, str]:
        return ATOM, self.size(node.name)

    def _index(self, node: IndexSymbol) -> tuple[int, str]:
        return ATOM, self.index(node)

    def _symbol(self, node: Symbol) -> tuple[int, str]:
        return ATOM, self.symbol(node.name)

    def _true(self, node: BooleanTrue) -> tuple[int, str]:
        return ATOM, "true"

    def symbol(self, name: str) -> str:
        """A variable."""
        return name

    def size(self, name: str) -> str:
        """A size."""
        return name

    @abstractmethod
    def index(self, index: IndexSymbol) -> str:
        """Where an entry of the left-hand side stands, from 0."""

    def _irrational(self, node: NumberSymbol) -> tuple[int, str]:
        """A constant of mathematics: its name, or a literal in languages that compute."""
        return ATOM, str(node)

    def number(self, value: Rational) -> tuple[int, str]:
        """A non-negative number with its binding strength."""
        return (ATOM, str(value.p)) if value.q == 1 else (PRODUCT, f"{value.p}/{value.q}")

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        """A function of printed arguments."""
        return f"{function.func.__name__}({', '.join(arguments)})"

    def fraction(self, above: str, below: str) -> tuple[int, str]:
        """A quotient; both sides already bind strongly enough."""
        return PRODUCT, f"{above} / {below}"

    def power(self, base: str, exponent: Expr) -> str:
        """A power of a printed base."""
        return f"{base}^{self(exponent, ATOM)}"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        """A choice: rows of condition and value, then the last value."""
        text = ", ".join(f"{value} if {condition}" for condition, value in rows)
        return ATOM, f"{{{text}, else {otherwise}}}"

    def logic(self, node: Expr) -> str:
        """The operator of a conjunction or disjunction."""
        return " and " if isinstance(node, And) else " or "

    def _rational(self, node: Rational) -> tuple[int, str]:
        if node < 0:
            return SUM, "-" + self.number(-node)[1]
        return self.number(node)

    def signed(self, found: Iterable[Expr], printed: Callable[[Expr], str], minus: str = "- "
               ) -> list[str]:
        """Terms printed one by one, each behind its sign: ``-a``, ``+ b``, ``- c``."""
        shown: list[str] = []
        for term in found:
            positive = negated(term)
            sign = "+ " if positive is None else minus
            if not shown:
                sign = "" if positive is None else "-"
            shown.append(sign + printed(term if positive is None else positive))
        return shown

    def _sum(self, node: Add) -> tuple[int, str]:
        return SUM, self.gap.join(self.signed(terms(node), lambda term: self(term, PRODUCT)))

    def _product(self, node: Mul) -> tuple[int, str]:
        positive = negated(node)
        if positive is not None:
            return SUM, "-" + self(positive, PRODUCT)
        above, below = over_and_under(node)
        if not below:
            return PRODUCT, self.product([self(part, PRODUCT) for part in above])
        return self._quotient(self(multiply(above), PRODUCT), below)

    def _quotient(self, above: str, below: Sequence[Expr]) -> tuple[int, str]:
        """A fraction; by a power, programs divide once for each factor.

        A square may leave the range of numbers where the quotient by it does not: ``a / b / b``.
        """
        found = PRODUCT, above
        for divisor in [below] if self.writes_powers else _in_turn(below):
            found = self.fraction(found[1], self(multiply(divisor), POWER))
        return found

    def product(self, parts: Sequence[str]) -> str:
        """Printed factors side by side."""
        return self.times.join(parts)

    def _power(self, node: Pow) -> tuple[int, str]:
        if _divides(node):
            return self._quotient("1", [_inverse(node)])
        if node.exp == Rational(1, 2):
            return ATOM, self.root(self(node.base))
        return POWER, self.power(self(node.base, ATOM), node.exp)

    def root(self, inside: str) -> str:
        """A square root."""
        return f"sqrt({inside})"

    def _call(self, node: Expr) -> tuple[int, str]:
        if isinstance(node, Pointwise) and node.activation.is_power and self.writes_powers:
            return POWER, self.power(self(node.args[0], ATOM), node.args[1])
        return ATOM, self.call(node, [self(argument) for argument in node.args])

    def _cases(self, node: Piecewise) -> tuple[int, str]:
        *rows, last = node.args
        return self.cases([(self(condition), self(value)) for value, condition in rows],
                          self(last[0]))

    def _relation(self, node: Relational) -> tuple[int, str]:
        left, right = (self(side, SUM) for side in node.args)
        return COMPARE, f"{left} {self.comparison(node.rel_op)} {right}"

    def comparison(self, operator: str) -> str:
        """The operator of a comparison."""
        return operator

    def _logic(self, node: Expr) -> tuple[int, str]:
        own = AND if isinstance(node, And) else OR
        parts = sorted(node.args, key=str)
        return own, self.logic(node).join(self(part, self.compared) for part in parts)


def _divides(part: Expr) -> bool:
    """True for a factor that belongs below the line."""
    return isinstance(part, Pow) and not isinstance(part, exp) and bool(part.exp.is_negative)


def _inverse(part: Pow) -> Expr:
    """What stands below the line for a factor of negative power."""
    return part.base if part.exp == -1 else Pow(part.base, -part.exp, evaluate=False)


def over_and_under(node: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors of a product or a power that stand above and below the line."""
    found = factors(node)
    return ([part for part in found if not _divides(part)],
            [_inverse(part) for part in found if _divides(part)])


def _in_turn(below: Sequence[Expr]) -> Iterator[list[Expr]]:
    """What a program divides by: all factors once, then what is left of powers above the first."""
    while below:
        yield [one.base if _is_above_one(one) else one for one in below]
        below = [Pow(one.base, one.exp - 1, evaluate=False) if one.exp != 2 else one.base
                 for one in below if _is_above_one(one)]


def _is_above_one(part: Expr) -> bool:
    """True for a square, a cube, ``b**(3/2)``: what is a product of the base and something."""
    return isinstance(part, Pow) and not isinstance(part, exp) and bool(part.exp > 1)


def power_of_ten(value: Rational) -> tuple[int, int] | None:
    """A very large or small number as whole digits and a power of ten; None for any other."""
    digits, exponent = value.p, 0
    if value.q > 1:
        exponent = -next((one for one in range(MOST_PLACES) if 10**one % value.q == 0), 0)
        digits = value.p * 10**-exponent // value.q
    while digits and digits % 10 == 0:
        digits, exponent = digits // 10, exponent + 1
    far = abs(exponent) >= FAR and digits <= MOST_DIGITS
    return (digits, exponent) if far and max(value.p, value.q) >= 10**FAR else None


def decimal(number: Expr) -> str:
    """A number that is no fraction, such as pi or log(2), to the last digit of a double."""
    return repr(float(spelled_out(number).evalf(20)))

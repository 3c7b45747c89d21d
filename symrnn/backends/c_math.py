"""Pointwise expressions as C."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Add, And, Expr, Integer, Mul, Piecewise, Pow, Rational

from symrnn.loops.scope import Names
from symrnn.backends.printer import ATOM, PRODUCT, Printer, decimal
from symrnn.program import ELEMENTARY, IndexSymbol, Pointwise, factors

MATH = {"Abs": "FABS", "sqrt": "SQRT", "copysign": "COPYSIGN",
        **{row.name: row.macro for row in ELEMENTARY.values()}}
LARGEST_BARE = 9999  # a sum of so small integers fits into an int
LARGEST_INT = 2**31 - 1


class CPrinter(Printer):
    """Pointwise expressions in C; every element is addressed by the loop indices at hand.

    ``ready`` are the functions that are there already: they need no helper.
    """

    times = " * "
    ready = frozenset(MATH)

    def __init__(self, names: Names, prefix: str) -> None:
        self.names, self.prefix = names, prefix
        self.used_sizes: set[str] = set()
        self.used_calls: dict[str, Expr] = {}
        self.elements: Mapping[str, str] = {}
        self.every_number_real = False

    def symbol(self, name: str) -> str:
        return self.elements[name]

    def size(self, name: str) -> str:
        return f"({self.prefix}_real){self.extent(name)}"

    def index(self, index: IndexSymbol) -> str:
        return self.elements[index.name]

    def _irrational(self, node: Expr) -> tuple[int, str]:
        return ATOM, f"REAL({decimal(node)})"

    def extent(self, name: str) -> str:
        """A size as an integer."""
        self.used_sizes.add(name)
        return self.names.size(name)

    def number(self, value: Rational) -> tuple[int, str]:
        if value.q == 1:
            bare = value.p <= LARGEST_BARE and not self.every_number_real
            return ATOM, str(value.p) if bare else f"REAL({literal(value.p)})"
        decimal = repr(float(value))
        exact = Rational(decimal) == value
        if exact:
            return ATOM, f"REAL({decimal})"
        return PRODUCT, f"REAL({literal(value.p)}) / REAL({literal(value.q)})"

    def _product(self, node: Mul) -> tuple[int, str]:
        """C computes a product of integers as an integer: it may overflow, or lose a quotient."""
        whole = [part for part in factors(node) if is_whole(part)]
        return self._with_reals(super()._product, node, len(whole) > 1)

    def _with_reals(self, method: Callable[[Any], tuple[int, str]], node: Expr, real: bool
                    ) -> tuple[int, str]:
        before = self.every_number_real
        self.every_number_real = before or real
        printed = method(node)
        self.every_number_real = before
        return printed

    def _call(self, node: Expr) -> tuple[int, str]:
        return self._irrational(node) if node.is_number else super()._call(node)

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"{self.helper(name)}({', '.join(arguments)})"
        return f"{MATH[name]}({', '.join(arguments)})"

    def helper(self, name: str) -> str:
        """What a function of the table is called."""
        return self.names.derived((self.prefix, "function", name), f"{self.prefix}_{name}")

    def power(self, base: str, exponent: Expr) -> str:
        whole, half = divmod(exponent, 1)
        if half not in (0, Rational(1, 2)):
            raise TypeError(f"C without pow has no power {exponent}")
        return self.times.join([base] * int(whole) + [self.root(base)] * (half != 0))

    def _power(self, node: Expr) -> tuple[int, str]:
        if node.exp.q == 2:
            self.used_calls.setdefault("sqrt", node)
        level, text = self._with_reals(super()._power, node, is_whole(node.base))
        return (PRODUCT if node.exp > 1 else level), text

    def root(self, inside: str) -> str:
        return f"SQRT({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"({condition} ? {value} : {text})"
        return ATOM, text

    def logic(self, node: Expr) -> str:
        return " && " if isinstance(node, And) else " || "


def is_whole(node: Expr) -> bool:
    """True for what C would compute as an integer."""
    if isinstance(node, Piecewise):
        return all(is_whole(value) for value, _ in node.args)
    if isinstance(node, Add | Mul):
        return all(map(is_whole, node.args))
    if isinstance(node, Pow):
        return is_whole(node.base)
    return isinstance(node, Integer)


def literal(whole: int) -> str:
    """An integer as a literal that no compiler finds too large."""
    if whole <= LARGEST_INT:
        return str(whole)
    short = repr(float(whole))
    return short if Rational(short) == whole else f"{whole}.0"

"""Pointwise expressions as C."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import And, Expr, Rational

from symrnn.backends.names import Names
from symrnn.backends.printer import ATOM, PRODUCT, Printer
from symrnn.program import Pointwise

MATH = {"exp": "EXP", "tanh": "TANH", "log": "LOG", "sin": "SIN", "cos": "COS", "Abs": "FABS",
        "log1p": "LOG1P", "expm1": "EXPM1", "sqrt": "SQRT"}


class CPrinter(Printer):
    """Pointwise expressions in C; every element is addressed by the loop indices at hand."""

    times = " * "

    def __init__(self, names: Names, prefix: str) -> None:
        self.names, self.prefix = names, prefix
        self.used_sizes: set[str] = set()
        self.used_calls: dict[str, Expr] = {}
        self.elements: Mapping[str, str] = {}

    def symbol(self, name: str) -> str:
        return self.elements[name]

    def size(self, name: str) -> str:
        return f"({self.prefix}_real){self.extent(name)}"

    def extent(self, name: str) -> str:
        """A size as an integer."""
        self.used_sizes.add(name)
        return self.names.size(name)

    def number(self, value: Rational) -> tuple[int, str]:
        if value.q == 1:
            return ATOM, str(value.p)
        decimal = repr(float(value))
        exact = Rational(decimal) == value
        if exact:
            return ATOM, f"REAL({decimal})"
        return PRODUCT, f"REAL({value.p}) / REAL({value.q})"

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"{self.prefix}_{name}({', '.join(arguments)})"
        return f"{MATH[name]}({', '.join(arguments)})"

    def power(self, base: str, exponent: Expr) -> str:
        whole, half = divmod(exponent, 1)
        if half not in (0, Rational(1, 2)):
            raise TypeError(f"C without pow has no power {exponent}")
        return self.times.join([base] * int(whole) + [self.root(base)] * (half != 0))

    def _power(self, node: Expr) -> tuple[int, str]:
        if node.exp.q == 2:
            self.used_calls.setdefault("sqrt", node)
        level, text = super()._power(node)
        return (PRODUCT if self.times in text else level), text

    def root(self, inside: str) -> str:
        return f"SQRT({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"({condition} ? {value} : {text})"
        return ATOM, text

    def logic(self, node: Expr) -> str:
        return " && " if isinstance(node, And) else " || "

"""Pointwise expressions over vectors of units, in C with vector extensions."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, And, Expr, Mul, Pow, Symbol
from sympy.core.relational import Relational

from symrnn.backends.c_math import CPrinter
from symrnn.loops.scope import Names
from symrnn.backends.printer import ATOM, COMPARE, SUM
from symrnn.program import (Pointwise, SizeSymbol)


class VectorPrinter(CPrinter):
    """Every variable is a vector of that name; an operator works on all lanes at once.

    A variable without units is one number for a whole row, and so are sums, products and powers
    of such: they are computed once a row, as C compilers take them out of the loop over units.
    """

    compared = ATOM  # compilers want them in parentheses beside & and |
    ready = CPrinter.ready | {"sigmoid", "sigmoid_tail", "sigmoid_from_tail",
                              "complement_from_tail", "tanh_tail", "tanh_from_tail",
                              "slope_from_tail"}

    def __init__(self, names: Names, prefix: str, of_row: CPrinter | None = None) -> None:
        super().__init__(names, prefix)
        self.of_row = of_row or CPrinter(names, prefix)

    def _print(self, node: Expr) -> tuple[int, str]:
        if isinstance(node, Add | Mul | Pow) and self._is_of_row(node):
            return self.of_row._print(node)
        return super()._print(node)

    def _is_of_row(self, node: Expr) -> bool:
        """True for sums, products and powers of numbers that a row has once."""
        if isinstance(node, Add | Mul | Pow):
            return all(one.is_number or self._is_of_row(one) for one in node.args)
        return isinstance(node, SizeSymbol) or (
            isinstance(node, Symbol) and node.name in self.of_row.elements)

    def _call(self, node: Expr) -> tuple[int, str]:
        """What a function is of is a vector; its parameters are numbers."""
        if node.is_number:
            return self._irrational(node)
        vary = node.activation.operands if isinstance(node, Pointwise) else 1
        return ATOM, self.call(node, [*map(self.wide, node.args[:vary]),
                                      *map(self, node.args[vary:])])

    def wide(self, node: Expr) -> str:
        """An expression as a vector, whatever it is."""
        text = self(node)
        return f"WIDE({text})" if node.is_number or self._is_of_row(node) else text

    def _relation(self, node: Relational) -> tuple[int, str]:
        """A mask, also where two numbers are compared."""
        numbers = all(one.is_number or self._is_of_row(one) for one in node.args)
        left, right = self(node.lhs, SUM), self(node.rhs, SUM)
        left = f"WIDE({left})" if numbers else left
        return COMPARE, f"{left} {self.comparison(node.rel_op)} {right}"

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"{self.helper(name)}({', '.join(arguments)})"
        if name == "copysign":
            return f"with_sign_of({arguments[1]}, {arguments[0]})"
        return f"vec_{'fabs' if name == 'Abs' else name}({', '.join(arguments)})"

    def helper(self, name: str) -> str:
        if name in self.ready:
            return f"vec_{name}"
        return self.names.derived(("vector", "function", name), f"vec_{name}")

    def root(self, inside: str) -> str:
        return f"vec_sqrt({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"where({condition}, {value}, {text})"
        return ATOM, text

    def logic(self, node: Expr) -> str:
        return " & " if isinstance(node, And) else " | "

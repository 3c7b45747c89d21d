"""Pointwise expressions over vectors of units, in C with vector extensions."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import And, Expr

from symrnn.backends.c_math import CPrinter
from symrnn.backends.printer import ATOM, PRODUCT
from symrnn.program import Equation, Pointwise, contraction_term, negated, symbols_in_order, terms


class VectorPrinter(CPrinter):
    """Every variable is a vector of that name; an operator works on all lanes at once."""

    ready = CPrinter.ready | {"sigmoid"}

    def symbol(self, name: str) -> str:
        return self.elements[name] if name in self.elements else self.names[name]

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        self.used_calls.setdefault(name, function)
        if isinstance(function, Pointwise):
            return f"vec_{name}({', '.join(arguments)})"
        return f"vec_{'fabs' if name == 'Abs' else name}({', '.join(arguments)})"

    def root(self, inside: str) -> str:
        return f"vec_sqrt({inside})"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[int, str]:
        text = otherwise
        for condition, value in reversed(rows):
            text = f"where({condition}, {value}, {text})"
        return ATOM, text

    def logic(self, node: Expr) -> str:
        return " & " if isinstance(node, And) else " | "

    def right_hand_side(self, equation: Equation, sums: Sequence[str],
                        skipped: Sequence[Expr]) -> str:
        """The ``sums`` that a tile holds, then the terms that are not ``skipped``."""
        text = " + ".join(sums)
        for term in terms(equation.rhs):
            if any(term is one for one in skipped):
                continue
            positive = negated(term)
            sign = "-" if positive is not None else "+" if text else ""
            text += f" {sign} " if text else sign
            text += self._term(term if positive is None else positive)
        return text if sums or symbols_in_order(equation.rhs) else f"WIDE({text or '0'})"

    def _term(self, term: Expr) -> str:
        found = contraction_term(term)
        if found is None:
            return self(term, PRODUCT)
        front = [] if found[0] == 1 else [self(found[0], PRODUCT)]
        return " * ".join([*front, *(self.symbol(one.name) for one in found[1].operands)])

"""What an expression is made of: values that flow, and constants such as weights and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, Piecewise, Symbol, preorder_traversal

from symrnn.backends.formula import TIMES, Formula, side_by_side
from symrnn.diagrams.symbols import HOLE, LabelPrinter, times
from symrnn.program import (Ein, Program, Role, Span, contraction_term, factors, is_call,
                            is_variable, multiply, negated, substitute, symbols_in_order,
                            terms)


@dataclass(frozen=True)
class Weighted:
    """A term of a weighted sum: its weight, and the value, None for a bias."""

    weight: Formula
    value: Symbol | None
    product: bool = False


class Reader:
    """Takes the expressions of one program apart."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.printer = LabelPrinter(program)

    def flows(self, name: str) -> bool:
        """True for a value; a constant is the same at every step and in every sample."""
        return self.program[name].span is not Span.CONSTANT

    def values(self, expression: Expr) -> tuple[str, ...]:
        """The names of the values in an expression, in order."""
        return tuple(filter(self.flows, symbols_in_order(expression)))

    def weighted(self, expression: Expr) -> tuple[tuple[Weighted, ...], tuple[Expr, ...]]:
        """The terms of a weighted sum, and the terms that are none.

        There is a weighted sum where a matrix multiplies a value, or where all terms have weights.
        """
        found = [(term, self._weighted(term)) for term in terms(expression)]
        rest = tuple(term for term, one in found if one is None)
        own = tuple(one for _, one in found if one is not None)
        with_value = [one for one in own if one.value is not None]
        if any(one.product for one in own) or (not rest and len(with_value) > 1):
            return own, rest
        return (), terms(expression)

    def _weighted(self, term: Expr) -> Weighted | None:
        if not self.values(term):
            return Weighted(self.printer(term), None)
        found = contraction_term(term)
        return self._scaled(term) if found is None else self._product(*found)

    def _product(self, factor: Expr, ein: Ein) -> Weighted | None:
        weights = [one for one in ein.operands if not self.flows(one.name)]
        values = [one for one in ein.operands if self.flows(one.name)]
        if self.values(factor) or len(values) != 1 or not weights:
            return None
        names = side_by_side([self.printer.symbol(one.name) for one in weights], TIMES)
        return Weighted(times(factor, names, self.printer), values[0], product=True)

    def _scaled(self, term: Expr) -> Weighted | None:
        """A parameter times a value, entry by entry."""
        positive = negated(term) or term
        values = [one for one in factors(positive) if self.values(one)]
        weights = [one for one in factors(positive) if not self.values(one)]
        if len(values) != 1 or not is_variable(values[0]) or not self._trained(weights):
            return None
        sign = Integer(1 if negated(term) is None else -1)
        return Weighted(times(sign, self.printer(multiply(weights)), self.printer), values[0])

    def _trained(self, weights: list[Expr]) -> bool:
        return any(self.program[name].role is Role.PARAMETER
                   for one in weights for name in symbols_in_order(one))

    def around(self, expression: Expr) -> tuple[Expr, Expr] | None:
        """A function of one thing: the function of a hole, and the thing; None for several."""
        if expression.has(Ein):
            return None
        names = self.values(expression)
        if len(names) == 1:
            value = Symbol(names[0])
            return substitute(expression, {value: HOLE}), value
        return self.outermost(expression)

    def outermost(self, expression: Expr) -> tuple[Expr, Expr] | None:
        """The same, of the outermost function alone."""
        if isinstance(expression, Piecewise):
            return None
        inner = [one for one in expression.args if self.values(one)]
        if len(inner) != 1:
            return None
        return substitute(expression, {inner[0]: HOLE}), inner[0]

    def label(self, function: Expr) -> Formula:
        """How a function of a hole is written: its name alone where that says it."""
        plain = is_call(function) and function.args[0] == HOLE
        return self.printer.called(function) if plain else self.printer(function)


def is_linear(function: Expr) -> bool:
    """True for a function that adds constants to the hole and multiplies it by constants."""
    if isinstance(function, Add):
        return all(not one.has(HOLE) or is_linear(one) for one in function.args)
    if isinstance(function, Mul):
        inner = [one for one in function.args if one.has(HOLE)]
        return len(inner) == 1 and is_linear(inner[0])
    return bool(function == HOLE)


def occurrences(expression: Expr, name: str) -> int:
    """How often a variable stands in an expression."""
    return sum(is_variable(node) and node.name == name for node in preorder_traversal(expression))

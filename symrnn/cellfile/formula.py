"""From the formula of a cell file to an expression of the cell, its axes checked on the way."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from sympy import Expr

from symrnn.cellfile.functions import FUNCTIONS
from symrnn.cellfile.nodes import CallNode, NameNode, Node, NumberNode, OperatorNode, PowerNode
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError
from symrnn.cellfile.values import Axes, Value, constant, fits, hint, shape, widening

MAX_SIZE = 10 ** 40  # of the numerator and the denominator of a number
ARITHMETIC: dict[str, Callable[..., Expr]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


class Formulas:
    """Builds the expressions of one file, from the inside out."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def value(self, node: Node) -> Value:
        """The value of a formula. Raises CellFileError at the part that is wrong."""
        try:
            return self._value(node)
        except CellFileError:
            raise
        except (ValueError, TypeError) as error:
            own = str(error).removeprefix(f"{self.scope.cell.name}: ")
            raise self.scope.error(own, node.at) from None

    def _value(self, node: Node) -> Value:
        if isinstance(node, NumberNode):
            return constant(node.value)
        if isinstance(node, NameNode):
            return self._name(node)
        if isinstance(node, CallNode):
            return self._call(node)
        if isinstance(node, PowerNode):
            return self._power(node)
        assert isinstance(node, OperatorNode)
        return self._operation(node)

    def _name(self, node: NameNode) -> Value:
        known = self.scope.constants.get(node.name)
        if known is None:
            term = self.scope.term(node)
            return Value(term, term.axes, widened=self.scope.widened.get(node.name))
        if node.step is not None:
            raise self.scope.error(f"'{node.name}' is a constant and has no time", node.at)
        self.scope.used.add(node.name)
        return constant(known)

    def _operation(self, node: OperatorNode) -> Value:
        if node.operator == "'":
            raise self.scope.error("a transpose stands on the left of '@' only: W.T @ x[t]",
                                   node.at)
        if node.operator == "@":
            return self._product(node)
        values = [self.value(one) for one in node.operands]
        numbers = [one.number for one in values if one.number is not None]
        if node.operator == "/" and values[-1].number == 0:
            raise self.scope.error("this divides by zero", node.at)
        if len(numbers) == len(values):
            return self._arithmetic(node, numbers)
        if len(values) == 1:
            return replace(values[0], expression=-values[0].expression)
        if node.operator in "*/" and 0 in numbers:
            raise self.scope.error("this multiplies by zero; leave the term out", node.at)
        left, right = values
        axes = self.wider(left, right, node.operator, node.at)
        return Value(ARITHMETIC[node.operator](left.expression, right.expression), axes,
                     widened=widening(node.operator, left, right, node.at))

    def _arithmetic(self, node: OperatorNode, numbers: list[Fraction]) -> Value:
        if len(numbers) == 1:
            return constant(-numbers[0])
        result: Fraction = ARITHMETIC[node.operator](*numbers)
        return self._bounded(result, node.at)

    def _bounded(self, number: Fraction, at: int) -> Value:
        if max(abs(number.numerator), number.denominator) > MAX_SIZE:
            raise self.scope.error("this number has too many digits", at)
        return constant(number)

    def _power(self, node: PowerNode) -> Value:
        base = self.value(node.base)
        if base.number is None:
            return replace(base, expression=base.expression ** node.exponent)
        if base.number == 0 and node.exponent < 0:
            raise self.scope.error("this divides by zero", node.at)
        return self._bounded(base.number ** node.exponent, node.at)

    def _product(self, node: OperatorNode) -> Value:
        first, second = node.operands
        turned = isinstance(first, OperatorNode) and first.operator == "'"
        left = self.value(first.operands[0] if isinstance(first, OperatorNode) and turned
                          else first)
        right = self.value(second)
        if len(left.axes) != 2:
            raise self.mismatch(f"the left of '@' is a matrix, but here it is "
                                f"{shape(left.axes)}; '*' acts element by element", node.at, left)
        rows, columns = reversed(left.axes) if turned else left.axes
        if len(right.axes) not in (1, 2) or right.axes[0] != columns:
            raise self.mismatch(
                f"the left of '@' is {shape((rows, columns))}, so its right must be [{columns}] "
                f"or [{columns}, ...], but it is {shape(right.axes)}", node.at, right)
        rest = "k"[:len(right.axes) - 1]
        spec = f"{'ji' if turned else 'ij'},j{rest}->i{rest}"
        return Value(self.scope.cell.contract(spec, left.expression, right.expression),
                     (rows, *right.axes[1:]), widened=right.widened if rest else None)

    def _call(self, node: CallNode) -> Value:
        if node.function not in FUNCTIONS:
            raise self.scope.error(FUNCTIONS.unknown(node.function), node.at)
        values = [self.value(one) for one in node.arguments]
        expression, axes = FUNCTIONS[node.function](self, node.function, values, node.at)
        kept = axes in [one.axes for one in values]
        return Value(expression, axes, widened=widening(
            node.function, values[0], values[-1], node.at) if kept else None)

    def wider(self, left: Value, right: Value, what: str, at: int) -> Axes:
        """The axes of two things taken element by element: the narrower one is repeated."""
        wide, narrow = sorted((left.axes, right.axes), key=len, reverse=True)
        if not fits(narrow, wide):
            raise self.mismatch(f"'{what}' joins {shape(left.axes)} and {shape(right.axes)}; both "
                                f"sides need the same axes, or one side is a number"
                                f"{hint(what, left.axes, right.axes)}", at, left, right)
        return wide

    def mismatch(self, message: str, at: int, *values: Value) -> CellFileError:
        """Axes that do not fit, as an error at the operator that made one of them a matrix."""
        found = next((one.widened for one in values if one.widened), None)
        if found is None or found.at == at:
            return self.scope.error(message, at)
        line = self.scope.source.line(at)
        return self.scope.error(f"{found.told}, so in line {line} {message}{found.hint}", found.at)

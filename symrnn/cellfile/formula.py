"""From the formula of a cell file to an expression of the cell, its axes checked on the way."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Rational

from symrnn.cellfile.functions import FUNCTIONS, Given
from symrnn.cellfile.nodes import CallNode, NameNode, Node, NumberNode, OperatorNode, PowerNode
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError

MAX_SIZE = 10 ** 40  # of the numerator and the denominator of a number
ARITHMETIC: dict[str, Callable[..., Expr]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@dataclass(frozen=True)
class Value:
    """An expression with its axes; a constant is a number besides."""

    expression: Expr
    axes: tuple[str, ...] = ()
    number: Fraction | None = None


def constant(number: Fraction) -> Value:
    """A number as a value."""
    return Value(Rational(number.numerator, number.denominator), (), number)


def shape(axes: tuple[str, ...]) -> str:
    """Axes as a cell file writes them: ``[m, n]``; a number has ``[]``."""
    return f"[{', '.join(axes)}]"


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
            return Value(term, term.axes)
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
            return Value(-values[0].expression, values[0].axes)
        if node.operator in "*/" and 0 in numbers:
            raise self.scope.error("this multiplies by zero; leave the term out", node.at)
        left, right = values
        axes = self.wider(left.axes, right.axes, f"'{node.operator}'", node.at)
        return Value(ARITHMETIC[node.operator](left.expression, right.expression), axes)

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
            return Value(base.expression ** node.exponent, base.axes)
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
            raise self.scope.error(f"the left of '@' is a matrix, but here it is "
                                   f"{shape(left.axes)}; '*' acts element by element", node.at)
        rows, columns = reversed(left.axes) if turned else left.axes
        if len(right.axes) not in (1, 2) or right.axes[0] != columns:
            raise self.scope.error(
                f"the left of '@' is {shape((rows, columns))}, so its right must be [{columns}] "
                f"or [{columns}, ...], but it is {shape(right.axes)}", node.at)
        rest = "k"[:len(right.axes) - 1]
        spec = f"{'ji' if turned else 'ij'},j{rest}->i{rest}"
        return Value(self.scope.cell.contract(spec, left.expression, right.expression),
                     (rows, *right.axes[1:]))

    def _call(self, node: CallNode) -> Value:
        if node.function not in FUNCTIONS:
            raise self.scope.error(FUNCTIONS.unknown(node.function), node.at)
        values = [self.value(one) for one in node.arguments]
        given = [Given(one.expression, one.axes, one.number) for one in values]
        return Value(*FUNCTIONS[node.function](self, node.function, given, node.at))

    def wider(self, left: tuple[str, ...], right: tuple[str, ...], what: str,
              at: int) -> tuple[str, ...]:
        """The axes of two things taken element by element: the narrower one is repeated."""
        wide, narrow = (left, right) if len(left) >= len(right) else (right, left)
        if not fits(narrow, wide):
            raise self.scope.error(f"{what} joins {shape(left)} and {shape(right)}; both sides "
                                   f"need the same axes, or one side is a number", at)
        return wide


def fits(narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
    """True where values of some axes can be repeated along the missing ones."""
    if narrow == wide or not narrow:
        return True
    remaining = iter(wide)
    return len(set(wide)) == len(wide) and all(axis in remaining for axis in narrow)

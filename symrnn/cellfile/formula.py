"""From the formula of a cell file to an expression of the cell, its axes checked on the way."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from sympy import Eq, Expr, Ge, Gt, Le, Lt, Ne, Rational

from symrnn.authoring.arrays import product_spec, shape
from symrnn.authoring.symbols import Axes, exchanged, transposition
from symrnn.cellfile.functions import FUNCTIONS, Given
from symrnn.cellfile.nodes import (CallNode, ComparisonNode, NameNode, Node, NumberNode,
                                   OperatorNode, PowerNode)
from symrnn.cellfile.repeats import called, numbered
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError
from symrnn.cellfile.values import Value, constant, fits, hint, widening
from symrnn.program import IndexSymbol, SizeSymbol

MAX_SIZE = 10 ** 40  # of the numerator and the denominator of a number
MAX_EXPONENT = 8
ARITHMETIC: dict[str, Callable[..., Expr]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
COMPARISONS: dict[str, Callable[..., Expr]] = {
    "<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}


class Formulas:
    """Builds the expressions of one file, from the inside out.

    ``numbers`` are those of the substeps, ``indices`` the places of the axes of an array of which
    a formula gives the entries, ``draws`` what stands for a number that is drawn, by its name.
    """

    def __init__(self, scope: Scope, numbers: Mapping[str, int] | None = None,
                 indices: Mapping[str, int] | None = None,
                 draws: Mapping[str, Expr] | None = None) -> None:
        self.scope, self.numbers, self.indices = scope, dict(numbers or {}), dict(indices or {})
        self.draws = dict(draws or {})

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
        if isinstance(node, ComparisonNode):
            return self._comparison(node)
        assert isinstance(node, OperatorNode)
        return self._operation(node)

    def _name(self, node: NameNode) -> Value:
        if node.substep is not None:
            number = numbered(self.scope.source, node.substep, self.numbers)
            return self._name(replace(node, name=called(node.name, number), substep=None))
        if node.step is None and (found := self._without_time(node.name)) is not None:
            return found
        known = self.scope.constants.get(node.name)
        if known is None:
            term = self.scope.term(node)
            return Value(term, term.axes, widened=self.scope.widened.get(node.name))
        if node.step is not None:
            raise self.scope.error(f"'{node.name}' is a constant and has no time; write "
                                   f"'{node.name}'", node.at)
        self.scope.used.add(node.name)
        return constant(known)

    def _without_time(self, name: str) -> Value | None:
        """An index, the number of the step, or a size as a number; None for any other name."""
        if name in self.indices:
            return Value(IndexSymbol.at(self.indices[name]))
        if name in self.draws:
            return Value(self.draws[name])
        if name in self.numbers:
            return constant(Fraction(self.numbers[name]))
        if name == "t":
            return Value(self.scope.cell.step_number())
        return Value(SizeSymbol(name)) if self.scope.is_size(name) else None

    def _operation(self, node: OperatorNode) -> Value:
        if node.operator == "'":
            return self._transposed(node)
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
        base, exponent = self.value(node.base), self.value(node.exponent)
        number = exponent.number
        if number is None:
            axes = self.wider(base, exponent, "^", node.at)
            return Value(base.expression ** exponent.expression, axes,
                         widened=widening("^", base, exponent, node.at))
        if abs(number) > MAX_EXPONENT:
            raise self.scope.error(f"a number in an exponent lies between -{MAX_EXPONENT} and "
                                   f"{MAX_EXPONENT}", node.exponent.at)
        if base.number is None:
            power = Rational(number.numerator, number.denominator)
            return replace(base, expression=base.expression ** power)
        if base.number == 0 and number < 0:
            raise self.scope.error("this divides by zero", node.at)
        if number.denominator != 1:
            raise self.scope.error("this root of a number is a number; write the number", node.at)
        return self._bounded(base.number ** int(number), node.at)

    def _comparison(self, node: ComparisonNode) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        axes = self.wider(left, right, node.operator, node.at)
        if left.number is not None and right.number is not None:
            raise self.scope.error("this compares two numbers", node.at)
        sides = (self.scope.cell.compared(one.expression) for one in (left, right))
        return Value(COMPARISONS[node.operator](*sides), axes, is_condition=True)

    def _transposed(self, node: OperatorNode) -> Value:
        matrix = self.value(node.operands[0])
        if len(matrix.axes) < 2:
            raise self.mismatch(f"only a matrix has a transpose, but here it is "
                                f"{shape(matrix.axes)}", node.at, matrix)
        spec = transposition(matrix.axes)
        return Value(self.scope.cell.contract(spec, matrix.expression), exchanged(matrix.axes))

    def _product(self, node: OperatorNode) -> Value:
        first, second = node.operands
        transposed = isinstance(first, OperatorNode) and first.operator == "'"
        left = self.value(first.operands[0] if isinstance(first, OperatorNode) and transposed
                          else first)
        right, axes = self.value(second), left.axes
        if len(axes) < 2:
            raise self.mismatch(f"the left of '@' is a matrix, but here it is "
                                f"{shape(axes)}; '*' acts element by element", node.at, left)
        axes = exchanged(axes) if transposed else axes
        spec = product_spec(axes, right.axes)
        if spec is None:
            raise self.mismatch(
                f"the left of '@' is {shape(axes)}, so its right must be [{axes[-1]}] "
                f"or [{axes[-1]}, ...], but it is {shape(right.axes)}", node.at, right)
        repeated = len(spec.axes) > len(axes) - 1
        return Value(self.scope.cell.contract(spec.text(transposed), left.expression,
                                              right.expression),
                     spec.axes, widened=right.widened if repeated else None)

    def _call(self, node: CallNode) -> Value:
        if node.function not in FUNCTIONS:
            raise self.scope.error(FUNCTIONS.unknown(node.function), node.at)
        arguments, axis = list(node.arguments), ""
        if FUNCTIONS.takes_axis(node.function) and len(arguments) > 1:
            last = arguments[-1]
            if isinstance(last, NameNode) and last.step is None and self.scope.is_size(last.name):
                axis = last.name
                arguments.pop()
        values = tuple(self.value(one) for one in arguments)
        if node.function != "where" and any(one.is_condition for one in values):
            raise self.scope.error("a comparison stands in 'where(a <= b, x, y)' alone", node.at)
        given = Given(node.function, values, node.at, axis)
        expression, axes = FUNCTIONS[node.function](self, given)
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

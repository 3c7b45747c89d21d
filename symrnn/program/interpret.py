"""A slow plain interpreter of the program form: the oracle between derivation and templates.

It knows nothing of schedules: the value of a name at a step is found by following the
equations and delays that define it. It works in any NumPy type, complex ones included,
which makes complex-step derivatives possible (Squire and Trapp 1998), and in any kind of number
that an array of objects can hold, where ``Operations`` has the functions for it.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from sympy import (Abs, Add, And, Expr, Max, Min, Mul, Not, Or, Piecewise, Pow, Symbol, erf, exp)
from sympy.core.relational import Relational
from sympy.functions import sqrt
from sympy.logic.boolalg import BooleanAtom

from symrnn.program.activations import copysign
from symrnn.program.contraction import Ein, Maximum, aligned
from symrnn.program.elementary import ELEMENTARY
from symrnn.program.expressions import IndexSymbol, SizeSymbol
from symrnn.program.form import Program, Span, Variable
from symrnn.program.functions import Pointwise

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Operations:
    """The elementary functions of an array library.

    ``elementary`` goes by SymPy's classes, logic and comparisons included, ``named`` by rows of
    the table of activations for which the library has a function of its own. ``number`` makes
    a constant. ``rounded`` says what so many roundings make of a value, and ``total`` and
    ``product`` heed them; of floats they make nothing.
    """

    elementary: Mapping[Any, Callable[..., Any]]
    where: Callable[..., Any]
    real: Callable[[Any], Any] = lambda value: value
    named: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    number: Callable[[Expr], Any] = float
    total: Callable[[Sequence[Any]], Any] = lambda values: reduce(operator.add, values)
    product: Callable[[Sequence[Any]], Any] = lambda values: reduce(operator.mul, values)
    power: Callable[[Any, Any], Any] = operator.pow
    rounded: Callable[[Any, int], Any] = lambda value, times: value


def _erf(z: Any) -> Any:
    """Erf of real numbers, and of complex steps away from them."""
    real = np.real(z)
    value = np.vectorize(math.erf, otypes=[float])(real)
    slope = 2 / math.sqrt(math.pi) * np.exp(-real**2)
    return value + 1j * slope * np.imag(z) if np.iscomplexobj(z) else value


NUMPY = Operations({
    **{row.function: getattr(np, row.numpy) for row in ELEMENTARY.values()},
    sqrt: np.sqrt, erf: _erf, copysign: np.copysign,
    Abs: lambda x: np.where(np.real(x) < 0, -x, x),
    Max: lambda x, y: np.where(np.real(x) >= np.real(y), x, y),
    Min: lambda x, y: np.where(np.real(x) <= np.real(y), x, y),
    And: np.logical_and, Or: np.logical_or, Not: np.logical_not,
    "<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater,
    "==": np.equal, "!=": np.not_equal,
}, np.where, np.real)


def allow_depth() -> None:
    """Let Python follow equations through time: each step is a few calls deeper."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))


def evaluate(expression: Expr, value: Callable[[str], Any], sizes: Mapping[str, int],
             operations: Operations = NUMPY) -> Any:
    """A pointwise expression with the values of its symbols put in."""
    def inner(node: Expr) -> Any:
        return evaluate(node, value, sizes, operations)

    if isinstance(expression, SizeSymbol):
        return float(sizes[expression.name])
    if isinstance(expression, Symbol):
        return value(expression.name)
    if expression.is_Number or expression.is_NumberSymbol:
        return operations.number(expression)
    if isinstance(expression, BooleanAtom):
        return bool(expression)
    if isinstance(expression, Piecewise):
        return _piecewise(expression, inner, operations)
    if isinstance(expression, Relational):
        sides = (operations.real(inner(part)) for part in expression.args)
        return operations.elementary[expression.rel_op](*sides)
    if isinstance(expression, Pointwise):
        row = expression.activation
        if row.name in operations.named:
            return operations.named[row.name](*map(inner, expression.args))
        known = dict(zip(row.arguments, expression.args, strict=True))
        return inner(row.definition.xreplace(known))
    return _operation(expression, [inner(part) for part in expression.args], operations)


def _operation(expression: Expr, values: list[Any], operations: Operations) -> Any:
    if isinstance(expression, Add):
        return operations.total(values)
    if isinstance(expression, Mul):
        return operations.product(values)
    if isinstance(expression, Pow) and not isinstance(expression, exp):
        return operations.power(*values)
    function = operations.elementary[type(expression)]
    return reduce(function, values) if len(values) > 1 else function(*values)


def _piecewise(expression: Piecewise, inner: Callable[[Expr], Any],
               operations: Operations) -> Any:
    *rows, last = expression.args
    result = inner(last[0])
    for formula, condition in reversed(rows):
        result = operations.where(inner(condition), inner(formula), result)
    return result


class Interpreter:
    """Evaluates a program on given arrays: ``[T, B, *axes]`` for sequences.

    ``sizes`` gives T, B and every free size; derived sizes follow. Further axes in front of some
    arrays are variants, computed side by side; all that depends on such an array has them too.
    ``operations`` are those of the numbers in the arrays.
    """

    def __init__(self, program: Program, given: Mapping[str, Array], sizes: Mapping[str, int],
                 operations: Operations = NUMPY) -> None:
        self.program, self.operations = program, operations
        self.given = {name: np.asarray(array) for name, array in given.items()}
        self.sizes = dict(sizes)
        for size in program.sizes:
            if size.value is not None:
                self.sizes[size.name] = self._integer(size.value)
        self.known: dict[tuple[str, int], Array] = {}
        allow_depth()

    def run(self, *names: str) -> dict[str, Array]:
        """The arrays of the named variables."""
        return {name: self.whole(name) for name in names}

    def whole(self, name: str) -> Array:
        """One variable over all steps."""
        if self.program[name].span < Span.SEQUENCE:
            return self.at(name, 0)
        steps = np.broadcast_arrays(*(self.at(name, step) for step in range(self.sizes["T"])))
        return np.stack(steps, axis=-len(self.program[name].shape))

    def at(self, name: str, step: int) -> Array:
        """One variable at one step: ``[B, *axes]``, without B for a constant."""
        key = (name, step if self.program[name].span is Span.SEQUENCE else 0)
        if key not in self.known:
            self.known[key] = self._value(self.program[name], key[1])
        return self.known[key]

    def _value(self, variable: Variable, step: int) -> Array:
        if variable.offset is not None:
            return self._selector(variable)
        if variable.name in self.given:
            array = self.given[variable.name]
            whole = variable.span is not Span.SEQUENCE
            return array if whole else np.take(array, step, axis=-len(variable.shape))
        for delay in self.program.delays:
            if delay.lhs == variable.name:
                inside = 0 <= step - delay.step < self.sizes["T"]
                name, when = (delay.source, step - delay.step) if inside else (delay.initial, 0)
                return self.at(name, when)
            if delay.final == variable.name:
                return self.at(delay.source, self.sizes["T"] - 1 if delay.step > 0 else 0)
        return self._equation(variable, step)

    def _equation(self, lhs: Variable, step: int) -> Array:
        definition = self.program.definition(lhs.name)
        if definition is None:
            raise KeyError(f"no value is given for '{lhs.name}'")
        shape = tuple(self.sizes[axis] for axis in lhs.shape[max(0, int(lhs.span) - 1) :])
        additions = sum(self._summands(product, lhs) for _, product in definition.taken_apart) - 1
        result = np.asarray(sum((self._pointwise(term, lhs, step, additions) if product is None
                      else self._scaled(*product, lhs, step, additions)
                      for term, product in definition.taken_apart), start=np.zeros(shape)))
        return np.broadcast_to(result, (*result.shape[:result.ndim - len(shape)], *shape))

    def _summands(self, product: tuple[Expr, Ein] | None, lhs: Variable) -> int:
        """How many numbers a term adds to each entry of a left-hand side."""
        if product is None or isinstance(product[1], Maximum):
            return 1
        ein = product[1]
        lengths = {letter: self.sizes[axis] for part, one in
                   zip(ein.letters.operands, ein.operands, strict=True)
                   for letter, axis in zip(part, self.program[one.name].axes, strict=True)}
        widest = max(self.program[one.name].span for one in ein.operands)
        outer = ("T", "B")[2 - widest:2 - lhs.span] if widest > lhs.span else ()
        return math.prod([*(lengths[one] for one in ein.letters.summed),
                          *(self.sizes[one] for one in outer)])

    def _pointwise(self, term: Expr, lhs: Variable, step: int, additions: int) -> Any:
        """A term that has a value of its own for each entry."""
        indices = self._indices(lhs)
        value = evaluate(term, lambda name: indices[name] if name in indices
                         else self._aligned(name, lhs, step), self.sizes, self.operations)
        return self.operations.rounded(value, additions)

    def _scaled(self, coefficient: Expr, ein: Ein, lhs: Variable, step: int,
                additions: int) -> Any:
        """A contraction times a number, one of several terms; any order of additions is allowed."""
        factor = evaluate(coefficient, self.sizes.__getitem__, self.sizes, self.operations)
        product = self._contraction(ein, lhs, step, additions)
        return product if coefficient == 1 else self.operations.rounded(factor * product, 1)

    def _indices(self, lhs: Variable) -> dict[str, Array]:
        """Where the entries of a left-hand side stand, along each of its axes."""
        lengths = [self.sizes[axis] for axis in lhs.axes]
        return {IndexSymbol.at(place).name: along
                for place, along in enumerate(np.indices(lengths, sparse=True))}

    def _aligned(self, name: str, lhs: Variable, step: int) -> Any:
        """An operand with the axes of the left-hand side, those that it lacks of length 1."""
        variable, array = self.program[name], self.at(name, step)
        own = (("B",) if variable.span else ()) + variable.axes
        full = (("B",) if lhs.span else ()) + lhs.axes
        places = aligned(own, full)
        return array[(..., *(slice(None) if place in places else None
                             for place in range(len(full))))]

    def _contraction(self, ein: Ein, lhs: Variable, step: int, additions: int) -> Array:
        widest = max(self.program[operand.name].span for operand in ein.operands)
        over_time = widest is Span.SEQUENCE and lhs.span < Span.SEQUENCE
        steps = range(self.sizes["T"]) if over_time else [step]
        return sum(  # type: ignore[return-value]
            self._product_at(ein, lhs, one, additions) for one in steps)

    def _product_at(self, ein: Ein, lhs: Variable, step: int, additions: int) -> Array:
        letters, operands = ein.letters, [self.at(one.name, step) for one in ein.operands]
        batched = [bool(self.program[one.name].span) for one in ein.operands]
        if isinstance(ein, Maximum):
            return self._largest(operands[0], ein)
        operands[0] = self.operations.rounded(operands[0], additions + len(operands) - 1)
        parts = [("...B" if flag else "...") + part
                 for flag, part in zip(batched, letters.operands, strict=True)]
        if lhs.span and not any(batched):  # one for all samples: variants stand in front of them
            parts, operands = [*parts, "B"], [*operands, np.ones(1)]
        output = ("...B" if lhs.span else "...") + letters.output
        for letter, axis in zip(letters.output, lhs.axes, strict=True):
            if letter not in "".join(parts):
                parts, operands = [*parts, letter], [*operands, np.ones(self.sizes[axis])]
        return np.asarray(np.einsum(f"{','.join(parts)}->{output}", *operands))

    def _largest(self, operand: Array, ein: Ein) -> Array:
        """The largest entry along the axes that are summed over."""
        along = ein.places_summed
        entries = np.moveaxis(self.operations.real(operand), along, range(len(along)))
        rows = entries.reshape(-1, *entries.shape[len(along):])
        return np.asarray(reduce(self.operations.elementary[Max], rows))

    def _selector(self, variable: Variable) -> Array:
        rows, columns = (self.sizes[axis] for axis in variable.axes)
        offset = self._integer(variable.offset)
        return np.eye(rows, columns, -offset)

    def _integer(self, size: Expr) -> int:
        return int(evaluate(size, self.sizes.__getitem__, self.sizes))

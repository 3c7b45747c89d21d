"""The functions of a cell file: the table of activations, a few of SymPy's, those over axes."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sympy import Expr, Piecewise, sqrt

from symrnn.authoring import arrays
from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError
from symrnn.authoring.arrays import shape
from symrnn.authoring.symbols import Axes
from symrnn.cellfile.values import Value
from symrnn.program import (ACTIVATIONS, ALIASES, ELEMENTARY, activation, larger, magnitude,
                            smaller, symbols_in_order)

Result = tuple[Expr, Axes]
OVER_AXES = frozenset(("sum", "mean", "max", "softmax", "dot", "piece", "concat"))


@dataclass(frozen=True)
class Given:
    """One call: the function, its arguments, where it stands, the axis that it names."""

    name: str
    values: tuple[Value, ...]
    at: int
    axis: str = ""

    @property
    def first(self) -> Expr:
        """The first argument."""
        return self.values[0].expression


class Around(Protocol):
    """What a function needs of whoever builds the formula."""

    scope: Scope

    def wider(self, left: Value, right: Value, what: str, at: int) -> Axes:
        """The axes of two things taken element by element."""
        ...

    def mismatch(self, message: str, at: int, *values: Value) -> CellFileError:
        """The error for axes that do not fit."""
        ...


Builder = Callable[[Around, Given], Result]


class Table(dict[str, Builder]):
    """Functions by name."""

    def takes_axis(self, name: str) -> bool:
        """True where the last argument may be the name of an axis."""
        return name in OVER_AXES

    def unknown(self, name: str) -> str:
        """The message for a function that is not there."""
        close = difflib.get_close_matches(name, self, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(sorted(self))}"
        return f"there is no function '{name}'; {hint}"


def _expect(to: Around, given: Given, count: int) -> None:
    if len(given.values) != count:
        raise to.scope.error(f"'{given.name}' takes {count} argument{'s' * (count > 1)}, "
                             f"not {len(given.values)}", given.at)
    if given.values[0].number is not None:
        raise to.scope.error(f"'{given.name}' of a constant is a number; write the number",
                             given.at)


def _activation(to: Around, given: Given) -> Result:
    """A row of the table; what stands behind the argument are constants."""
    most = len(ACTIVATIONS[ALIASES.get(given.name, given.name)].defaults)
    first, *constants = given.values
    if len(constants) > most:
        raise to.scope.error(f"'{given.name}' takes one argument and at most {most} constants, "
                             f"not {len(constants)}", given.at)
    if any(one.number is None for one in constants):
        raise to.scope.error(f"the parameters of '{given.name}' are constants", given.at)
    _expect(to, Given(given.name, (first,), given.at), 1)
    chosen = activation((given.name, *(str(one.number) for one in constants)))
    return chosen(first.expression), first.axes


def _elementary(function: Callable[[Expr], Expr]) -> Builder:
    def build(to: Around, given: Given) -> Result:
        _expect(to, given, 1)
        return function(given.first), given.values[0].axes

    return build


def _magnitude(to: Around, given: Given) -> Result:
    _expect(to, given, 1)
    return magnitude(to.scope.cell.compared(given.first)), given.values[0].axes


def _array(to: Around, given: Given) -> Axes:
    """The axes of the first argument, which has some."""
    value = given.values[0]
    if not value.axes:
        raise to.mismatch(f"'{given.name}' wants a vector, got {shape(value.axes)}", given.at,
                          value)
    return value.axes


def _without(axes: Axes, axis: str) -> Axes:
    return tuple(one for one in axes if one != axis) if axis else ()


def _over_axis(make: Callable[[Expr, str], Expr], keeps: bool = False) -> Builder:
    """A function along one axis, or over all entries; one that ``keeps`` its axes, softmax."""
    def build(to: Around, given: Given) -> Result:
        _expect(to, given, 1)
        axes = _array(to, given)
        axis = given.axis or (axes[-1] if keeps else "")
        return make(given.first, axis), axes if keeps else _without(axes, axis)

    return build


def _dot(to: Around, given: Given) -> Result:
    _expect(to, given, 2)
    left, right = given.values
    _array(to, given)
    if left.axes != right.axes:
        raise to.mismatch(f"'dot' wants two vectors of {shape(left.axes)}, the second is "
                          f"{shape(right.axes)}", given.at, left, right)
    return (arrays.dot(left.expression, right.expression, given.axis),
            _without(left.axes, given.axis))


def _outer(to: Around, given: Given) -> Result:
    _expect(to, given, 2)
    left, right = given.values
    for one in given.values:
        _array(to, Given(given.name, (one,), given.at))
    side = arrays.in_common(left.axes[:-1], right.axes[:-1])
    return (arrays.outer(left.expression, right.expression),
            (*left.axes, *right.axes[side:]))


def _piece(to: Around, given: Given) -> Result:
    """``piece(z[t], n, m)``: m entries of z from entry n on."""
    _expect(to, given, 2)
    start = given.values[1]
    if not given.axis:
        raise to.scope.error("'piece' names the axis of what it takes: piece(z[t], 0, m)",
                             given.at)
    if start.axes or symbols_in_order(start.expression):
        raise to.scope.error("a piece starts at a number of entries, in numbers and sizes",
                             given.at)
    axes = _array(to, given)
    return arrays.piece(given.first, start.expression, given.axis), (*axes[:-1], given.axis)


def _concat(to: Around, given: Given) -> Result:
    """``concat(x[t], h[t-1], q)``: one behind the other, as the axis q."""
    if not given.axis:
        raise to.scope.error("'concat' names its axis: size q = n + m, then concat(x[t], h[t], q)",
                             given.at)
    axes = _array(to, given)
    made = arrays.concat(given.axis, *(one.expression for one in given.values))
    return made, (*axes[:-1], given.axis)


def _where(to: Around, given: Given) -> Result:
    """``where(a <= b, x, y)``."""
    if len(given.values) != 3 or not given.values[0].is_condition:
        raise to.scope.error("'where' takes a comparison and two values: where(a[t] <= 0, x, y)",
                             given.at)
    condition, yes, no = given.values
    axes = to.wider(yes, no, "where", given.at)
    wide = to.wider(condition, Value(yes.expression, axes), "where", given.at)
    return Piecewise((yes.expression, condition.expression), (no.expression, True)), wide


def _extreme(sign: int) -> Builder:
    """The larger or the smaller of two, element by element; the first one where they tie."""
    def build(to: Around, given: Given) -> Result:
        if len(given.values) == 1 and sign > 0:
            return _over_axis(arrays.largest)(to, given)
        if given.values[0].number is not None:  # max(0, a[t]) is max(a[t], 0)
            given = Given(given.name, given.values[::-1], given.at)
        _expect(to, given, 2)
        a, b = (to.scope.cell.compared(one.expression) for one in given.values)
        axes = to.wider(given.values[0], given.values[1], given.name, given.at)
        return (larger if sign > 0 else smaller)(a, b), axes

    return build


FUNCTIONS = Table({
    **{row.name: _elementary(row.function) for row in ELEMENTARY.values()},
    **dict.fromkeys((*ACTIVATIONS, *ALIASES), _activation),
    "sqrt": _elementary(sqrt), "abs": _magnitude,
    "sum": _over_axis(arrays.total), "mean": _over_axis(arrays.mean),
    "softmax": _over_axis(arrays.softmax, keeps=True), "dot": _dot, "outer": _outer,
    "piece": _piece, "concat": _concat, "where": _where,
    "max": _extreme(1), "min": _extreme(-1),
})

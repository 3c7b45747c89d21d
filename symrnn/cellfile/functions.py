"""The functions of a cell file: the table of activations, a few of SymPy's, a few over vectors."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Protocol

from sympy import Expr, Piecewise, cos, exp, log, sin, sqrt

from symrnn.cellfile.scope import Scope
from symrnn.cellfile.source import CellFileError
from symrnn.cellfile.values import Axes, Value, shape
from symrnn.program import (ACTIVATIONS, ALIASES, SizeSymbol, activation, larger, magnitude,
                            smaller)

Result = tuple[Expr, Axes]


class Around(Protocol):
    """What a function needs of whoever builds the formula."""

    scope: Scope

    def wider(self, left: Value, right: Value, what: str, at: int) -> Axes:
        """The axes of two things taken element by element."""
        ...

    def mismatch(self, message: str, at: int, *values: Value) -> CellFileError:
        """The error for axes that do not fit."""
        ...


Builder = Callable[[Around, str, Sequence[Value], int], Result]


class Table(dict[str, Builder]):
    """Functions by name."""

    def unknown(self, name: str) -> str:
        """The message for a function that is not there."""
        close = difflib.get_close_matches(name, self, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(sorted(self))}"
        return f"there is no function '{name}'; {hint}"


def _expect(to: Around, name: str, given: Sequence[Value], count: int, at: int) -> None:
    if len(given) != count:
        raise to.scope.error(f"'{name}' takes {count} argument{'s' * (count > 1)}, "
                             f"not {len(given)}", at)
    if given[0].number is not None:
        raise to.scope.error(f"'{name}' of a constant is a number; write the number", at)


def _activation(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    """A row of the table; what stands behind the argument are constants."""
    most = len(ACTIVATIONS[ALIASES.get(name, name)].defaults)
    first, *constants = given
    if len(constants) > most:
        raise to.scope.error(f"'{name}' takes one argument and at most {most} constants, "
                             f"not {len(constants)}", at)
    if any(one.number is None for one in constants):
        raise to.scope.error(f"the parameters of '{name}' are constants", at)
    _expect(to, name, [first], 1, at)
    return activation((name, *(str(one.number) for one in constants)))(first.expression), first.axes


def _elementary(function: Callable[[Expr], Expr]) -> Builder:
    def build(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
        _expect(to, name, given, 1, at)
        return function(given[0].expression), given[0].axes

    return build


def _magnitude(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    _expect(to, name, given, 1, at)
    return magnitude(to.scope.cell.compared(given[0].expression)), given[0].axes


def _vector(to: Around, name: str, given: Value, at: int) -> Expr:
    if len(given.axes) != 1:
        raise to.mismatch(f"'{name}' wants a vector, got {shape(given.axes)}", at, given)
    return given.expression


def _sum(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    _expect(to, name, given, 1, at)
    return to.scope.cell.contract("i->", _vector(to, name, given[0], at)), ()


def _mean(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    total, _ = _sum(to, name, given, at)
    return total / SizeSymbol(given[0].axes[0]), ()


def _dot(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    _expect(to, name, given, 2, at)
    left, right = (_vector(to, name, one, at) for one in given)
    if given[0].axes != given[1].axes:
        raise to.scope.error(f"'dot' wants two vectors of [{given[0].axes[0]}], the second is "
                             f"[{given[1].axes[0]}]", at)
    return to.scope.cell.contract("i,i->", left, right), ()


def _outer(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
    _expect(to, name, given, 2, at)
    left, right = (_vector(to, name, one, at) for one in given)
    return to.scope.cell.contract("i,j->ij", left, right), given[0].axes + given[1].axes


def _extreme(sign: int) -> Builder:
    """The larger or the smaller of two, element by element; the first one where they tie."""
    def build(to: Around, name: str, given: Sequence[Value], at: int) -> Result:
        if len(given) == 1 and sign > 0:
            return _largest(to, name, given[0], at)
        if given[0].number is not None:  # max(0, a[t]) is max(a[t], 0)
            given = given[::-1]
        _expect(to, name, given, 2, at)
        a, b = (to.scope.cell.compared(one.expression) for one in given)
        axes = to.wider(given[0], given[1], name, at)
        return (larger if sign > 0 else smaller)(a, b), axes

    return build


def _largest(to: Around, name: str, given: Value, at: int) -> Result:
    """The largest entry; entries that tie share its gradient.

    The maximum alone would have none: it is a shift that the derivation holds constant. So the
    result is the sum of the entries that reach it over their number.
    """
    cell = to.scope.cell
    _expect(to, name, [given], 1, at)
    vector = cell.contract("i->i", _vector(to, name, given, at)).operands[0]
    maximum = cell.part(f"maximum_{vector.name}", (), "largest entry")
    cell.define(maximum.name, cell.maximum(cell.term(vector.name)))
    top = cell.term(maximum.name)
    reach, count = (cell.contract("i->", Piecewise((one, vector >= top), (0, True)))
                    for one in (vector, 1))
    return reach / count, ()


FUNCTIONS = Table({
    **dict.fromkeys((*ACTIVATIONS, *ALIASES), _activation),
    "exp": _elementary(exp), "log": _elementary(log), "sqrt": _elementary(sqrt),
    "sin": _elementary(sin), "cos": _elementary(cos),
    "abs": _magnitude, "sum": _sum, "mean": _mean, "dot": _dot, "outer": _outer,
    "max": _extreme(1), "min": _extreme(-1),
})

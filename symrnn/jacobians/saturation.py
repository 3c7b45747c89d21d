"""Which values of bounded activations stand near their ends, where slopes are small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sympy import Expr, Function, Symbol, preorder_traversal

from symrnn.backends.unicode import UnicodePrinter
from symrnn.jacobians.steps import Steps
from symrnn.program import Equation, Pointwise, Program, Role, is_number
from symrnn.program.interpret import Array, Interpreter, evaluate

NEAR = 0.05  # of an end
FAR = (1e200, 3e200, 1e300)  # arguments at which a function with ends is at its ends
LARGE = 1e100  # no end at all


@dataclass(frozen=True)
class Saturation:
    """The shares of an activation's values within 0.05 of the ends of its range.

    ``name`` is the value as documents write it, ``ends`` are the ends, ``value`` is the symbol or
    the call itself.
    """

    name: str
    ends: tuple[float, float]
    low: float
    high: float
    value: Expr


@dataclass(frozen=True)
class _Bounded:
    """A call of a bounded function in an equation."""

    equation: Equation
    call: Expr
    ends: tuple[float, float]


def saturations(steps: Steps) -> tuple[Saturation, ...]:
    """The shares of every bounded activation of a network, over all steps of a run."""
    found = tuple(_bounded(steps.start.program))
    if not found:
        return ()
    watched = _watched(steps.start.program, found)
    values = _values(watched, steps)
    printer = UnicodePrinter(steps.start.program)
    with np.errstate(over="ignore"):  # on the way to an end
        return tuple(_share(printer, one, values.whole(_name(place)))
                     for place, one in enumerate(found))


def _share(printer: UnicodePrinter, one: _Bounded, values: Array) -> Saturation:
    named, (low, high) = one.call == one.equation.rhs, one.ends
    value = Symbol(one.equation.lhs) if named else one.call
    name = printer.symbol(one.equation.lhs) if named else printer(value)
    return Saturation(name, one.ends, float(np.mean(values <= low + NEAR)),
                      float(np.mean(values >= high - NEAR)), value)


def _bounded(program: Program) -> Iterator[_Bounded]:
    known = set[Expr]()
    for equation in program.equations:
        for node in preorder_traversal(equation.rhs):
            ends = _ends(node) if isinstance(node, Function) else None
            if ends is not None and node not in known:
                known.add(node)
                yield _Bounded(equation, node, ends)


def _ends(call: Function) -> tuple[float, float] | None:
    """The ends of a function's range, which it reaches far to both sides; None without ends."""
    if isinstance(call, Pointwise) and (call.activation.part or call.activation.operands != 1):
        return None
    numbers = call.args[1:]
    return _range(call.func, numbers) if all(map(is_number, numbers)) else None


@cache
def _range(function: type[Function], parameters: tuple[Expr, ...]) -> tuple[float, float] | None:
    call = function(Symbol("x"), *parameters)
    sides = [[_at(call, side * far) for far in FAR] for side in (-1, 1)]
    low, high = sorted(side[0] for side in sides)
    rests = all(one == side[0] for side in sides for one in side)
    return (low, high) if rests and -LARGE < low < high < LARGE else None


def _at(call: Expr, value: float) -> float:
    """A function of one argument."""
    with np.errstate(all="ignore"):
        return float(evaluate(call, lambda _: np.float64(value), {}))


def _name(place: int) -> str:
    return f"activation {place}"


def _watched(program: Program, found: tuple[_Bounded, ...]) -> Program:
    """The program with every call as a value of its own."""
    variables = [replace(program[one.equation.lhs], name=_name(place))
                 for place, one in enumerate(found)]
    equations = [Equation(_name(place), one.call, 0) for place, one in enumerate(found)]
    return replace(program, variables=(*program.variables, *variables),
                   equations=(*program.equations, *equations))


def _values(program: Program, steps: Steps) -> Interpreter:
    """All values of a run, its steps side by side as samples of one step."""
    start = steps.start
    inputs, states = steps.together(slice(0, start.steps), 1)
    initial = {one.initial: states[one.state] for one in program.delays}
    known = {one.name: np.zeros((1, start.steps)) for one in program.with_role(Role.START)}
    return Interpreter(program, {**start.parameters, **inputs, **initial, **known},
                       {**start.sizes, "T": 1, "B": start.steps})

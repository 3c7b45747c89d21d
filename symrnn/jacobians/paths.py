"""What equations say of the way from state to state: its weights, its biases, what it adds to.

All is read from the linearised equations, which the adjoint is made of; no cell is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Expr

from symrnn.adjoint.rules import linearise
from symrnn.jacobians.entrywise import links, on_the_way, turns
from symrnn.program import (Delay, Program, Role, Span, Variable, multiply, reached, reads,
                            reversed_edges, symbols_in_order)
from symrnn.program.interpret import evaluate
from symrnn.recurrences import beside
from symrnn.transforms.bias import only_added
from symrnn.transforms.rewiring import recurrent

LOW, HIGH = 0.25, 0.75  # two values of a gate: at which of them is more kept?


@dataclass(frozen=True)
class AdditivePath:
    """A way from a state to its next value that meets no weights and no slope.

    ``factor`` is all that it multiplies by: 1, gates and constants. ``gates`` are the values of a
    step among them.
    """

    delay: Delay
    factor: Expr
    gates: tuple[str, ...]


@dataclass(frozen=True)
class Opener:
    """A bias that opens an additive path: upwards where ``sign`` is 1, downwards where it is -1."""

    bias: str
    sign: int


@cache
def recurrent_weights(program: Program) -> tuple[str, ...]:
    """The parameters with axes that multiply what comes from a state on its way back to it.

    Matrices come before vectors, else in order of declaration. A weight counts too where it is
    made of a parameter once for all steps, such as a masked matrix.
    """
    made = {one.lhs: set(one.reads) for one in program.equations
            if program[one.lhs].span is Span.CONSTANT}
    found = reached({name for equation, term in on_the_way(program) for name in beside(term)
                     if name != equation.lhs}, made)
    own = [one for one in program.with_role(Role.PARAMETER) if one.name in found and one.axes]
    return tuple(one.name for one in sorted(own, key=lambda one: len(one.axes) < 2))


@cache
def biases(program: Program) -> tuple[str, ...]:
    """What is only ever added on the way to a state, what opens an additive path first."""
    first, readers = [one.bias for one in openers(program)], reversed_edges(reads(program))
    states = {one.source for one in recurrent(program)}
    found = [one.name for one in program.with_role(Role.PARAMETER)
             if _is_bias(program, one) and states & reached([one.name], readers)]
    return tuple(dict.fromkeys([*first, *found]))


@cache
def additive_paths(program: Program) -> tuple[AdditivePath, ...]:
    """For every state that has one, the shortest additive path.

    States that turn into one another entry by entry have none: see :func:`turns`.
    """
    turning = {one.lhs for turn in turns(program) for one in turn.delays}
    found = [(delay, _factors(program, delay)) for delay in recurrent(program)
             if delay.lhs not in turning]
    return tuple(AdditivePath(delay, multiply(parts), _gates(program, multiply(parts)))
                 for delay, parts in found if parts is not None)


@cache
def openers(program: Program) -> tuple[Opener, ...]:
    """The nearest bias behind every gate of an additive path, and which way it opens it."""
    found = {}
    for path in additive_paths(program):
        for gate in path.gates:
            bias, upwards = _nearest_bias(program, gate)
            if bias and bias not in found:
                found[bias] = Opener(bias, upwards * _rises(path.factor, gate))
    return tuple(found.values())


def _is_bias(program: Program, one: Variable) -> bool:
    return len(one.axes) < 2 and only_added(program, one.name)


def _factors(program: Program, delay: Delay) -> list[Expr] | None:
    """What the shortest additive path from a delayed state multiplies by, link by link."""
    edges: dict[str, list[tuple[str, Expr]]] = {}
    for source, target, factor in links(program):
        edges.setdefault(source, []).append((target, factor))
    known: dict[str, list[Expr]] = {delay.lhs: []}
    waiting = [delay.lhs]
    for name in waiting:
        for target, factor in edges.get(name, ()):
            if target not in known:
                known[target] = [*known[name], factor]
                waiting.append(target)
    return known.get(delay.source)


def _gates(program: Program, factor: Expr) -> tuple[str, ...]:
    bound = {one.lhs for one in program.equations}
    return tuple(name for name in symbols_in_order(factor) if name in bound)


def _nearest_bias(program: Program, gate: str) -> tuple[str, int]:
    """The bias that is fewest equations away, and 1 where the gate rises with it, else -1.

    Behind a product other units begin, behind a state another memory: the search ends there.
    """
    waiting = [(gate, 1)]
    known = {gate, *program.states}
    for name, sign in waiting:
        equation = program.definition(name)
        for term in linearise(equation) if equation is not None else ():
            own = program[term.source]
            way = sign * (1 if term.ein is not None else _sign(term.factor))
            if own.role is Role.PARAMETER and _is_bias(program, own):
                return own.name, way
            if term.source not in known and term.ein is None:
                known.add(term.source)
                waiting.append((term.source, way))
    return "", 1


def _sign(slope: Expr) -> int:
    """The sign of a slope where all values lie between 0 and 1."""
    return 1 if _at(slope, {}) >= 0 else -1


def _rises(factor: Expr, gate: str) -> int:
    low, high = (_at(factor, {gate: value}) for value in (LOW, HIGH))
    return 1 if high >= low else -1


def _at(formula: Expr, values: Mapping[str, float]) -> float:
    """A formula where everything else is one half."""
    return float(evaluate(formula, lambda name: values.get(name, 0.5), {}))

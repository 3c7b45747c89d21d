"""Reads equations of SymPy as anybody would who knows only their meaning, and gives numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from sympy import Eq, Expr, Indexed, KroneckerDelta, Sum, Symbol, preorder_traversal

from symrnn.program import Program, Span
from symrnn.program.interpret import Interpreter, evaluate

STEPS = 3
Given = Callable[[str, tuple[int, ...]], Any]


def drawn(program: Program, steps: int = STEPS, seed: int = 1) -> Interpreter:
    """A program on random numbers: one sample, every size 2."""
    sizes = {"T": steps, "B": 1, **{one.name: 2 for one in program.sizes if one.value is None}}
    sizes = Interpreter(program, {}, sizes).sizes
    draw = np.random.default_rng(seed)
    given = {one.name: draw.normal(size=[sizes[axis] for axis in one.shape]) / 2
             for one in program.variables if one.role.given and one.offset is None}
    return Interpreter(program, given, sizes)


def of_run(run: Interpreter) -> Given:
    """What names stand for in a run: a step counts from 1, and beyond the edge a state is given."""
    def value(name: str, places: tuple[int, ...]) -> Any:
        if name not in run.program:
            return 0.0  # a tangent before the first step
        span = run.program[name].span
        if span is not Span.SEQUENCE:
            array = run.at(name, 0)
            return (array if span is Span.CONSTANT else array[0])[places]
        step, *entry = places
        if 1 <= step <= run.sizes["T"]:
            return run.at(name, step - 1)[0][tuple(entry)]
        return run.at(_edge(run.program, name, step), 0)[0][tuple(entry)]
    return value


def _edge(program: Program, name: str, step: int) -> str:
    """The initial value that a state has at a step before the first one, or behind the last."""
    delay = next(one for one in program.delays if one.source == name)
    while step < 0:  # handed on once more
        delay, step = next(one for one in program.delays
                           if program[one.source].stands_for == Symbol(delay.lhs)), step + 1
    return delay.initial


class Reading:
    """A system of equations over given numbers."""

    def __init__(self, system: Sequence[Eq], given: Given, sizes: Mapping[str, int]) -> None:
        self.given, self.sizes = given, sizes
        self.known = {one.lhs.base.name if isinstance(one.lhs, Indexed) else one.lhs.name: one
                      for one in system}
        self.found: dict[tuple[str, tuple[int, ...]], Any] = {}

    def array(self, name: str, *front: int) -> Any:
        """All entries of what an equation binds, at a step where it has steps."""
        left = self.known[name].lhs
        if not isinstance(left, Indexed):
            return self.at(name, ())
        shape = [int(self.value(size, {})) for size in left.base.shape[len(front):]]
        return np.array([self.at(name, (*front, *entry)) for entry in product(*map(range, shape))]
                        ).reshape(shape)

    def at(self, name: str, places: tuple[int, ...]) -> Any:
        """One entry."""
        if (name, places) not in self.found:
            self.found[name, places] = self._defined(name, places)
        return self.found[name, places]

    def _defined(self, name: str, places: tuple[int, ...]) -> Any:
        equation = self.known.get(name)
        if equation is None:
            return self.given(name, places)
        indices = equation.lhs.indices if isinstance(equation.lhs, Indexed) else ()
        fixed = [one.is_number and int(one) != place
                 for one, place in zip(indices, places, strict=True)]
        moving = Symbol("t", integer=True) in indices
        if any(fixed) or (moving and not 1 <= places[0] <= self.sizes["T"]):
            return self.given(name, places)
        return self.value(equation.rhs, dict(zip(indices, places, strict=True)))

    def value(self, expression: Expr, known: Mapping[Expr, int]) -> Any:
        """An expression with its indices known."""
        shape, parts = _parts(expression)
        values = {hole.name: self._part(part, known) for hole, part in parts}
        return evaluate(shape, values.__getitem__, {})

    def _part(self, part: Expr, known: Mapping[Expr, int]) -> Any:
        if isinstance(part, Indexed):
            return self.at(part.base.name, tuple(int(self.value(one, known))
                                                 for one in part.indices))
        if isinstance(part, KroneckerDelta):
            first, second = (self.value(one, known) for one in part.args)
            return float(first == second)
        if isinstance(part, Sum):
            inside, *limits = part.args
            ranges = [range(int(self.value(low, known)), int(self.value(high, known)) + 1)
                      for _, low, high in limits]
            return sum(self.value(inside, {**known, **dict(zip(
                [one for one, _, _ in limits], entry, strict=True))}) for entry in product(*ranges))
        if part in known:
            return float(known[part])
        return float(self.sizes[part.name]) if part.name in self.sizes else self.at(part.name, ())


@cache
def _parts(expression: Expr) -> tuple[Expr, tuple[tuple[Symbol, Expr], ...]]:
    """An expression with holes for what has a meaning of its own, and what goes into them."""
    found: dict[Expr, Symbol] = {}
    walk = preorder_traversal(expression)
    for node in walk:
        if isinstance(node, Indexed | KroneckerDelta | Sum | Symbol):
            walk.skip()
            found.setdefault(node, Symbol(f"hole {len(found)}"))
    return expression.xreplace(found), tuple((hole, part) for part, hole in found.items())


def close(one: Any, other: Any) -> bool:
    """True where two arrays agree to 1e-12 of the largest entry."""
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and bool(
        np.max(np.abs(one - other), initial=0.0) <= 1e-12 * max(1.0, np.abs(other).max(initial=0)))

"""Numbers for the tests of the core: values drawn at random, and derivatives by complex step.

A complex step of 1e-30 (Squire and Trapp 1998) has no cancellation, so it is exact to
rounding. It cannot cross a kink either: comparisons see real parts alone, and no test
point lies exactly on a kink, which ``test_interpret`` shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle

import numpy as np

from symrnn.adjoint import DIFFERENTIABLE
from symrnn.program import Program, Role
from symrnn.program.interpret import Array, Interpreter

STEP = 1e-30
SEED = 3
Values = dict[str, Array]


def small_sizes(program: Program) -> dict[str, int]:
    """Three steps of two samples; free sizes 2 and 3 in turn, so that a wrong transpose shows."""
    free = [size.name for size in program.sizes if size.value is None]
    return {"T": 3, "B": 2} | dict(zip(free, cycle((2, 3)), strict=False))


def interpret(program: Program, values: Mapping[str, Array]) -> Interpreter:
    """The program on these values and small sizes."""
    return Interpreter(program, values, small_sizes(program))


def drawn(program: Program, seed: int = SEED) -> Values:
    """A random array for everything that the program is given."""
    sizes, random = interpret(program, {}).sizes, np.random.default_rng(seed)
    return {
        one.name: random.normal(size=[sizes[axis] for axis in one.shape])
        for one in program.variables
        if one.role.given and one.offset is None
    }


def leaves(program: Program) -> tuple[str, ...]:
    """Everything that the program can be differentiated by."""
    return tuple(one.name for one in program.with_role(*DIFFERENTIABLE))


def ends(program: Program) -> tuple[str, ...]:
    """Everything that leaves the program: outputs and final states."""
    return (*program.outputs, *(delay.final for delay in program.delays))


def partners(derived: Program, role: Role, names: Iterable[str]) -> dict[str, str]:
    """For each name the variable of this role that was derived from it."""
    wanted = set(names)
    return {one.of: one.name for one in derived.with_role(role) if one.of in wanted}


def complex_step(
    program: Program, values: Mapping[str, Array], along: Mapping[str, Array], names: Iterable[str]
) -> Values:
    """The directional derivative of the named variables along one direction."""
    moved = dict(values) | {name: values[name] + 1j * STEP * arrow for name, arrow in along.items()}
    run = interpret(program, moved)
    return {name: np.imag(run.whole(name)) / STEP for name in names}


def every_entry(array: Array) -> Array:
    """One direction for each entry of an array, as variants side by side."""
    return np.eye(array.size).reshape(-1, *array.shape)


def total(array: Array, axes: int) -> Array:
    """The sum over so many last axes, for each variant."""
    return np.sum(array, axis=tuple(range(-axes, 0)))


def inner(left: Mapping[str, Array], right: Mapping[str, Array]) -> float:
    """The inner product of two collections of arrays of equal names."""
    assert left.keys() == right.keys()
    return sum(float(np.sum(left[name] * right[name])) for name in left)


def distance(found: Array, expected: Array) -> float:
    """The largest difference, relative to the largest expected entry."""
    scale = np.abs(expected).max(initial=0.0)
    return float(np.abs(found - expected).max(initial=0.0) / (scale or 1.0))

"""The Jacobians of single steps along a sequence, from the derived backward pass.

A cotangent is a sample: one backward call over one step takes all units of many steps side by
side. Where it is long, the batch is cut, which bounds the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from symrnn.jacobians.start import Start
from symrnn.kernels import compile
from symrnn.program import Program, ProgramError, reverse
from symrnn.runtime.shapes import Array
from symrnn.transforms.rewiring import recurrent

SAMPLES = 4096  # in one batch


@dataclass(frozen=True)
class Part:
    """Where the entries of a state or an output stand in the vector of all, flattened."""

    name: str
    rows: slice

    @property
    def size(self) -> int:
        """How many entries it has."""
        return int(self.rows.stop - self.rows.start)


class Why(Enum):
    """Why the gradients of a network cannot be measured, and what to do instead."""

    NO_MEMORY = ("remembers nothing that it computes, so no gradient travels through time; "
                 "measure a network with a state")
    BOTH_DIRECTIONS = ("remembers in both directions, so no state follows from the one before it "
                       "and there is no Jacobian from state to state; measure one direction")
    NOT_FINITE = "has values that are not finite at these weights; give others"


class Unmeasured(ProgramError):
    """A network whose gradients cannot be measured."""

    def __init__(self, program: Program, why: Why) -> None:
        super().__init__(f"{program.name} {why.value}")
        self.why = why


def along(program: Program) -> Program:
    """The network scanned forwards: one that reads in reverse is turned around.

    Raises Unmeasured where there is no Jacobian from state to state.
    """
    directions = {one.step for one in program.delays}
    if not recurrent(program):
        raise Unmeasured(program, Why.NO_MEMORY)
    if len(directions) > 1:
        raise Unmeasured(program, Why.BOTH_DIRECTIONS)
    return program if directions == {1} else reverse(program)


class Steps:
    """A run, step by step: the states before each step, and how each step passes them on."""

    def __init__(self, start: Start) -> None:
        self.start, self.kernel = start, compile(start.program, "numpy", "float64")
        self.before = list(self._states())
        self.states = _parts({name: array.shape[1:] for name, array in self.before[0].items()})
        first = self._outputs(slice(0, 1))
        self.outputs = _parts({name: array.shape[2:] for name, array in first.items()})

    @property
    def finite(self) -> bool:
        """True where no value left the domain of a function."""
        return all(np.isfinite(array).all() for states in self.before
                   for array in states.values())

    def size(self, state: str) -> int:
        """How many entries a state has."""
        return next(one.size for one in self.states if one.name == state)

    def _states(self) -> Iterator[dict[str, Array]]:
        """The states before every step, and after the last."""
        start = self.start
        first = {name: array[:1] for name, array in start.inputs.items()}
        state = dict(self.kernel.given(start.parameters, first, None).initial)
        yield state
        for step in range(start.steps):
            inputs = {name: array[step] for name, array in start.inputs.items()}
            _, state = self.kernel.step(start.parameters, inputs, state)
            yield state

    def _outputs(self, steps: slice) -> Mapping[str, Array]:
        run = self.kernel.forward(self.start.parameters, *self.together(steps, 1))
        return {self.kernel.called[name]: one for name, one in run.outputs.items()}

    def together(self, steps: slice, copies: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """Inputs and states of some steps as samples of one step, each several times."""
        inputs = {name: np.repeat(array[steps, 0], copies, 0)[None]
                  for name, array in self.start.inputs.items()}
        states = {name: np.repeat(np.concatenate([one[name] for one in self.before[:-1][steps]]),
                                  copies, 0) for name in self.before[0]}
        return inputs, states

    def backwards(self) -> Iterator[Array]:
        """From the last step to the first the Jacobian of the state by that before it, [N, N]."""
        count = sum(one.size for one in self.states)
        many = max(1, SAMPLES // count)
        for stop in range(self.start.steps, 0, -many):
            yield from self._pulled(slice(max(0, stop - many), stop), count, 0)[::-1]

    def last_output(self) -> Array:
        """The Jacobian of the outputs by the state before them, at the last step, [outputs, N]."""
        count, last = sum(one.size for one in self.outputs), self.start.steps
        found: Array = self._pulled(slice(last - 1, last), 0, count)[0]
        return found

    def _pulled(self, steps: slice, states: int, outputs: int) -> Array:
        """For every step the gradients of all units of the states, or of the outputs."""
        copies = states + outputs
        inputs, initial = self.together(steps, copies)
        run = self.kernel.forward(self.start.parameters, inputs, initial)
        count = len(next(iter(initial.values())))
        unit = np.tile(np.eye(copies), (count // copies, 1))
        ends = {name: np.zeros_like(array) for name, array in run.final.items()}
        bars = {self.kernel.called[name]: np.zeros_like(one) for name, one in run.outputs.items()}
        for part in self.states if states else ():
            ends[part.name] = unit[:, part.rows].reshape(ends[part.name].shape)
        for part in self.outputs if outputs else ():
            bars[part.name] = unit[:, part.rows].reshape(bars[part.name].shape)
        found = self.kernel.backward(run, bars, ends)
        flat = [found[one.initial].reshape(count, -1) for one in self.start.program.delays]
        return np.concatenate(flat, 1).reshape(count // copies, copies, -1)


def _parts(shapes: Mapping[str, tuple[int, ...]]) -> tuple[Part, ...]:
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes.values())])
    return tuple(Part(name, slice(int(first), int(last))) for name, first, last in
                 zip(shapes, ends[:-1], ends[1:], strict=True))

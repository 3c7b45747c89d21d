"""A sequence in pieces: its arrays as samples and back, and values of one step before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from symrnn.program import Delay
from symrnn.runtime import Kernel
from symrnn.runtime.directional import arguments
from symrnn.runtime.shapes import Array

Values = dict[str, Array]  # by the name of a variable


@dataclass(frozen=True)
class Pieces:
    """How a scan is cut: so many pieces of equal length; what is over comes last in its order."""

    count: int
    steps: int
    forward: bool

    @property
    def length(self) -> int:
        return self.steps // self.count

    @property
    def whole(self) -> slice:
        """The steps of all pieces."""
        many = self.length * self.count
        return slice(0, many) if self.forward else slice(self.steps - many, self.steps)

    @property
    def rest(self) -> slice:
        """The other steps."""
        many = self.length * self.count
        return slice(many, self.steps) if self.forward else slice(0, self.steps - many)

    @property
    def order(self) -> range:
        """The pieces as the scan takes them."""
        return range(self.count) if self.forward else range(self.count - 1, -1, -1)

    def side_by_side(self, array: Array) -> Array:
        """The pieces of a sequence [T, B, ...] as samples [length, pieces B, ...]."""
        cut = array[self.whole].reshape(self.count, self.length, *array.shape[1:]).swapaxes(0, 1)
        return np.ascontiguousarray(cut).reshape(self.length, self.count * array.shape[1],
                                                 *array.shape[2:])

    def in_time(self, array: Array) -> Array:
        """The same back again."""
        samples = array.shape[1] // self.count
        cut = array.reshape(self.length, self.count, samples, *array.shape[2:]).swapaxes(0, 1)
        return cut.reshape(self.length * self.count, samples, *array.shape[2:])

    def apart(self, states: Array) -> Array:
        """States of pieces that are samples, [pieces B, ...], as [pieces, B, ...]."""
        return states.reshape(self.count, len(states) // self.count, *states.shape[1:])


@dataclass(frozen=True)
class Block:
    """The entries of a state that the next ones read together, and those they are read beside.

    Axes at the ``kept`` places are read entry by entry; all others make up one block, of one
    entry where there are none. Shapes are those of one sample.
    """

    shape: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def mixed(self) -> tuple[int, ...]:
        """The places of the axes inside a block."""
        return tuple(one for one in range(len(self.shape)) if one not in self.kept)

    @property
    def size(self) -> int:
        """How many entries a block has."""
        return prod(self.shape[one] for one in self.mixed)

    def units(self, like: Array) -> Array:
        """States [size B, ...] that are one at one entry of every block, and zero elsewhere."""
        if self.size == 1:
            return np.ones_like(like)
        sizes = [self.shape[one] if one in self.mixed else 1 for one in range(len(self.shape))]
        ones = np.eye(self.size, dtype=like.dtype).reshape(self.size, 1, *sizes)
        return np.broadcast_to(ones, (self.size, *like.shape)).reshape(-1, *like.shape[1:])

    def entries(self, state: Array, axes: int) -> Array:
        """A state [B, ...] entry of the block by entry, [size, B, ...], beside one of some axes."""
        first = np.moveaxis(state, [1 + one for one in self.mixed], range(len(self.mixed)))
        sizes = {place: self.shape[place] for place in self.kept}
        return first.reshape(self.size, len(state), *(sizes.get(one, 1) for one in range(axes)))


def run(kernel: Kernel, values: Mapping[str, Array]) -> Values:
    """Outputs and final states of a program, by the names of their variables."""
    program = kernel.program
    y, final = kernel.infer(*arguments(program, values, {}))
    outputs = y if isinstance(y, Mapping) else {kernel.called[program.outputs[0]]: y}
    return {**{name: outputs[kernel.called[name]] for name in program.outputs},
            **{one.final: final[one.state] for one in program.delays}}


def shifted(values: Mapping[str, Array], delay: Delay) -> tuple[Array, Array]:
    """A value one step before, in the order of its delay, and the last one of all."""
    source, edge = values[delay.source], values[delay.initial][None]
    if delay.step > 0:
        every = np.concatenate([edge, source])
        return every[:-1], every[-1]
    every = np.concatenate([source, edge])
    return every[1:], every[0]


def remembered(values: Mapping[str, Array], delays: Iterable[Delay]) -> Values:
    """All that delays give of these values: those of one step before, and the final ones.

    A value of two steps before is one of one step before, a step before.
    """
    known, left = dict(values), list(delays)
    while left:
        one = next(each for each in left if each.source in known)
        known[one.lhs], known[one.final] = shifted(known, one)
        left.remove(one)
    return {name: array for name, array in known.items() if name not in values}

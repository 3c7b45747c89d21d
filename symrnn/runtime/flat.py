"""A kernel on arrays in one order, without names: how another library's arrays pass through it.

Parameters stand first, then inputs, then initial states; what leaves are outputs, then final
states. Shapes are asked for before there are arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np

from symrnn.adjoint import DIFFERENTIABLE
from symrnn.program import FED, Program, Role, Variable
from symrnn.runtime.c_engine import CEngine
from symrnn.runtime.calls import Given
from symrnn.runtime.directional import hessian_along, pushed_along
from symrnn.runtime.kernel import Kernel
from symrnn.runtime.masking import seen
from symrnn.runtime.memory import ALIGNMENT, Lease
from symrnn.runtime.shapes import Array, Arrays, Sizes

MOST_KNOWN = 64  # shapes of calls that are remembered
Shape = tuple[int, ...]


class Order:
    """The variables that go into a call and come out of it, in the order of the lists."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.parameters = program.with_role(Role.PARAMETER)
        self.inputs = program.with_role(*FED)
        self.initial = tuple(program[one.initial] for one in program.delays)
        self.outputs = tuple(program[name] for name in program.outputs)
        self.final = tuple(program[one.final] for one in program.delays)
        self.given = (*self.parameters, *self.inputs, *self.initial)
        self.results = (*self.outputs, *self.final)
        self.moving = tuple(one.role in DIFFERENTIABLE for one in self.given)

    @cached_property
    def gradients(self) -> tuple[Variable, ...]:
        """What has a gradient, in the order of the given variables."""
        return tuple(one for one, moves in zip(self.given, self.moving, strict=True) if moves)

    def sizes(self, shapes: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """The sizes by name from the shapes of what is given; those of T and B may be symbols."""
        known: dict[str, Any] = {}
        for variable, shape in zip(self.given, shapes, strict=True):
            known.update(zip(variable.shape, shape, strict=True))
        sizes = Sizes(self.program, np.float32)
        sizes.known = {name: size if name in ("T", "B") else int(size)
                       for name, size in known.items()}
        sizes.complete()
        return sizes.known


class Flat:
    """The calls of one kernel of the C. Arrays lie as :meth:`plain` makes them."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.order = kernel, Order(kernel.program)
        self.engine = cast(CEngine, kernel.engine)
        self._known: dict[tuple[Shape, ...], Sizes] = {}

    def infer(self, arrays: Sequence[Array]) -> list[Array]:
        """Outputs and final states. Raises ShapeError."""
        return self._results(*self.engine.infer(self.given(arrays)))

    def forward(self, arrays: Sequence[Array]) -> list[Array]:
        """The same, and behind them the tape. Raises ShapeError."""
        given = self.given(arrays)
        outputs, final, tape = self.engine.forward(given)
        return [*self._results(outputs, final),
                held(tape, self.engine.needed(self.engine.ready(given.sizes), "tape"))]

    def backward(self, arrays: Sequence[Array], outputs: Sequence[Array], tape: Array,
                 bars: Sequence[Array]) -> list[Array]:
        """Gradients, from what ``forward`` was given and gave and the results' cotangents."""
        given, order = self.given(arrays), self.order
        made = self.engine.backward(
            given, {one.name: array for one, array in zip(order.outputs, outputs, strict=True)},
            Lying(lines(tape)), self._cotangents(given, bars))
        return [made[one.name] for one in order.gradients]

    def push(self, arrays: Sequence[Array], dots: Sequence[Array]) -> list[Array]:
        """How results change along a direction of what has a gradient."""
        return self._results(*pushed_along(self.kernel, self.given(arrays), self._arrows(dots)))

    def along(self, arrays: Sequence[Array], bars: Sequence[Array], dots: Sequence[Array]
              ) -> list[Array]:
        """How gradients, then results, change along a direction of what has a gradient."""
        given, order = self.given(arrays), self.order
        arrows = self._arrows(dots)
        outputs, final = pushed_along(self.kernel, given, arrows)
        moved = hessian_along(self.kernel, given, self._cotangents(given, bars), arrows)
        return [*(moved[one.name] for one in order.gradients), *self._results(outputs, final)]

    def tape_entries(self, sizes: Mapping[str, int]) -> int:
        """How many entries the tape of a call of these sizes has."""
        known = Sizes(self.kernel.program, self.kernel.dtype)
        known.known = dict(sizes)
        return self.engine.needed(self.engine.ready(known), "tape")

    def plain(self, array: Array) -> Array:
        """The array as a kernel reads it."""
        return np.require(array, self.kernel.dtype, ["C", "A"])

    def given(self, arrays: Sequence[Array]) -> Given:
        """The arguments of a call. Raises ShapeError."""
        sizes, order = self._sizes(arrays), self.order
        named = {one.name: array for one, array in zip(order.given, arrays, strict=True)}
        return Given({one.name: named[one.name] for one in order.parameters},
                     {one.name: named[one.name] for one in order.inputs},
                     {one.state: named[one.initial] for one in self.kernel.program.delays},
                     sizes, {})

    def _sizes(self, arrays: Sequence[Array]) -> Sizes:
        key = tuple([array.shape for array in arrays])
        sizes = self._known.get(key)
        if sizes is None:
            sizes = Sizes(self.kernel.program, self.kernel.dtype)
            for variable, array in zip(self.order.given, arrays, strict=True):
                sizes.take(variable, array, variable.name)
            sizes.complete()
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = sizes
        return sizes

    def _arrows(self, dots: Sequence[Array]) -> dict[str, Array]:
        return {one.name: array for one, array in zip(self.order.gradients, dots, strict=True)}

    def _cotangents(self, given: Given, bars: Sequence[Array]) -> dict[str, Array]:
        named = {one.name: array for one, array in zip(self.order.results, bars, strict=True)}
        return dict(seen(self.kernel.program, given.inputs, named))

    def _results(self, outputs: Arrays, final: Arrays) -> list[Array]:
        return [*(outputs[one.name] for one in self.order.outputs),
                *(final[one.state] for one in self.kernel.program.delays)]


class Lying:
    """A block of memory that somebody else owns, in the place of a lease."""

    def __init__(self, block: Array) -> None:
        self.block = block


class _Held:
    """Keeps a lease as long as an array of its memory lives."""

    def __init__(self, lease: Lease) -> None:
        self.lease, self.__array_interface__ = lease, lease.block.__array_interface__


def held(lease: Lease, entries: int) -> Array:
    """A leased block as an array, given back when the array is gone."""
    whole: Array = np.asarray(_Held(lease))
    return whole[:entries]


def lines(block: Array) -> Array:
    """A block that begins at a line of the cache, copied where it does not."""
    if block.ctypes.data % ALIGNMENT == 0:
        return block
    raw = np.empty(block.nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    moved: Array = raw[start:start + block.nbytes].view(block.dtype)
    moved[...] = block
    return moved

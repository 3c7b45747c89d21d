"""A streaming step bound once to its parameters, its state and its memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symrnn.program import FED
from symrnn.runtime.shapes import Array, ShapeError

if TYPE_CHECKING:
    from symrnn.runtime.calls import Packed
    from symrnn.runtime.kernel import Kernel


class Stepper:
    """One step after the other: ``y = stepper(x_t)``.

    ``state`` holds the states [B, ...] by name; write into its arrays to set them.
    The result is an array of its own in every call [B, ...]; without a batch axis where
    ``x_t`` has none.
    """

    def __init__(self, kernel: Kernel, params: Packed, batch: int,
                 initial: Mapping[str, Any] | None) -> None:
        inputs = kernel.program.with_role(*FED)
        outputs = kernel.program.outputs
        if len(inputs) != 1 or len(outputs) != 1:
            raise ShapeError(f"a stepper takes one input and gives one output; "
                             f"{kernel.program.name} has {len(inputs)} and {len(outputs)}: "
                             "use step")
        known = params.known | {"B": batch, "T": 1}
        blank = {one.name: np.zeros([known[axis] for axis in one.shape[1:]], kernel.dtype)
                 for one in inputs}
        given = kernel.given(params, blank, initial, lost=1)
        self._start = {name: array.copy() for name, array in given.initial.items()}
        self.state: dict[str, Array] = {name: array.copy() for name, array in given.initial.items()}
        (self._x,) = given.inputs.values()
        self._y = given.sizes.empty(kernel.program[outputs[0]], lost=1)
        bound = type(given)(given.parameters, given.inputs, self.state, given.sizes)
        self._run = kernel.engine.bound_step(bound, {outputs[0]: self._y})
        self._row_x: Array = self._x[0]
        self._row_y: Array = self._y[0]

    def __call__(self, x_t: Array) -> Array:
        """Run one step. Raises ValueError for an input of another shape."""
        if x_t.ndim == self._x.ndim:
            self._x[...] = x_t
            self._run()
            return self._y.copy()
        self._row_x[...] = x_t
        self._run()
        return self._row_y.copy()

    def reset(self) -> None:
        """Go back to the initial state."""
        for name, array in self.state.items():
            array[...] = self._start[name]

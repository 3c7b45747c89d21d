"""A streaming step bound once to its parameters, its state and its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from symrnn.program import FED
from symrnn.runtime.foreign import BoundStep, extension
from symrnn.runtime.shapes import Array, ShapeError, shapes_told, taken

if TYPE_CHECKING:
    from symrnn.runtime.calls import Given, Packed
    from symrnn.runtime.kernel import Kernel


class Stepper:
    """One step after the other: ``y = stepper(x_t)``.

    ``state`` holds the states [B, ...] by name; write into its arrays to set them,
    ``stepper.state["h"][...] = h``.
    The result is an array of its own in every call [B, ...]; where B is 1, ``x_t`` may come
    without its batch axis, and the result is without it too. For one thread at a time.
    """

    state: Mapping[str, Array]

    def __init__(self, kernel: Kernel, params: Packed, batch: int,
                 initial: Mapping[str, Any] | None) -> None:
        output, given = _bindable(kernel, params, batch, initial)
        self._name = kernel.program.name
        self._start = {name: array.copy() for name, array in given.initial.items()}
        self.state = MappingProxyType({name: array.copy()
                                       for name, array in given.initial.items()})
        (self.x,) = given.inputs.values()
        self.y = given.sizes.empty(kernel.program[output], lost=1)
        bound = given._replace(initial=self.state)
        self.bound: Callable[[], None] = kernel.engine.bound_step(bound, {output: self.y})
        self._run = self.bound.call if isinstance(self.bound, BoundStep) else self.bound

    def __repr__(self) -> str:
        return f"<Stepper of {self._name}: x {list(self.x.shape)}; {shapes_told(self.state)}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a stepper of {self._name} is bound to memory of its process, so it is "
                        f"neither copied nor pickled; take stepper.state, and make another one by "
                        f"kernel.stepper(params, initial=state)")

    def __call__(self, x_t: Any) -> Array:
        """Run one step. Raises ShapeError for an input of another shape."""
        ready = type(x_t) is np.ndarray and x_t.dtype == self.x.dtype and x_t.shape == self.x.shape
        array = x_t if ready else self.taken(x_t)
        self.x[...] = array
        self._run()
        return self.y.copy() if array.ndim == self.x.ndim else self.y[0].copy()

    def taken(self, x_t: Any) -> Array:
        """The input as the step wants it. Raises ShapeError."""
        array = taken(x_t, "x_t", self.x.dtype)
        whole = self.x.shape
        if array.shape != whole and (array.shape != whole[1:] or whole[0] != 1):
            alone = f", or {whole[1:]}" if whole[0] == 1 else ""
            raise ShapeError(f"x_t has shape {array.shape}, but this stepper takes {whole}{alone}")
        return array

    def reset(self) -> None:
        """Go back to the initial state."""
        for name, array in self.state.items():
            array[...] = self._start[name]


def stepper(kernel: Kernel, params: Packed, batch: int,
            initial: Mapping[str, Any] | None) -> Stepper:
    """A stepper; where the kernel is C, one whose call goes straight there if it can."""
    made = Stepper(kernel, params, batch, initial)
    if isinstance(made.bound, BoundStep) and extension() is not None:
        made = _straight()(made, made.bound)
    return made


@cache
def _straight() -> Any:
    """The class of steppers that the extension calls: its own for what it cannot take."""
    step = extension().Step

    class Straight(step, Stepper):  # type: ignore[misc, valid-type]
        __doc__, __qualname__ = Stepper.__doc__, Stepper.__qualname__

        def __init__(self, slow: Stepper, run: BoundStep) -> None:
            self.__dict__.update(vars(slow))
            step.__init__(self, run.address, run.values, run.x_field, run.y_field, slow.x, slow.y)

    return Straight


def _bindable(kernel: Kernel, params: Packed, batch: int, initial: Mapping[str, Any] | None
              ) -> tuple[str, Given]:
    """The name of the output and the arguments of a step. Raises ShapeError."""
    inputs, outputs = kernel.program.with_role(*FED), kernel.program.outputs
    if len(inputs) != 1 or len(outputs) != 1:
        raise ShapeError(f"a stepper takes one input and gives one output; "
                         f"{kernel.program.name} has {len(inputs)} and {len(outputs)}: use step")
    known = params.known | {"B": batch, "T": 1}
    unknown = [axis for one in inputs for axis in one.shape[1:] if axis not in known]
    if unknown:
        raise ShapeError(f"no parameter of {kernel.program.name} tells {unknown[0]}: use step")
    blank = {one.name: np.zeros([known[axis] for axis in one.shape[1:]], kernel.dtype)
             for one in inputs}
    given = kernel.given(params, blank, initial, lost=1)
    return outputs[0], given

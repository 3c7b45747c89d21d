"""A streaming step bound once to its parameters, its state and its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from symrnn.program import FED, Span
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.core import Core
from symrnn.runtime.foreign import BoundStep, extension
from symrnn.runtime.inputs import named
from symrnn.runtime.shapes import Array, ShapeError, shapes_told, taken
from symrnn.transforms import first_values


class Stepper:
    """One step after the other: ``y = stepper(x_t)``.

    ``state`` holds the states [B, ...] by name; write into its arrays to set them,
    ``stepper.state["h"][...] = h``. Learned states begin with what was learned, unless they
    are given. The result is an array of its own in every call [B, ...]; where B is 1, ``x_t``
    may come without its batch axis, and the result is without it too. For one thread at a time.
    """

    state: Mapping[str, Array]

    def __init__(self, kernel: Core, params: Packed, batch: int,
                 initial: Mapping[str, Any] | None) -> None:
        given = _bindable(kernel, params, batch, initial)
        self._name = kernel.program.name
        self._start = {name: array.copy() for name, array in given.initial.items()}
        self.state = MappingProxyType({name: array.copy()
                                       for name, array in given.initial.items()})
        self.outputs = {name: given.sizes.empty(kernel.program[name], lost=1)
                        for name in kernel.program.outputs}
        self.inputs = given.inputs
        self._inputs = kernel.inputs
        self.x, self.y = self.inputs[self._inputs[0]], next(iter(self.outputs.values()))
        bound = given._replace(initial=self.state)
        self.bound: Callable[[], None] = kernel.engine.bound_step(bound, self.outputs)
        self._run = self.bound.call if isinstance(self.bound, BoundStep) else self.bound

    def __repr__(self) -> str:
        return f"<Stepper of {self._name}: x {list(self.x.shape)}; {shapes_told(self.state)}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a stepper of {self._name} is bound to memory of its process, so it is "
                        f"neither copied nor pickled; take stepper.state, and make another one by "
                        f"kernel.stepper(params, initial=state)")

    def __call__(self, x_t: Any) -> Any:
        """Run one step. Raises ShapeError for an input of another shape."""
        ready = type(x_t) is np.ndarray and x_t.dtype == self.x.dtype and x_t.shape == self.x.shape
        array = x_t if ready else self.taken(x_t)
        self.x[...] = array
        self._run()
        return self.y.copy() if array.ndim == self.x.ndim else self.y[0].copy()

    def taken(self, x_t: Any) -> Array:
        """The input as the step wants it. Raises ShapeError."""
        (given,) = named(x_t, self._inputs, "input").values()
        return _taken(given, "x_t", self.x)

    def reset(self) -> None:
        """Go back to the initial state."""
        for name, array in self.state.items():
            array[...] = self._start[name]


class NamedStepper(Stepper):
    """A stepper of several inputs, which ``x_t`` tells by name, or of several outputs.

    Several outputs come by name too. All inputs come with a batch axis, or all without it.
    """

    def __init__(self, kernel: Core, params: Packed, batch: int,
                 initial: Mapping[str, Any] | None) -> None:
        super().__init__(kernel, params, batch, initial)
        self._named, self._alone = kernel.named_inputs, kernel.alone

    def __call__(self, x_t: Any) -> Any:
        """Run one step. Raises ShapeError, ProgramError for inputs that do not fit."""
        arrays = {name: _taken(array, name, self.inputs[name])
                  for name, array in self._named(x_t).items()}
        missing = {self.inputs[name].ndim - array.ndim for name, array in arrays.items()}
        if len(missing) > 1:
            raise ShapeError(f"of {', '.join(arrays)} some have a batch axis and some do not; "
                             f"give it to all or to none")
        for name, array in self.inputs.items():
            array[...] = arrays.get(name, 0)  # where nobody tells it, no sequence starts
        self._run()
        return self._alone({name: (array[0] if 1 in missing else array).copy()
                            for name, array in self.outputs.items()})


def stepper(kernel: Core, params: Packed, batch: int,
            initial: Mapping[str, Any] | None) -> Stepper:
    """A stepper; where the kernel is C, one whose call goes straight there if it can."""
    if len(kernel.inputs) > 1 or len(kernel.program.outputs) > 1:
        return NamedStepper(kernel, params, batch, initial)
    made = Stepper(kernel, params, batch, initial)
    first = kernel.program.with_role(*FED)[0].name in kernel.inputs  # where the extension writes
    if isinstance(made.bound, BoundStep) and first and extension() is not None:
        made = _straight()(made, made.bound)
    return made


def _taken(given: Any, called: str, like: Array) -> Array:
    """One input as the step wants it, with or without the axis of a single sample."""
    array, whole = taken(given, called, like.dtype), like.shape
    if array.shape != whole and (array.shape != whole[1:] or whole[0] != 1):
        alone = f", or {whole[1:]}" if whole[0] == 1 else ""
        raise ShapeError(f"{called} has shape {array.shape}, but this stepper takes {whole}{alone}")
    return array


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


def _bindable(kernel: Core, params: Packed, batch: int, initial: Mapping[str, Any] | None
              ) -> Given:
    """The arguments of a step, the inputs blank and ours to write. Raises ShapeError."""
    program, known = kernel.program, params.known | {"B": batch, "T": 1}
    if not kernel.inputs:
        raise ShapeError(f"{program.name} has no input, so a stream has no steps")
    axes = {name: program[name].shape[program[name].span is Span.SEQUENCE:]
            for name in kernel.inputs}
    unknown = [axis for each in axes.values() for axis in each if axis not in known]
    if unknown:
        raise ShapeError(f"no parameter of {program.name} tells {unknown[0]}: use step")
    blank = {name: np.zeros([known[axis] for axis in each], kernel.dtype)
             for name, each in axes.items()}
    if not initial:
        initial = {state: np.tile(params[first], (batch,) + (1,) * params[first].ndim)
                   for state, first in first_values(program).items()}
    return kernel.given(params, blank, initial or None, lost=1)

"""Long sequences, a window at a time: gradients cut between windows, or exact ones recomputed.

Both carry the final state of one window to the next. Truncated, no gradient crosses back
(R. J. Williams and J. Peng, An efficient gradient-based algorithm for on-line training of
recurrent network trajectories, 1990). Checkpointed, the gradient of a window's initial state
is what the final state before it receives (T. Chen et al., Training deep nets with sublinear
memory cost, arXiv 1604.06174).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.program import ProgramError, Span, counted, quoted
from symrnn.runtime.calls import Relation
from symrnn.runtime.core import Core, Run
from symrnn.runtime.inputs import check_learned, starts
from symrnn.runtime.masking import with_mask
from symrnn.runtime.shapes import Array, ShapeError, numbers, shapes_told


def _told(y: Any) -> str:
    return shapes_told(y if isinstance(y, Mapping) else {"y": y})


@dataclass(frozen=True, repr=False)
class Truncated:
    """Outputs of all steps, final states, and the sum of the windows' gradients."""

    y: Any
    final: dict[str, Array]
    gradients: dict[str, Array]

    def __repr__(self) -> str:
        return (f"<Truncated: {_told(self.y)}; final {shapes_told(self.final)}; "
                f"{counted(len(self.gradients), 'gradient')}>")


def truncated(kernel: Core, params: Mapping[str, Any], x: Any, y_bar: Any, length: int,
              initial: Mapping[str, Any] | None = None, lengths: Any = None,
              mask: Any = None) -> Truncated:
    """Forward and backward in windows of ``length`` steps; see :meth:`Kernel.truncated`."""
    windows = Windows.of(kernel, x, length, initial, lengths, mask)
    gradients: dict[str, Array] = {}
    y, state = None, initial
    for number in range(windows.count):
        run = windows.run(params, state, number)
        steps = windows.slice(number)
        bar = y_bar(run.y, steps) if callable(y_bar) else windows.cut(y_bar, number)
        windows.add(gradients, run.kernel.backward(run, bar), number)
        y = windows.put(y, run.y, number)
        state = _alone(run.final)
        del run  # its tape, before the next one
    return Truncated(y, dict(state or {}), gradients)


class Checkpointed:
    """A forward pass that keeps the states between segments; see :meth:`Kernel.checkpointed`.

    ``y`` [T, B, ...] and ``final`` states are those of ``Kernel.forward``.
    """

    def __init__(self, kernel: Core, params: Mapping[str, Any], x: Any, length: int,
                 initial: Mapping[str, Any] | None = None, lengths: Any = None,
                 mask: Any = None) -> None:
        self._windows = Windows.of(kernel, x, length, initial, lengths, mask)
        self._params, self.y = params, None
        self._states: list[Mapping[str, Any] | None] = [initial]
        for number in range(self._windows.count):
            y, final = self._windows.infer(params, self._states[-1], number)
            self.y = self._windows.put(self.y, y, number)
            self._states.append(_alone(final))
        self.final = dict(self._states[-1] or {})

    def __repr__(self) -> str:
        return (f"<Checkpointed {self._windows.kernel.program.name}: {_told(self.y)}; "
                f"final {shapes_told(self.final)}; {counted(self._windows.count, 'segment')}>")

    def backward(self, y_bar: Any, final_bar: Mapping[str, Any] | None = None
                 ) -> dict[str, Array]:
        """The gradients of the whole sequence, as ``Kernel.backward`` gives them.

        Every segment runs forward once more, the last one first.
        """
        gradients: dict[str, Array] = {}
        bars = final_bar
        for number in reversed(range(self._windows.count)):
            run = self._windows.run(self._params, self._states[number], number)
            part = run.kernel.backward(run, self._windows.cut(y_bar, number), bars)
            bars = {one.state: part[one.initial] for one in run.kernel.program.delays}
            self._windows.add(gradients, part, number)
            del run
        return gradients


@dataclass(frozen=True)
class Windows:
    """The inputs of a long sequence, to be cut; the masked kernel where there is a mask."""

    kernel: Core
    inputs: Mapping[str, Any]
    length: int
    steps: int

    @classmethod
    def of(cls, kernel: Core, x: Any, length: int, initial: Mapping[str, Any] | None,
           lengths: Any, mask: Any) -> Windows:
        """Check and complete the inputs. Raises ShapeError, ProgramError."""
        if not kernel.plan.streams:
            raise ProgramError(f"{kernel.program.name} reads its input in reverse, so it has no "
                               "windows; use forward on whole sequences")
        if length != int(length) or length < 1:
            raise ShapeError(f"length is {quoted(length)}; a window has at least one step")
        inputs = kernel.named_inputs(x)
        if lengths is not None or mask is not None:
            kernel = kernel.related(Relation.MASKED)
            inputs = with_mask(kernel.program, inputs, lengths, mask)
        moving = {name: numbers(array, name) for name, array in inputs.items()
                  if kernel.program[name].span is Span.SEQUENCE}
        steps = [_steps(array, name) for name, array in moving.items()]
        inputs |= moving
        check_learned(kernel.program, initial, inputs)
        inputs |= starts(kernel.program, inputs, 0, bool(initial))
        return cls(kernel, inputs, int(length), steps[0])

    @property
    def count(self) -> int:
        """How many windows there are; the last may be shorter."""
        return max(1, -(-self.steps // self.length))

    def slice(self, number: int) -> slice:
        """The steps of one window."""
        return slice(number * self.length, min((number + 1) * self.length, self.steps))

    def run(self, params: Mapping[str, Any], state: Mapping[str, Any] | None, number: int) -> Run:
        """One window forward, from the state before it."""
        return self.kernel.forward(params, self._inputs(number), state)

    def infer(self, params: Mapping[str, Any], state: Mapping[str, Any] | None, number: int
              ) -> tuple[Any, dict[str, Array]]:
        """The same with no tape: outputs and final states."""
        return self.kernel.infer(params, self._inputs(number), state)

    def _inputs(self, number: int) -> dict[str, Any]:
        steps = self.slice(number)
        return {name: array[steps] if self._moves(name) else array
                for name, array in self.inputs.items()}

    def add(self, gradients: dict[str, Array], part: Mapping[str, Array], number: int) -> None:
        """Gradients of a window: of inputs to their steps, of the first state, else summed."""
        edges = {one.initial for one in self.kernel.program.delays}
        for name, array in part.items():
            if self._moves(name):
                gradients[name] = self.put(gradients.get(name), array, number)
            elif name not in edges:
                gradients[name] = gradients[name] + array if name in gradients else array
            elif number == 0:
                gradients[name] = array

    def cut(self, y_bar: Any, number: int) -> Any:
        """A window's part of cotangents [T, B, ...]. Raises ShapeError for another T."""
        if isinstance(y_bar, Mapping):
            return {name: self.cut(one, number) for name, one in y_bar.items()}
        array = numbers(y_bar, "y_bar")
        if not array.ndim or len(array) != self.steps:
            raise ShapeError(f"'y_bar' has shape {array.shape}, but its first axis is T = "
                             f"{self.steps}")
        return array[self.slice(number)]

    def put(self, whole: Any, part: Any, number: int) -> Any:
        """A window's values [T, ...] at their steps; in a dictionary where there are several."""
        if isinstance(part, Mapping):
            return {name: self.put(whole and whole[name], one, number)
                    for name, one in part.items()}
        if whole is None:
            whole = np.empty((self.steps, *part.shape[1:]), part.dtype)
        whole[self.slice(number)] = part
        return whole

    def _moves(self, name: str) -> bool:
        return self.kernel.program[name].span is Span.SEQUENCE


def _steps(array: Array, name: str) -> int:
    """How many steps an array has. Raises ShapeError for a single number."""
    if not array.ndim:
        raise ShapeError(f"'{name}' has shape (), but its first axis is T")
    return len(array)


def _alone(final: Mapping[str, Array]) -> dict[str, Array]:
    """Final states that keep no array alive which they are the last row of."""
    return {name: array.copy() for name, array in final.items()}


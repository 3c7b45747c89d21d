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
from typing import TYPE_CHECKING, Any

import numpy as np

from symrnn.program import ProgramError, Span
from symrnn.runtime.calls import Relation
from symrnn.runtime.inputs import check_learned, starts
from symrnn.runtime.masking import with_mask
from symrnn.runtime.shapes import Array, ShapeError

if TYPE_CHECKING:
    from symrnn.runtime.kernel import Kernel, Run


@dataclass(frozen=True)
class Truncated:
    """Outputs of all steps, final states, and the sum of the windows' gradients."""

    y: Any
    final: dict[str, Array]
    gradients: dict[str, Array]


def truncated(kernel: Kernel, params: Mapping[str, Any], x: Any, y_bar: Any, length: int,
              initial: Mapping[str, Any] | None = None, lengths: Any = None,
              mask: Any = None) -> Truncated:
    """Forward and backward in windows of ``length`` steps; see :meth:`Kernel.truncated`."""
    windows = Windows.of(kernel, x, length, initial, lengths, mask)
    outputs, parts, state = [], [], initial
    for number in range(windows.count):
        run = windows.run(params, state, number)
        steps = windows.slice(number)
        bar = y_bar(run.y, steps) if callable(y_bar) else _cut(y_bar, steps)
        parts.append(run.kernel.backward(run, bar))
        outputs.append(run.y)
        state = _alone(run.final)
        del run  # its tape, before the next one
    return Truncated(_joined(outputs), dict(state or {}), windows.summed(parts))


class Checkpointed:
    """A forward pass that keeps the states between segments; see :meth:`Kernel.checkpointed`.

    ``y`` [T, B, ...] and ``final`` states are those of ``Kernel.forward``.
    """

    def __init__(self, kernel: Kernel, params: Mapping[str, Any], x: Any, length: int,
                 initial: Mapping[str, Any] | None = None, lengths: Any = None,
                 mask: Any = None) -> None:
        self._windows = Windows.of(kernel, x, length, initial, lengths, mask)
        self._params, outputs = params, []
        self._states: list[Mapping[str, Any] | None] = [initial]
        for number in range(self._windows.count):
            y, final = self._windows.infer(params, self._states[-1], number)
            outputs.append(y)
            self._states.append(_alone(final))
        self.y, self.final = _joined(outputs), dict(self._states[-1] or {})

    def backward(self, y_bar: Any, final_bar: Mapping[str, Any] | None = None
                 ) -> dict[str, Array]:
        """The gradients of the whole sequence, as ``Kernel.backward`` gives them.

        Every segment runs forward once more, the last one first.
        """
        parts, bars = [], final_bar
        for number in reversed(range(self._windows.count)):
            run = self._windows.run(self._params, self._states[number], number)
            part = run.kernel.backward(run, _cut(y_bar, self._windows.slice(number)), bars)
            bars = {one.state: part[one.initial] for one in run.kernel.program.delays}
            parts.append(part)
            del run
        return self._windows.summed(parts[::-1])


@dataclass(frozen=True)
class Windows:
    """The inputs of a long sequence, to be cut; the masked kernel where there is a mask."""

    kernel: Kernel
    inputs: Mapping[str, Any]
    length: int
    steps: int

    @classmethod
    def of(cls, kernel: Kernel, x: Any, length: int, initial: Mapping[str, Any] | None,
           lengths: Any, mask: Any) -> Windows:
        """Check and complete the inputs. Raises ShapeError, ProgramError."""
        if not kernel.plan.streams:
            raise ProgramError(f"{kernel.program.name} reads its input in reverse, so it has no "
                               "windows; use forward on whole sequences")
        if length != int(length) or length < 1:
            raise ShapeError(f"length is {length!r}; a window has at least one step")
        inputs = kernel.named_inputs(x)
        if lengths is not None or mask is not None:
            inputs = with_mask(kernel.program, inputs, lengths, mask)
            kernel = kernel.related(Relation.MASKED)
        check_learned(kernel.program, initial or {}, inputs)
        inputs |= starts(kernel.program, inputs, 0, bool(initial))
        moving = next(name for name in inputs if kernel.program[name].span is Span.SEQUENCE)
        return cls(kernel, inputs, int(length), len(inputs[moving]))

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

    def summed(self, parts: list[dict[str, Array]]) -> dict[str, Array]:
        """Gradients of all windows: of inputs side by side, of the first state, else summed."""
        edges = {one.initial for one in self.kernel.program.delays}
        return {name: parts[0][name] if name in edges
                else np.concatenate([one[name] for one in parts]) if self._moves(name)
                else sum((one[name] for one in parts[1:]), start=parts[0][name])
                for name in parts[0]}

    def _moves(self, name: str) -> bool:
        return self.kernel.program[name].span is Span.SEQUENCE


def _cut(value: Any, steps: slice) -> Any:
    if isinstance(value, Mapping):
        return {name: np.asarray(one)[steps] for name, one in value.items()}
    return np.asarray(value)[steps]


def _alone(final: Mapping[str, Array]) -> dict[str, Array]:
    """Final states that keep no array alive which they are the last row of."""
    return {name: array.copy() for name, array in final.items()}


def _joined(outputs: list[Any]) -> Any:
    if isinstance(outputs[0], Mapping):
        return {name: np.concatenate([one[name] for one in outputs]) for name in outputs[0]}
    return np.concatenate(outputs)

"""The kernel: a compiled network on arrays. Shapes: T steps, B samples, then the axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.program import ProgramError, Role
from symrnn.runtime.calls import Engine, Given, Packed, Parameter, Relation
from symrnn.runtime.directional import directions, hessian_along, pushed_along
from symrnn.runtime.online import Rtrl, state_jacobian
from symrnn.runtime.inputs import check_learned, named, starts, with_mask
from symrnn.runtime.shapes import Array, Arrays, Sizes, check_names
from symrnn.runtime.stepper import Stepper
from symrnn.runtime.windows import Checkpointed, Truncated, truncated
from symrnn.schedule import Plan
from symrnn.transforms import MASK


@dataclass(frozen=True)
class Run:
    """A forward pass: ``y`` [T, B, ...] and ``final`` states [B, ...], kept for backward.

    ``y`` is the network's output, or a dictionary where it has several.
    """

    y: Any
    final: dict[str, Array]
    given: Given
    outputs: Arrays
    tape: Any
    kernel: Kernel


class Kernel:
    """A network that computes: forward, backward and streaming step.

    ``parameters`` tells axes and meaning of every parameter. Made by :func:`symrnn.compile`.
    """

    def __init__(self, plan: Plan, engine: Engine, dtype: npt.DTypeLike,
                 related: Callable[[Relation], Kernel]) -> None:
        self.plan, self.program, self.engine, self.dtype = plan, plan.program, engine, dtype
        self.related = cache(related)
        self.masked = MASK in self.program
        self.parameters = {one.name: Parameter(one.axes, one.meaning)
                           for one in self.program.with_role(Role.PARAMETER)}
        self.inputs = tuple(one.name for one in self.program.with_role(Role.INPUT, Role.MASK))
        self._starts = tuple(one.name for one in self.program.with_role(Role.START))
        self._states = {one.state: self.program[one.initial] for one in self.program.delays}

    def forward(self, params: Mapping[str, Any], x: Any,
                initial: Mapping[str, Any] | None = None, lengths: Any = None,
                mask: Any = None) -> Run:
        """Run T steps.

        Parameters
        ----------
        params: every parameter by name, with the axes that ``kernel.parameters`` tells.
        x: the input [T, B, n]; a dictionary where the network has several inputs, such as
            the masks of zoneout and dropout.
        initial: states before the first step [B, ...] by name; zero where not given. The
            ``final`` of one run continues it. With learned initial states all or none.
        lengths: the number of valid steps of each sample [B], all T where not given.
        mask: 1 where a step counts, else 0 [T, B]; a step that does not count keeps the
            states. With lengths too, a step counts where both say so.

        Raises ShapeError naming the array whose shape is wrong.
        """
        if (lengths is not None or mask is not None) and not self.masked:
            inputs = self.named_inputs(x)
            return self.related(Relation.MASKED).forward(
                params, with_mask(self.program, inputs, lengths, mask), initial)
        given = self.given(params, x, initial)
        outputs, final, tape = self.engine.forward(given)
        return Run(self._alone(outputs), dict(final), given, outputs, tape, self)

    def backward(self, run: Run, y_bar: Any,
                 final_bar: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """Gradients of a loss, from its derivatives by the outputs and the final states.

        Parameters
        ----------
        run: what ``forward`` returned.
        y_bar: the loss's derivative by ``run.y``, of the same shape.
        final_bar: its derivatives by ``run.final``, by name; zero where not given.

        Returns the gradients of all parameters, of the inputs (``"x"``) and of the initial
        states (``"initial.h"``), each of the shape of what it belongs to.
        """
        if run.kernel is not self:
            return run.kernel.backward(run, y_bar, final_bar)
        bars = self.cotangents(run.given.sizes, y_bar, final_bar)
        return dict(self.engine.backward(run.given, run.outputs, run.tape, bars))

    def cotangents(self, sizes: Sizes, y_bar: Any, final_bar: Mapping[str, Any] | None,
                   lost: int = 0) -> dict[str, Array]:
        """The checked cotangents by the name of what they belong to; zero where not given."""
        finals = {one.state: one.final for one in self.program.delays}
        check_names(final_bar or {}, finals, "final state", partly=True)
        given = {finals[name]: array for name, array in (final_bar or {}).items()}
        given |= named(y_bar, self.program.outputs, "output's cotangent")
        bars = {}
        for one in self.plan.gradient.with_role(Role.COTANGENT):
            called = f"final_bar[{one.of!r}]" if one.of in finals.values() else "y_bar"
            part = lost if one.of in self.program.outputs else 0
            bars[one.of] = (sizes.take(one, given[one.of], called, part) if one.of in given
                            else sizes.zeros(one))
        return bars

    def jvp(self, params: Mapping[str, Any], x: Any, params_dot: Mapping[str, Any] | None = None,
            x_dot: Any = None, initial: Mapping[str, Any] | None = None,
            initial_dot: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Array]]:
        """Tangents of the outputs and of the final states along one direction.

        The direction is given by ``params_dot`` and ``initial_dot``, by name, and ``x_dot``;
        zero where not given.
        """
        given = self.given(params, x, initial)
        dots = self._directions(given, params_dot, x_dot, initial_dot)
        y_dot, final_dot = pushed_along(self, given, dots)
        return self._alone(y_dot), final_dot

    def hvp(self, params: Mapping[str, Any], x: Any, y_bar: Any,
            params_dot: Mapping[str, Any] | None = None, x_dot: Any = None,
            initial: Mapping[str, Any] | None = None,
            initial_dot: Mapping[str, Any] | None = None,
            final_bar: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """How every gradient of ``backward`` changes along a direction, cotangents held fixed.

        That is the Hessian of the linear loss which ``y_bar`` and ``final_bar`` define, times
        the direction. Names and shapes are those of ``backward``.
        """
        given = self.given(params, x, initial)
        dots = self._directions(given, params_dot, x_dot, initial_dot)
        return hessian_along(self, given, self.cotangents(given.sizes, y_bar, final_bar), dots)

    def _directions(self, given: Given, params_dot: Mapping[str, Any] | None, x_dot: Any,
                    initial_dot: Mapping[str, Any] | None) -> dict[str, Array]:
        moving = tuple(one.name for one in self.program.with_role(Role.INPUT))
        inputs_dot = {} if x_dot is None else named(x_dot, moving, "input")
        return directions(self.program, given.sizes, params_dot, inputs_dot, initial_dot)

    def truncated(self, params: Mapping[str, Any], x: Any, y_bar: Any, length: int,
                  initial: Mapping[str, Any] | None = None, lengths: Any = None,
                  mask: Any = None) -> Truncated:
        """Truncated back-propagation: windows of ``length`` steps, no gradient between them.

        ``y_bar`` [T, B, ...] is the loss's derivative by the output, or a function that tells
        it from a window's output and the slice of its steps. Returns ``y``, ``final`` and
        ``gradients``: summed over the windows, side by side for the inputs, of the first
        window for the initial states. The other arguments are those of ``forward``. Only one
        window's tape is kept. Raises ShapeError for a length below 1, ProgramError for a
        network that reads in reverse.
        """
        return truncated(self, params, x, y_bar, length, initial, lengths, mask)

    def checkpointed(self, params: Mapping[str, Any], x: Any, length: int,
                     initial: Mapping[str, Any] | None = None, lengths: Any = None,
                     mask: Any = None) -> Checkpointed:
        """Forward in segments of ``length`` steps, for exact gradients in less memory.

        Returns ``y``, ``final`` and ``backward(y_bar, final_bar)``, which runs every segment
        again. Kept besides inputs and outputs are the states before each segment, T / length
        of them, and the tape of one segment: about 2 sqrt(T) steps' worth instead of T where
        ``length`` is near sqrt(T), for one forward pass more. Arguments are those of
        ``forward``. Raises ShapeError for a length below 1, ProgramError for a network that
        reads in reverse.
        """
        return Checkpointed(self, params, x, length, initial, lengths, mask)

    def rtrl(self, params: Mapping[str, Any], initial: Mapping[str, Any] | None = None) -> Rtrl:
        """Online learning: gradients that are up to date after every step, no sequence stored.

        Raises ProgramError where a step needs later ones (a reverse direction).
        """
        self._must_stream()
        return Rtrl(self, params, initial)

    def state_jacobian(self, params: Mapping[str, Any], x_t: Any,
                       state: Mapping[str, Any] | None = None) -> dict[tuple[str, str], Array]:
        """How the next states depend on the states: ``["h", "c"]`` is dh_t/dc_{t-1} [B, m, m].

        Raises ProgramError where a step needs later ones (a reverse direction).
        """
        self._must_stream()
        return state_jacobian(self, self.given(params, x_t, state, lost=1))

    def _must_stream(self) -> None:
        if not self.plan.streams:
            raise ProgramError(f"{self.program.name} reads its input in reverse, so there is no "
                               "streaming step; use forward on whole sequences")

    def step(self, params: Mapping[str, Any], x_t: Any,
             state: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Array]]:
        """Run one step of a stream: ``x_t`` [B, n] and a state give ``y_t`` and the next state.

        Raises ProgramError where a step needs later ones (a reverse direction).
        """
        self._must_stream()
        outputs, following = self.engine.step(self.given(params, x_t, state, lost=1))
        return self._alone(outputs), dict(following)

    def given(self, params: Mapping[str, Any], x: Any, state: Mapping[str, Any] | None,
              lost: int = 0) -> Given:
        """The checked arguments of a call; ``lost`` is 1 for a step, whose arrays have no T."""
        if not (isinstance(params, Packed) and not state and isinstance(x, np.ndarray)
                and x.dtype == self.dtype and x.flags.c_contiguous and not self._starts):
            return self._checked(params, x, state, lost)
        key = (id(self), lost, x.shape)
        if key in params.frames:  # only x is new: all else was checked before
            return params.frames[key].with_input(x)
        return params.frames.setdefault(key, self._checked(params, x, state, lost))

    def _checked(self, params: Mapping[str, Any], x: Any, state: Mapping[str, Any] | None,
                 lost: int) -> Given:
        sizes, program = Sizes(self.program, self.dtype), self.program
        parameters = self._parameters(sizes, params)
        fed = self.named_inputs(x)
        if self._starts:
            check_learned(program, state or {}, fed)
            fed |= starts(program, fed, lost, bool(state))
        inputs = {name: sizes.take(program[name], array, name, lost)
                  for name, array in fed.items()}
        if lost:
            sizes.known.setdefault("T", 1)
        sizes.complete()
        return Given(parameters, inputs, self._initial(sizes, state or {}), sizes)

    def _parameters(self, sizes: Sizes, params: Mapping[str, Any]) -> Arrays:
        if isinstance(params, Packed):
            sizes.known |= params.known
            return params
        check_names(params, self.parameters, "parameter")
        return {name: sizes.take(self.program[name], params[name], name)
                for name in self.parameters}

    def pack(self, params: Mapping[str, Any]) -> Packed:
        """Copies of the parameters that this kernel and its relatives read without packing again.

        Use it where the same parameters serve several calls. Raises ShapeError.
        """
        sizes = Sizes(self.program, self.dtype)
        arrays = {name: array.copy() for name, array in self._parameters(sizes, params).items()}
        for array in arrays.values():
            array.flags.writeable = False
        return Packed(arrays, sizes.known)

    def stepper(self, params: Mapping[str, Any], batch: int = 1,
                initial: Mapping[str, Any] | None = None) -> Stepper:
        """A streaming step bound to its parameters; ``x_t`` [B, n] or [n] gives ``y_t``.

        Raises ProgramError where a step needs later ones (a reverse direction).
        """
        self._must_stream()
        return Stepper(self, self.pack(params), batch, initial)

    def named_inputs(self, x: Any) -> dict[str, Any]:
        """The inputs by name; where sequences start is told by whoever wants to."""
        told = {name: x[name] for name in self._starts if name in x} if isinstance(
            x, Mapping) else {}
        rest = {name: one for name, one in x.items() if name not in told} if told else x
        return named(rest, self.inputs, "input") | told

    def _initial(self, sizes: Sizes, state: Mapping[str, Any]) -> dict[str, Array]:
        check_names(state, self._states, "state", partly=True)
        return {name: sizes.take(one, state[name], one.name) if name in state else sizes.zeros(one)
                for name, one in self._states.items()}

    def _alone(self, outputs: Arrays) -> Any:
        return dict(outputs) if len(outputs) > 1 else next(iter(outputs.values()))



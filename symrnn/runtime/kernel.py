"""The kernel: a compiled network on arrays. Shapes: T steps, B samples, then the axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy.typing as npt

from symrnn.program import ProgramError, Role
from symrnn.runtime.calls import Given, Relation
from symrnn.runtime.directional import directions, hessian_along, pushed_along
from symrnn.runtime.masking import seen, with_mask
from symrnn.runtime.online import Rtrl, state_jacobian
from symrnn.runtime.shapes import Array, Arrays, Sizes, check_names
from symrnn.schedule import Plan


class Engine(Protocol):
    """What runs the generated code; arrays by name, already checked."""

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        ...

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        ...

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        ...


@dataclass(frozen=True)
class Parameter:
    """Axes and meaning of one parameter."""

    axes: tuple[str, ...]
    meaning: str

    def __str__(self) -> str:
        return f"[{', '.join(self.axes)}] {self.meaning}"


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
        self.masked = bool(self.program.with_role(Role.MASK))
        self.parameters = {one.name: Parameter(one.axes, one.meaning)
                           for one in self.program.with_role(Role.PARAMETER)}
        self._inputs = tuple(one.name for one in self.program.with_role(Role.INPUT, Role.MASK))
        self._states = {one.state: self.program[one.initial] for one in self.program.delays}

    def forward(self, params: Mapping[str, Any], x: Any,
                initial: Mapping[str, Any] | None = None, lengths: Any = None,
                mask: Any = None) -> Run:
        """Run T steps.

        Parameters
        ----------
        params: every parameter by name, with the axes that ``kernel.parameters`` tells.
        x: the input [T, B, n]; a dictionary where the network has several inputs.
        initial: states before the first step [B, ...] by name; zero where not given.
        lengths: the number of valid steps of each sample [B], all T where not given.
        mask: 1 where a step counts, else 0 [T, B]; a step that does not count keeps the
            states. With lengths too, a step counts where both say so.

        The run keeps arrays of the right type as they are, without a copy: do not change them
        in place before ``backward``. Raises ShapeError naming the array whose shape is wrong.
        """
        if lengths is not None or mask is not None:
            form, inputs = self._masked(x, lengths, mask)
            return form.forward(params, inputs, initial)
        given = self.given(params, x, initial)
        outputs, final, tape = self.engine.forward(given)
        return Run(self._alone(outputs), dict(final), given, outputs, tape, self)

    def backward(self, run: Run, y_bar: Any,
                 final_bar: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """Gradients of a loss, from its derivatives by the outputs and the final states.

        Parameters
        ----------
        run: what ``forward`` of this kernel returned; what was given to it must be unchanged.
        y_bar: the loss's derivative by ``run.y``, of the same shape.
        final_bar: its derivatives by ``run.final``, by name; zero where not given.

        Returns the gradients of all parameters, of the inputs (``"x"``) and of the initial
        states (``"initial.h"``), each of the shape of what it belongs to. Cotangents of outputs
        that a mask makes zero are ignored. Raises ProgramError for another network's run.
        """
        if run.kernel is not self:
            self._must_be_related(run.kernel)
            return run.kernel.backward(run, y_bar, final_bar)
        bars = self.cotangents(run.given.sizes, y_bar, final_bar)
        bars = dict(seen(self.program, run.given.inputs, bars))
        return dict(self.engine.backward(run.given, run.outputs, run.tape, bars))

    def _masked(self, x: Any, lengths: Any, mask: Any) -> tuple[Kernel, dict[str, Any]]:
        """The kernel that takes a mask, and its inputs."""
        if self.masked:
            raise ProgramError(f"{self.program.name} takes its mask as the input 'mask' already; "
                               "leave out lengths= and mask=")
        inputs = self._named(x, self._inputs, "input")
        return self.related(Relation.MASKED), with_mask(inputs, lengths, mask)

    def _must_be_related(self, other: Kernel) -> None:
        """A run belongs to the same network, or to its form that takes a mask."""
        if other.program != self.program and (
                self.masked or not other.masked
                or other.program != self.related(Relation.MASKED).program):
            raise ProgramError(f"the run is of another network, {other.program.name}; give the "
                               f"run that this kernel's forward ({self.program.name}) returned")

    def cotangents(self, sizes: Sizes, y_bar: Any, final_bar: Mapping[str, Any] | None,
                   lost: int = 0) -> dict[str, Array]:
        """The checked cotangents by the name of what they belong to; zero where not given."""
        finals = {one.state: one.final for one in self.program.delays}
        check_names(final_bar, finals, "final state", partly=True)
        given = {finals[name]: array for name, array in (final_bar or {}).items()}
        given |= self._named(y_bar, self.program.outputs, "output's cotangent")
        bars = {}
        for one in self.plan.gradient.with_role(Role.COTANGENT):
            called = f"final_bar[{one.of!r}]" if one.of in finals.values() else "y_bar"
            part = lost if one.of in self.program.outputs else 0
            bars[one.of] = (sizes.take(one, given[one.of], called, part) if one.of in given
                            else sizes.zeros(one))
        return bars

    def jvp(self, params: Mapping[str, Any], x: Any, params_dot: Mapping[str, Any] | None = None,
            x_dot: Any = None, initial: Mapping[str, Any] | None = None,
            initial_dot: Mapping[str, Any] | None = None, lengths: Any = None,
            mask: Any = None) -> tuple[Any, dict[str, Array]]:
        """Tangents of the outputs and of the final states along one direction.

        The direction is given by ``params_dot`` and ``initial_dot``, by name, and ``x_dot``;
        zero where not given. ``lengths`` and ``mask`` are those of ``forward``.
        """
        if lengths is not None or mask is not None:
            form, inputs = self._masked(x, lengths, mask)
            return form.jvp(params, inputs, params_dot, x_dot, initial, initial_dot)
        given = self.given(params, x, initial)
        dots = self._directions(given, params_dot, x_dot, initial_dot)
        y_dot, final_dot = pushed_along(self, given, dots)
        return self._alone(y_dot), final_dot

    def hvp(self, params: Mapping[str, Any], x: Any, y_bar: Any,
            params_dot: Mapping[str, Any] | None = None, x_dot: Any = None,
            initial: Mapping[str, Any] | None = None,
            initial_dot: Mapping[str, Any] | None = None,
            final_bar: Mapping[str, Any] | None = None, lengths: Any = None,
            mask: Any = None) -> dict[str, Array]:
        """How every gradient of ``backward`` changes along a direction, cotangents held fixed.

        That is the Hessian of the linear loss which ``y_bar`` and ``final_bar`` define, times
        the direction. Names and shapes are those of ``backward``, ``lengths`` and ``mask``
        those of ``forward``.
        """
        if lengths is not None or mask is not None:
            form, inputs = self._masked(x, lengths, mask)
            return form.hvp(params, inputs, y_bar, params_dot, x_dot, initial, initial_dot,
                            final_bar)
        given = self.given(params, x, initial)
        dots = self._directions(given, params_dot, x_dot, initial_dot)
        bars = self.cotangents(given.sizes, y_bar, final_bar)
        return hessian_along(self, given, seen(self.program, given.inputs, bars), dots)

    def _directions(self, given: Given, params_dot: Mapping[str, Any] | None, x_dot: Any,
                    initial_dot: Mapping[str, Any] | None) -> dict[str, Array]:
        moving = tuple(one.name for one in self.program.with_role(Role.INPUT))
        inputs_dot = {} if x_dot is None else self._named(x_dot, moving, "input")
        return directions(self.program, given.sizes, params_dot, inputs_dot, initial_dot)

    def rtrl(self, params: Mapping[str, Any], initial: Mapping[str, Any] | None = None) -> Rtrl:
        """Online learning: gradients that are up to date after every step, no sequence stored.

        Every step counts: there are no lengths, as the caller ends a sequence by not going on.
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
        sizes, program = Sizes(self.program, self.dtype), self.program
        check_names(params, self.parameters, "parameter")
        parameters = {name: sizes.take(program[name], params[name], name)
                      for name in self.parameters}
        inputs = {name: sizes.take(program[name], array, name, lost)
                  for name, array in self._named(x, self._inputs, "input").items()}
        if lost:
            sizes.known.setdefault("T", 1)
        sizes.complete()
        return Given(parameters, inputs, self._initial(sizes, state), sizes)

    def _initial(self, sizes: Sizes, state: Mapping[str, Any] | None) -> dict[str, Array]:
        check_names(state, self._states, "state", partly=True)
        given = state or {}
        return {name: sizes.take(one, given[name], one.name) if name in given else sizes.zeros(one)
                for name, one in self._states.items()}

    @staticmethod
    def _named(value: Any, names: tuple[str, ...], kind: str) -> dict[str, Any]:
        """One array for one name, or a dictionary for several."""
        if isinstance(value, Mapping):
            check_names(value, names, kind)
            return dict(value)
        if len(names) != 1:
            raise ProgramError(f"there are several names, {', '.join(names)}: give a dictionary")
        return {names[0]: value}

    def _alone(self, outputs: Arrays) -> Any:
        return dict(outputs) if len(outputs) > 1 else next(iter(outputs.values()))



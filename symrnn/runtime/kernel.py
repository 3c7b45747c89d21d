"""The kernel: a compiled network on arrays. Shapes: T steps, B samples, then the axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy.typing as npt

from symrnn.program import ProgramError, Role, counted
from symrnn.runtime.arguments import Arguments
from symrnn.runtime.calls import Engine, Given, Relation
from symrnn.runtime.directional import directions, hessian_along, pushed_along
from symrnn.runtime.masking import seen, with_mask
from symrnn.runtime.online import Rtrl, state_jacobian
from symrnn.runtime.inputs import named
from symrnn.runtime.shapes import Array, Arrays, shapes_told
from symrnn.runtime.stepper import Stepper, stepper
from symrnn.runtime.windows import Checkpointed, Truncated, truncated
from symrnn.schedule import Plan


@dataclass(eq=False, repr=False)
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

    def __repr__(self) -> str:
        return (f"<Run of {self.kernel.program.name}: {shapes_told(self.outputs)}; "
                f"final {shapes_told(self.final)}>")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a run of {self.kernel.program.name} holds memory of its process, so it "
                        f"is neither copied nor pickled; take run.y and run.final, or run forward "
                        f"again")


class Kernel(Arguments):
    """A network that computes: forward, backward and streaming step.

    ``parameters`` tells axes and meaning of every parameter. Made by :func:`symrnn.compile`.
    """

    def __init__(self, plan: Plan, engine: Engine, dtype: npt.DTypeLike,
                 related: Callable[[Relation], Kernel],
                 elsewhere: frozenset[str] = frozenset(),
                 again: Callable[[], Kernel] | None = None) -> None:
        super().__init__(plan, engine, dtype, elsewhere)
        self._again_compiled = again
        self.related = cache(related)
        self.masked = self.program.step_mask is not None

    def __repr__(self) -> str:
        return (f"<Kernel {self.program.name}: {self.dtype}, {self.engine}; "
                f"{counted(len(self.parameters), 'parameter')}>")

    def __copy__(self) -> Kernel:
        return self  # calls leave nothing behind in it

    def __deepcopy__(self, memo: object) -> Kernel:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Who loads it compiles the same network again, or takes it from the cache."""
        if self._again_compiled is None:
            raise TypeError(f"the kernel of {self.program.name} was not made by symrnn.compile; "
                            f"pickle kernel.program and compile that")
        return self._again_compiled, ()

    def forward(self, params: Mapping[str, Any], x: Any,
                initial: Mapping[str, Any] | None = None, lengths: Any = None,
                mask: Any = None) -> Run:
        """Run T steps; there may be none, and no samples.

        Parameters
        ----------
        params: every parameter by name, with the axes that ``kernel.parameters`` tells.
        x: the input [T, B, n]; a dictionary where the network has several inputs, such as
            the masks of zoneout and dropout.
        initial: states before the first step [B, ...] by name; where not given what the cell
            declares, else zero. The ``final`` of one run continues it. With learned initial
            states all or none. A state with an axis that no parameter and no input has must be
            given, in every call.
        lengths: the number of valid steps of each sample [B], all T where not given.
        mask: 1 where a step counts, else 0 [T, B]; a step that does not count keeps the
            states. With lengths too, a step counts where both say so.

        The run keeps arrays of the right type as they are, without a copy: do not change them,
        or ``y``, in place before ``backward``, which reads them again. Raises ShapeError naming
        the array whose shape is wrong.
        """
        if lengths is not None or mask is not None:
            form, inputs = self._masked(x, lengths, mask)
            return form.forward(params, inputs, initial)
        given = self.given(params, x, initial)
        outputs, final, tape = self.engine.forward(given)
        return Run(self.alone(outputs), dict(final), given, outputs, tape, self)

    def infer(self, params: Mapping[str, Any], x: Any,
              initial: Mapping[str, Any] | None = None, lengths: Any = None,
              mask: Any = None) -> tuple[Any, dict[str, Array]]:
        """Run T steps that nobody differentiates: ``y`` and the final states.

        Arguments and shapes are those of ``forward``. Nothing is kept of the steps in between,
        which saves the memory of a tape and the time to write it.
        """
        if lengths is not None or mask is not None:
            form, inputs = self._masked(x, lengths, mask)
            return form.infer(params, inputs, initial)
        outputs, final = self.engine.infer(self.given(params, x, initial))
        return self.alone(outputs), dict(final)

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
        if not isinstance(run, Run):
            raise ProgramError(f"there is nothing to go back through in {type(run).__name__}; "
                               "give the run that forward returned")
        if run.kernel is not self:
            self._must_be_related(run.kernel)
            return run.kernel.backward(run, y_bar, final_bar)
        bars = self.cotangents(run.given.sizes, y_bar, final_bar)
        bars = dict(seen(self.program, run.given.inputs, bars))
        return dict(self.engine.backward(run.given, run.outputs, run.tape, bars))

    def _masked(self, x: Any, lengths: Any, mask: Any) -> tuple[Kernel, dict[str, Any]]:
        """The kernel that takes a mask, and its inputs."""
        own = self.program.step_mask
        if own is not None:
            raise ProgramError(f"{self.program.name} takes its mask as the input '{own.name}' "
                               "already; leave out lengths= and mask=")
        form = self.related(Relation.MASKED)
        return form, with_mask(form.program, self.named_inputs(x), lengths, mask)

    def _must_be_related(self, other: Kernel) -> None:
        """A run belongs to the same network, or to its form that takes a mask."""
        if other.program != self.program and (
                self.masked or not other.masked
                or other.program != self.related(Relation.MASKED).program):
            raise ProgramError(f"the run is of another network, {other.program.name}; give the "
                               f"run that this kernel's forward ({self.program.name}) returned")

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
        return self.alone(y_dot), final_dot

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
        inputs_dot = {} if x_dot is None else named(x_dot, moving, "input")
        return directions(self.program, given.sizes, params_dot, inputs_dot,
                          self.own_states(initial_dot))

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
        return self.alone(outputs), dict(following)

    def stepper(self, params: Mapping[str, Any], batch: int = 1,
                initial: Mapping[str, Any] | None = None) -> Stepper:
        """A streaming step bound to its parameters; ``x_t`` [B, n] or [n] gives ``y_t``.

        Several inputs are a dictionary by name, several outputs too. A stream begins with
        ``initial``, else with the learned initial states, else with zeros, and again at
        ``reset()``. Raises ShapeError where no parameter tells the size of an input,
        ProgramError where a step needs later ones (a reverse direction).
        """
        self._must_stream()
        return stepper(self, self.pack(params), batch, initial)

    def alone(self, outputs: Arrays) -> Any:
        """The one output, or all of them by name."""
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        return {self.called[name]: array for name, array in outputs.items()}



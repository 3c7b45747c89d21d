"""The kernel: a compiled network on arrays. Shapes: T steps, B samples, then the axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.runtime.core import Core
from symrnn.runtime.directional import directions, hessian_along, pushed_along
from symrnn.runtime.masking import seen
from symrnn.runtime.online import Rtrl, state_jacobian
from symrnn.runtime.shapes import Array
from symrnn.runtime.stepper import Stepper, stepper
from symrnn.runtime.windows import Checkpointed, Truncated, truncated


class Kernel(Core):
    """A network that computes: forward, backward and streaming step, and all that is made of them.

    ``parameters`` tells axes and meaning of every parameter. Made by :func:`symrnn.compile`.
    """

    def jvp(self, params: Mapping[str, Any], x: Any, params_dot: Mapping[str, Any] | None = None,
            x_dot: Any = None, initial: Mapping[str, Any] | None = None,
            initial_dot: Mapping[str, Any] | None = None, lengths: Any = None,
            mask: Any = None) -> tuple[Any, dict[str, Array]]:
        """Tangents of the outputs and of the final states along one direction.

        The direction is given by ``params_dot`` and ``initial_dot``, by name, and ``x_dot``;
        zero where not given. Shapes, ``lengths`` and ``mask`` are those of ``forward``. Raises
        ShapeError for an array or a name that does not fit.
        """
        if lengths is not None or mask is not None:
            form, inputs = self.masked_form(x, lengths, mask)
            return form.jvp(params, inputs, params_dot, x_dot, initial, initial_dot)
        given = self.given(params, x, initial)
        dots = directions(self, given, params_dot, x_dot, initial_dot)
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
        those of ``forward``. Raises ShapeError for an array or a name that does not fit.
        """
        if lengths is not None or mask is not None:
            form, inputs = self.masked_form(x, lengths, mask)
            return form.hvp(params, inputs, y_bar, params_dot, x_dot, initial, initial_dot,
                            final_bar)
        given = self.given(params, x, initial)
        dots = directions(self, given, params_dot, x_dot, initial_dot)
        bars = self.cotangents(given.sizes, y_bar, final_bar)
        return hessian_along(self, given, seen(self.program, given.inputs, bars), dots)

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
        self.must_stream()
        return Rtrl(self, params, initial)

    def state_jacobian(self, params: Mapping[str, Any], x_t: Any,
                       state: Mapping[str, Any] | None = None) -> dict[tuple[str, str], Array]:
        """How the next states depend on the states: ``["h", "c"]`` is dh_t/dc_{t-1} [B, m, m].

        Raises ProgramError where a step needs later ones (a reverse direction).
        """
        self.must_stream()
        return state_jacobian(self, self.given(params, x_t, state, lost=1))

    def stepper(self, params: Mapping[str, Any], batch: int = 1,
                initial: Mapping[str, Any] | None = None) -> Stepper:
        """A streaming step bound to its parameters; ``x_t`` [B, n] or [n] gives ``y_t``.

        Several inputs are a dictionary by name, several outputs too. A stream begins with
        ``initial``, else with the learned initial states, else with zeros, and again at
        ``reset()``. Raises ShapeError where no parameter tells the size of an input,
        ProgramError where a step needs later ones (a reverse direction).
        """
        self.must_stream()
        return stepper(self, self.pack(params), batch, initial)

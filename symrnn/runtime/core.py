"""The core of a kernel: forward, infer, backward and step. Shapes: T steps, B samples, the axes.

What else a kernel offers is made of these and of the cores of related networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy.typing as npt

from symrnn.program import ProgramError, counted
from symrnn.runtime.arguments import Arguments
from symrnn.runtime.calls import Engine, Given, Relation
from symrnn.runtime.masking import seen, with_mask
from symrnn.runtime.shapes import Array, Arrays, shapes_told
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
    kernel: Core

    def __repr__(self) -> str:
        return (f"<Run of {self.kernel.program.name}: {shapes_told(self.outputs)}; "
                f"final {shapes_told(self.final)}>")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a run of {self.kernel.program.name} holds memory of its process, so it "
                        f"is neither copied nor pickled; take run.y and run.final, or run forward "
                        f"again")


class Core(Arguments):
    """A network that computes: forward, infer, backward and a streaming step; pack is inherited.

    ``related`` makes the kernels of what is derived from the network, each once.
    """

    def __init__(self, plan: Plan, engine: Engine, dtype: npt.DTypeLike,
                 related: Callable[[Relation], Self],
                 elsewhere: frozenset[str] = frozenset(),
                 compiled_again: Callable[[], Self] | None = None) -> None:
        super().__init__(plan, engine, dtype, elsewhere)
        self._compiled_again = compiled_again
        self.related = cache(related)
        self.masked = self.program.step_mask is not None

    def __repr__(self) -> str:
        return (f"<{type(self).__name__} {self.program.name}: {self.dtype}, {self.engine}; "
                f"{counted(len(self.parameters), 'parameter')}>")

    def __copy__(self) -> Self:
        return self  # calls leave nothing behind in it

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Who loads it compiles the same network again, or takes it from the cache."""
        if self._compiled_again is None:
            raise TypeError(f"the kernel of {self.program.name} was not made by symrnn.compile; "
                            f"pickle kernel.program and compile that")
        return self._compiled_again, ()

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
            form, inputs = self.masked_form(x, lengths, mask)
            return form.forward(params, inputs, initial)
        given = self.given(params, x, initial)
        outputs, final, tape = self.engine.forward(given)
        return Run(self.alone(outputs), dict(final), given, outputs, tape, self)

    def infer(self, params: Mapping[str, Any], x: Any,
              initial: Mapping[str, Any] | None = None, lengths: Any = None,
              mask: Any = None) -> tuple[Any, dict[str, Array]]:
        """Run T steps that nobody differentiates: ``y`` and the final states.

        Arguments and shapes are those of ``forward``. Nothing is kept of the steps in between,
        which saves the memory of a tape and the time to write it. Raises ShapeError.
        """
        if lengths is not None or mask is not None:
            form, inputs = self.masked_form(x, lengths, mask)
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

    def masked_form(self, x: Any, lengths: Any, mask: Any) -> tuple[Self, dict[str, Any]]:
        """The kernel that takes a mask, and its inputs. Raises ShapeError, ProgramError."""
        own = self.program.step_mask
        if own is not None:
            raise ProgramError(f"{self.program.name} takes its mask as the input '{own.name}' "
                               "already; leave out lengths= and mask=")
        form = self.related(Relation.MASKED)
        return form, with_mask(form.program, self.named_inputs(x), lengths, mask)

    def _must_be_related(self, other: Core) -> None:
        """A run belongs to the same network, or to its form that takes a mask."""
        if other.program != self.program and (
                self.masked or not other.masked
                or other.program != self.related(Relation.MASKED).program):
            raise ProgramError(f"the run is of another network, {other.program.name}; give the "
                               f"run that this kernel's forward ({self.program.name}) returned")

    def must_stream(self) -> None:
        """Raise ProgramError for a network whose steps need later ones."""
        if not self.plan.streams:
            raise ProgramError(f"{self.program.name} reads its input in reverse, so there is no "
                               "streaming step; use forward on whole sequences")

    def step(self, params: Mapping[str, Any], x_t: Any,
             state: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Array]]:
        """Run one step of a stream: ``x_t`` [B, n] and a state give ``y_t`` and the next state.

        Raises ShapeError, ProgramError where a step needs later ones (a reverse direction).
        """
        self.must_stream()
        outputs, following = self.engine.step(self.given(params, x_t, state, lost=1))
        return self.alone(outputs), dict(following)

    def alone(self, outputs: Arrays) -> Any:
        """The one output, or all of them by name."""
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        return {self.called[name]: array for name, array in outputs.items()}

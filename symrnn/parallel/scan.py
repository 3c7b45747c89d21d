"""Scans in parallel over time: pieces of a sequence run side by side, as if they were samples.

Two passes. Each piece runs from zero, and with it the derivative of its last state by its first;
one short loop over pieces then tells where each really begins, and each runs again from there. So
T steps become three loops of T / pieces steps over arrays that are so many times wider. Nothing is
divided by: a product of gates that is rounded to zero is right, as what came before is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy.typing as npt

from symrnn.adjoint import adjoint, gradients
from symrnn.kernels import Threads, compile, compile_forward
from symrnn.parallel.newton import Newton
from symrnn.parallel.parts import Sequence
from symrnn.parallel.pieces import Values, shifted
from symrnn.program import Program, Role, quoted
from symrnn.runtime import Kernel, ShapeError
from symrnn.runtime.calls import Given
from symrnn.runtime.shapes import Array
FORMS = ("two-pass", "chunkwise")


class ParallelScan:
    """A network whose steps run side by side.

    Made by :func:`symrnn.parallel_scan`; ``kernel`` is what computes them one after the other.
    """

    def __init__(self, kernel: Kernel, compiled: Callable[[Program], Kernel],
                 newton: Newton | None = None, chunk: int | None = None) -> None:
        self.kernel, self.program, self._compiled = kernel, kernel.program, compiled
        self._forward = Sequence(self.program, compiled, newton=newton)
        self._inferring = self._forward if chunk is None else Sequence(
            self.program, compiled, newton=newton, chunk=chunk)

    def __repr__(self) -> str:
        return f"<ParallelScan of {self.kernel!r}>"

    @property
    def iterations(self) -> dict[str, int]:
        """How often Newton's method corrected each part that is not affine, when it ran last.

        By the name of the part's first state; 0 before the first run, nothing for what is affine.
        """
        return self._forward.iterations

    @cached_property
    def _backward(self) -> Sequence:
        return Sequence(gradients(self.program), self._compiled, self._forward.apart.known)

    def infer(self, params: Mapping[str, Any], x: Any, initial: Mapping[str, Any] | None = None,
              pieces: int | None = None) -> tuple[Any, dict[str, Array]]:
        """Run T steps that nobody differentiates: ``y`` and the final states.

        Arguments and shapes are those of ``Kernel.infer``. ``pieces`` of a sequence run side by
        side, by default about as many as each has steps; steps that are left over come last.
        Raises ShapeError, also for fewer pieces than one, and NotConverged.
        """
        given = self.kernel.given(params, x, initial)
        _, y, final = self._run(self._inferring if given.sizes.known["T"] else self._forward,
                                given, pieces, inner=False)
        return y, final

    def gradients(self, params: Mapping[str, Any], x: Any, y_bar: Any,
                  initial: Mapping[str, Any] | None = None,
                  final_bar: Mapping[str, Any] | None = None, pieces: int | None = None
                  ) -> tuple[Any, dict[str, Array], dict[str, Array]]:
        """``y``, the final states, and the gradients that ``Kernel.backward`` gives.

        The adjoint of any network is affine, and its scan, from the last step to the first, runs
        in pieces as well, without iterations. ``y_bar`` is the loss's derivative by ``y``, or a
        function that tells it from ``y``; the other arguments are those of ``infer`` and
        ``Kernel.backward``. Raises ShapeError, NotConverged.
        """
        given = self.kernel.given(params, x, initial)
        values, y, final = self._run(self._forward, given, pieces)
        bars = self.kernel.cotangents(given.sizes, y_bar(y) if callable(y_bar) else y_bar,
                                      final_bar)
        system = self._backward
        values |= {one.name: bars[one.of] for one in system.program.variables
                   if one.role.given and one.of in bars}
        system.run(values, pieces, given.sizes.known["T"])
        found = {one.of: values[one.name] for one in adjoint(self.program).variables
                 if one.role is Role.GRADIENT}
        return y, final, found

    def _run(self, system: Sequence, given: Given, pieces: int | None, inner: bool = True
             ) -> tuple[Values, Any, dict[str, Array]]:
        """All values of a forward pass, what comes out, and the final states."""
        if pieces is not None and pieces < 1:
            raise ShapeError(f"pieces is {quoted(pieces)}; a sequence has at least one piece")
        values = dict(given.by_variable(self.program))
        system.run(values, pieces, given.sizes.known["T"], inner)
        final = {one.state: values[one.final] if one.final in values else shifted(values, one)[1]
                 for one in self.program.delays}
        return values, self.kernel.alone({name: values[name] for name in self.program.outputs}), \
            final


def parallel_scan(program: Program, backend: str = "numpy", dtype: npt.DTypeLike = "float32",
                  threads: Threads = 1, newton: Newton | bool = False, form: str = "two-pass",
                  chunk: int = 32) -> ParallelScan:
    """What runs a network over long sequences in few steps; exact but for rounding.

    ``backend``, ``dtype`` and ``threads`` are those of :func:`symrnn.compile`. It pays where a step
    costs more than its numbers: in NumPy, whose loop is one in Python, and in C, where pieces lie
    in the lanes of vectors, for a state of few units that would leave most lanes idle.

    A network that is affine in its states (:func:`symrnn.recurrence` proves of what kind it is)
    runs twice over pieces, and as often again as its Jacobian has rows in a block: once where it is
    diagonal, ``d_k`` times for a delta rule, ``m`` times where all of ``m`` units read each other.

    Any other takes ``newton=True``, or a :class:`symrnn.Newton` with a tolerance: the steps are
    linearised around a guess of all states, which the scan then corrects, until each step gives the
    next state. That is the answer of one step after the other; ``scan.iterations`` tells how often.
    Few suffice where states forget; where small changes grow it may find none, and says so. Lim et
    al., arXiv 2309.12252 (DEER); Danieli et al., arXiv 2510.21450 (ParaRNN).

    ``form="chunkwise"`` runs affine parts without a factor between entries in chunks of ``chunk``
    steps: products inside a chunk, states between chunks (Sun et al., arXiv 2307.08621; Yang et
    al., arXiv 2312.06635). Where a step adds an outer product and only sums over the state are
    read, as in linear attention, no state is made but those, and products of matrices take the
    place of the steps; elsewhere it costs ``chunk`` times the work. Decays are multiplied, never
    divided, so small gates lose nothing. ``infer`` runs so; ``gradients`` makes two passes, as the
    gradients of gates read the states of all steps.

    Raises ProgramError for what remembers nothing, without ``newton`` for what is not affine, and
    for what has no chunkwise form; ValueError for another ``form``, ``chunk`` or ``newton``; and
    what ``compile`` raises.
    """
    if form not in FORMS:
        raise ValueError(f"form is {quoted(form)}; there are {' and '.join(FORMS)}")
    if not hasattr(chunk, "__index__") or chunk < 1:
        raise ValueError(f"chunk is {quoted(chunk)}; it is a whole number of steps, at least 1")
    if not isinstance(newton, bool | Newton):
        raise ValueError(f"newton is {quoted(newton)}; it is True, False or a symrnn.Newton")
    chosen = (Newton() if newton else None) if isinstance(newton, bool) else newton

    def compiled(one: Program) -> Kernel:
        return compile_forward(one, backend, dtype, threads, "samples")  # pieces are samples

    return ParallelScan(compile(program, backend, dtype, threads=threads), compiled, chosen,
                        chunk if form == "chunkwise" else None)

"""Scans in parallel over time: pieces of a sequence run side by side, as if they were samples.

Two passes. Each piece runs from zero, and with it the derivative of its last state by its first;
one short loop over pieces then tells where each really begins, and each runs again from there. So
T steps become three loops of T / pieces steps over arrays that are so many times wider. Nothing is
divided by: a product of gates that is rounded to zero is right, as what came before is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.adjoint import adjoint, gradients
from symrnn.kernels import Threads, compile, compile_forward
from symrnn.program import FED, Delay, Program, Role, Span, quoted
from symrnn.recurrences import Scan, scans
from symrnn.runtime import Kernel, ShapeError
from symrnn.runtime.calls import Given
from symrnn.runtime.directional import arguments, by_owner
from symrnn.runtime.shapes import Array

Values = dict[str, Array]  # by the name of a variable


class ParallelScan:
    """A network that is affine in its states, entry by entry, whose steps run side by side.

    Made by :func:`symrnn.parallel_scan`; ``kernel`` is what computes them one after the other.
    """

    def __init__(self, kernel: Kernel, compiled: Callable[[Program], Kernel]) -> None:
        self.kernel, self.program, self._compiled = kernel, kernel.program, compiled
        self._forward = _Scans(self.program, compiled)

    def __repr__(self) -> str:
        return f"<ParallelScan of {self.kernel!r}>"

    @cached_property
    def _backward(self) -> _Scans:
        return _Scans(gradients(self.program), self._compiled, self._forward.apart.known)

    def infer(self, params: Mapping[str, Any], x: Any, initial: Mapping[str, Any] | None = None,
              pieces: int | None = None) -> tuple[Any, dict[str, Array]]:
        """Run T steps that nobody differentiates: ``y`` and the final states.

        Arguments and shapes are those of ``Kernel.infer``. ``pieces`` of a sequence run side by
        side, by default about as many as each has steps; steps that are left over come last.
        Raises ShapeError, also for fewer pieces than one.
        """
        _, y, final = self._run(self.kernel.given(params, x, initial), pieces)
        return y, final

    def gradients(self, params: Mapping[str, Any], x: Any, y_bar: Any,
                  initial: Mapping[str, Any] | None = None,
                  final_bar: Mapping[str, Any] | None = None, pieces: int | None = None
                  ) -> tuple[Any, dict[str, Array], dict[str, Array]]:
        """``y``, the final states, and the gradients that ``Kernel.backward`` gives.

        The adjoint of such a network is affine too, and its scan, from the last step to the first,
        runs in pieces as well. ``y_bar`` is the loss's derivative by ``y``, or a function that
        tells it from ``y``; the other arguments are those of ``infer`` and ``Kernel.backward``.
        Raises ShapeError.
        """
        given = self.kernel.given(params, x, initial)
        values, y, final = self._run(given, pieces)
        bars = self.kernel.cotangents(given.sizes, y_bar(y) if callable(y_bar) else y_bar,
                                      final_bar)
        system = self._backward
        values |= {one.name: bars[one.of] for one in system.program.variables
                   if one.role.given and one.of in bars}
        system.run(values, pieces, given.sizes.known["T"])
        found = {one.of: values[one.name] for one in adjoint(self.program).variables
                 if one.role is Role.GRADIENT}
        return y, final, found

    def _run(self, given: Given, pieces: int | None) -> tuple[Values, Any, dict[str, Array]]:
        """All values of a forward pass, what comes out, and the final states."""
        if pieces is not None and pieces < 1:
            raise ShapeError(f"pieces is {quoted(pieces)}; a sequence has at least one piece")
        values = dict(given.by_variable(self.program))
        self._forward.run(values, pieces, given.sizes.known["T"])
        final = {one.state: values[one.final] if one.final in values else _shifted(values, one)[1]
                 for one in self.program.delays}
        return values, self.kernel.alone({name: values[name] for name in self.program.outputs}), \
            final


def parallel_scan(program: Program, backend: str = "numpy", dtype: npt.DTypeLike = "float32",
                  threads: Threads = 1) -> ParallelScan:
    """What runs a network over long sequences in few steps; exact but for rounding.

    Only for what ``symrnn.recurrence(net).kind`` calls "affine-diagonal". The arguments are those
    of :func:`symrnn.compile`. It pays where a step costs more than its numbers, as in NumPy, whose
    loop is one in Python. Raises ProgramError for any other network, and what ``compile`` raises.
    """
    return ParallelScan(compile(program, backend, dtype, threads=threads),
                        lambda one: compile_forward(one, backend, dtype, threads))


class _Scans:
    """All scans of a program, and what follows them; without what is ``there`` before."""

    def __init__(self, program: Program, compiled: Callable[[Program], Kernel],
                 there: frozenset[str] = frozenset()) -> None:
        self.program, self.apart = program, scans(program, there)
        self.parts = [_Part(one, program, compiled) for one in self.apart.scans]
        self.after = None if self.apart.after is None else compiled(self.apart.after)

    def run(self, values: Values, pieces: int | None, steps: int) -> None:
        """Add to the values all that the program gives."""
        for part in self.parts:
            values |= part.run(values, max(1, min(pieces or isqrt(steps), steps)), steps)
        if self.after is not None:
            values |= _run(self.after, values)


@dataclass(frozen=True)
class _Pieces:
    """How a scan is cut: so many pieces of equal length; what is over comes last in its order."""

    count: int
    steps: int
    forward: bool

    @property
    def length(self) -> int:
        return self.steps // self.count

    @property
    def whole(self) -> slice:
        """The steps of all pieces."""
        many = self.length * self.count
        return slice(0, many) if self.forward else slice(self.steps - many, self.steps)

    @property
    def rest(self) -> slice:
        """The other steps."""
        many = self.length * self.count
        return slice(many, self.steps) if self.forward else slice(0, self.steps - many)

    @property
    def order(self) -> range:
        """The pieces as the scan takes them."""
        return range(self.count) if self.forward else range(self.count - 1, -1, -1)

    def side_by_side(self, array: Array) -> Array:
        """The pieces of a sequence [T, B, ...] as samples [length, pieces B, ...]."""
        cut = array[self.whole].reshape(self.count, self.length, *array.shape[1:]).swapaxes(0, 1)
        return np.ascontiguousarray(cut).reshape(self.length, self.count * array.shape[1],
                                                 *array.shape[2:])

    def in_time(self, array: Array) -> Array:
        """The same back again."""
        samples = array.shape[1] // self.count
        cut = array.reshape(self.length, self.count, samples, *array.shape[2:]).swapaxes(0, 1)
        return cut.reshape(self.length * self.count, samples, *array.shape[2:])

    def apart(self, states: Array) -> Array:
        """States of pieces that are samples, [pieces B, ...], as [pieces, B, ...]."""
        return states.reshape(self.count, len(states) // self.count, *states.shape[1:])


@dataclass(frozen=True)
class _Map:
    """What pieces make of one state before them: last states from zero, and derivatives by it.

    Arrays [pieces, B, ...] by the names of final states.
    """

    ends: Values
    slopes: Values


class _Part:
    """One scan, with the kernels of all its programs."""

    def __init__(self, scan: Scan, program: Program, compiled: Callable[[Program], Kernel]
                 ) -> None:
        self.delays, self.forward = scan.part.delays, scan.part.delays[0].step > 0
        self.before = None if scan.before is None else compiled(scan.before)
        self.steps = compiled(scan.steps)
        self.factors = {one.initial: compiled(scan.factors[one.state]) for one in self.delays}
        inputs = scan.steps.with_role(*FED)
        self.moving = [one.name for one in inputs if one.span is Span.SEQUENCE]
        self.still = [one.name for one in inputs if one.span is Span.BATCH]
        self.shifted = [one for one in program.delays
                        if one.lhs in self.moving and one not in self.delays]

    def run(self, values: Values, pieces: int, steps: int) -> Values:
        """What the scan binds and what it reads, from what is known."""
        found = {} if self.before is None else _run(self.before, values)
        found |= {one.lhs: _shifted({**values, **found}, one)[0] for one in self.shifted}
        own, cut = {**values, **found}, _Pieces(pieces, steps, self.forward)
        side = {**own, **{name: cut.side_by_side(own[name]) for name in self.moving},
                **{name: np.concatenate([own[name]] * pieces) for name in self.still}}
        done = _run(self.steps, {**side, **self._starts(side, own, cut)})
        last = {one: cut.apart(done[one.final])[cut.order[-1]] for one in self.delays}
        over = _run(self.steps, {**own, **{name: own[name][cut.rest] for name in self.moving},
                                 **{one.initial: state for one, state in last.items()}})
        for one in self.delays:
            both = cut.in_time(done[one.source]), over[one.source]
            found[one.source] = np.concatenate(both if self.forward else both[::-1])
            found[one.final] = over[one.final]
        return found

    def _starts(self, side: Values, own: Values, cut: _Pieces) -> Values:
        """Where each piece begins: behind the one before it, ``a h + b``."""
        begin = {one.initial: own[one.initial] for one in self.delays}
        if cut.count == 1:
            return begin
        zeros = {name: np.zeros((cut.count * len(one), *one.shape[1:]), one.dtype)
                 for name, one in begin.items()}
        maps = {name: self._map(name, side, zeros, cut) for name in begin}
        starts = {name: np.empty_like(cut.apart(one)) for name, one in zeros.items()}
        for piece in cut.order:
            for name, one in begin.items():
                starts[name][piece] = one
            begin = {new.initial: self._behind(maps, new.final, begin, piece)
                     for new in self.delays}
        return {name: one.reshape(zeros[name].shape) for name, one in starts.items()}

    def _map(self, name: str, side: Values, zeros: Values, cut: _Pieces) -> _Map:
        """The last states of all pieces that begin with zero, and their derivatives by one."""
        kernel = self.factors[name]
        dots = {**zeros, name: np.ones_like(zeros[name])}
        _, final = kernel.infer(*arguments(kernel.program, {**side, **zeros}, dots))
        slopes = by_owner(kernel.program, {}, final)
        return _Map({one.final: cut.apart(final[one.state]) for one in self.delays},
                    {owner: cut.apart(one) for owner, one in slopes.items()})

    def _behind(self, maps: Mapping[str, _Map], final: str, begin: Values, piece: int) -> Array:
        """A state behind a piece, from all states before it."""
        made: Array = next(iter(maps.values())).ends[final][piece]
        for name, one in maps.items():
            if final in one.slopes:
                made = made + one.slopes[final][piece] * begin[name]
        return made


def _run(kernel: Kernel, values: Mapping[str, Array]) -> Values:
    """Outputs and final states of a program, by the names of their variables."""
    program = kernel.program
    y, final = kernel.infer(*arguments(program, values, {}))
    outputs = y if isinstance(y, Mapping) else {kernel.called[program.outputs[0]]: y}
    return {**{name: outputs[kernel.called[name]] for name in program.outputs},
            **{one.final: final[one.state] for one in program.delays}}


def _shifted(values: Mapping[str, Array], delay: Delay) -> tuple[Array, Array]:
    """A value one step before, in the order of its delay, and the last one of all."""
    source, edge = values[delay.source], values[delay.initial][None]
    if delay.step > 0:
        every = np.concatenate([edge, source])
        return every[:-1], every[-1]
    every = np.concatenate([source, edge])
    return every[1:], every[0]

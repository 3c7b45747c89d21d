"""Tangents over a basis, step by step: real-time recurrent learning and the state's Jacobian.

A direction is a sample: the step kernel of the tangent runs on a batch of directions times
samples. With P parameter entries, RTRL costs P steps of that kernel for each step of the
network, and keeps P tangents of the state; no step before the last is kept.
Reference: R. J. Williams and D. Zipser, A learning algorithm for continually running fully
recurrent neural networks (1989).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from symrnn.program import counted, quoted
from symrnn.runtime.calls import Given, Relation
from symrnn.runtime.core import Core
from symrnn.runtime.directional import arguments, by_owner
from symrnn.runtime.shapes import Array, Arrays, Sizes, check_names

AT_ONCE = 128  # directions in one batch: bounds the memory, not the cost


class Rtrl:
    """Gradients of all parameters, carried forwards: after every step they are up to date.

    ``params`` may be exchanged between steps; the tangents then mix old and new parameters,
    as online learning does. Raises ShapeError for an array that does not fit, before anything
    has changed.
    """

    def __init__(self, kernel: Core, params: Mapping[str, Any],
                 initial: Mapping[str, Any] | None = None) -> None:
        self.kernel, self.params = kernel, params
        self.state: Mapping[str, Any] = {} if initial is None else initial
        self._sizes()
        self.params = dict(params)
        self._sums = {name: np.zeros(np.shape(array), kernel.dtype)
                      for name, array in self.params.items()}
        self._dots: dict[tuple[str, int], dict[str, Array]] = {}

    def __repr__(self) -> str:
        return (f"<Rtrl of {self.kernel.program.name}: "
                f"{counted(len(self._sums), 'parameter')}>")

    def step(self, x_t: Any, y_bar_t: Any) -> Any:
        """Run one step and add its part to the gradients; returns ``y_t``.

        ``y_bar_t`` is the loss's derivative by ``y_t``, or a function that tells it from ``y_t``.
        """
        given = self.kernel.given(self.params, x_t, self.state, lost=1)
        y_t, following = self.kernel.step(self.params, x_t, self.state)
        bar = y_bar_t(y_t) if callable(y_bar_t) else y_bar_t
        bars = self.kernel.cotangents(given.sizes, bar, None, lost=1)
        for name, first, basis in self._bases():
            ends = self._push(given, name, first, basis)
            self._dots[name, first] = {one.initial: ends[one.final]
                                       for one in self.kernel.program.delays}
            _add(self._sums[name], first, bars, ends)
        self.state = following
        return y_t

    def gradients(self, final_bar: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """The gradients so far, of the loss's derivatives by the last state too if given."""
        sums = {name: total.copy() for name, total in self._sums.items()}
        ends = {one.state: one for one in self.kernel.program.delays}
        check_names(final_bar, ends, "final state", partly=True)
        sizes, program = self._sizes(), self.kernel.program
        bars = {ends[name].initial: sizes.take(program[ends[name].final], bar,
                                               f"final_bar[{quoted(name)}]")
                for name, bar in (final_bar or {}).items()}
        for (name, first), dots in self._dots.items():
            _add(sums[name], first, bars, dots)
        return sums

    def _sizes(self) -> Sizes:
        """The sizes of parameters and state, which are checked on the way."""
        kernel, sizes = self.kernel, Sizes(self.kernel.program, self.kernel.dtype)
        edges = {one.state: kernel.program[one.initial] for one in kernel.program.delays}
        check_names(self.params, kernel.parameters, "parameter")
        check_names(self.state, edges, "state", partly=True)
        for name, array in self.params.items():
            sizes.take(kernel.program[name], array, name)
        for name, array in self.state.items():
            sizes.take(edges[name], array, edges[name].name)
        sizes.complete()
        return sizes

    def clear(self) -> None:
        """Start the sums anew; the state and its tangents go on."""
        for total in self._sums.values():
            total[...] = 0

    def _bases(self) -> Iterator[tuple[str, int, Array]]:
        """Parameter by parameter, a few unit directions at a time."""
        for name, array in self._sums.items():
            for first in range(0, array.size, AT_ONCE):
                rows = min(AT_ONCE, array.size - first)
                unit = np.eye(rows, array.size, first, dtype=array.dtype)
                yield name, first, unit.reshape(rows, *array.shape)

    def _push(self, given: Given, name: str, first: int, basis: Array) -> dict[str, Array]:
        """Tangents of outputs and next states, one for each direction and sample."""
        samples = given.sizes.known["B"]
        dots = {one: np.zeros((len(basis) * samples, *total.shape), total.dtype)
                for one, total in self._sums.items()}
        dots[name] = np.repeat(basis, samples, 0)
        return pushed_step(self.kernel, Relation.JVP_EACH_SAMPLE, given, len(basis),
                           {**dots, **self._dots.get((name, first), {})})


def _add(total: Array, first: int, bars: Arrays, dots: Arrays) -> None:
    """The inner product of cotangents and tangents, for every direction from the first one on."""
    flat = total.reshape(-1)
    for end, bar in bars.items():
        if end in dots:
            rows = dots[end].reshape(-1, bar.size)
            flat[first:first + len(rows)] += rows @ bar.reshape(-1)


def state_jacobian(kernel: Core, given: Given) -> dict[tuple[str, str], Array]:
    """For each pair of states (new, old) the array [B, axes of new, axes of old]."""
    program, samples, found = kernel.program, given.sizes.known["B"], {}
    for old in program.delays:
        axes = given.initial[old.state].shape[1:]
        basis = np.eye(int(np.prod(axes)), dtype=kernel.dtype).reshape(-1, *axes)
        dots = {one.name: given.sizes.zeros(one) for one in program.variables
                if one.name in kernel.parameters}
        dots[old.initial] = np.repeat(basis, samples, 0)
        ends = pushed_step(kernel, Relation.JVP, given, len(basis), dots)
        for new in program.delays:
            rows = ends[new.final].reshape(len(basis), *ends[new.final][:samples].shape)
            last = np.moveaxis(rows, 0, -1)
            found[new.state, old.state] = last.reshape(*last.shape[:-1], *axes)
    return found


def pushed_step(kernel: Core, relation: Relation, given: Given, count: int, dots: Arrays
                ) -> dict[str, Array]:
    """One step of a tangent kernel on ``count`` directions of every sample."""
    system = kernel.related(relation)
    whole = {name: np.tile(array, (count, *[1] * (array.ndim - 1)))
             for name, array in given.by_variable(kernel.program).items()
             if name not in given.parameters}
    zero = {name: np.zeros_like(array) for name, array in whole.items()}
    parameters, inputs, state = arguments(
        system.program, {**given.parameters, **whole}, {**zero, **dots})
    outputs, following = system.step(parameters, inputs, state)
    return by_owner(system.program, outputs, following)

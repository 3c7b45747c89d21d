"""The scans of a program one after the other, in two passes over pieces or by iterations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import isqrt
from typing import Protocol

import numpy as np

from symrnn.parallel.chunks import InChunks
from symrnn.parallel.lanes import Cut, TwoPassesInLanes
from symrnn.parallel.maps import Map, first_states
from symrnn.parallel.newton import Newton, NotConverged
from symrnn.parallel.steps import Steps
from symrnn.parallel.pieces import Block, Pieces, Values, remembered, run, shifted
from symrnn.program import FED, Program, Span
from symrnn.recurrences import Linearised, Scan, scans
from symrnn.runtime import Kernel
from symrnn.runtime.directional import arguments, by_owner
from symrnn.runtime.samples_engine import SamplesEngine
from symrnn.runtime.shapes import Array

Compiled = Callable[[Program], Kernel]


class _Way(Protocol):
    """How a scan runs once all that it reads is there."""

    def run(self, own: Values, pieces: int, steps: int) -> Values:
        """All that the scan gives."""
        ...


class Sequence:
    """All scans of a program, and what follows them; without what is ``there`` before."""

    def __init__(self, program: Program, compiled: Compiled, there: frozenset[str] = frozenset(),
                 newton: Newton | None = None, chunk: int | None = None) -> None:
        self.apart = scans(program, there, newton is not None, chunk is not None)
        self.program = program = self.apart.program
        ways = [_way(one, program.name, compiled, newton, chunk) for one in self.apart.scans]
        self.parts = [_Part(one, program, way, compiled)
                      for one, way in zip(self.apart.scans, ways, strict=True)]
        self.after = None if self.apart.after is None else Steps(compiled(self.apart.after))

    def run(self, values: Values, pieces: int | None, steps: int, inner: bool = True) -> None:
        """Add to the values all that the program gives; what only scans read, where ``inner``."""
        many = max(1, min(pieces or isqrt(steps), steps))
        for part, hidden in zip(self.parts, self._hidden, strict=True):
            values |= part.run(values, many, steps, frozenset() if inner else hidden)
        if self.after is not None:
            values |= self.after.run(values, many, steps)

    @cached_property
    def _hidden(self) -> list[frozenset[str]]:
        """For each scan what its own steps alone read of what stands before them."""
        apart, program = self.apart, self.program
        every = [each for one in apart.scans for each in (one.before, one.steps)]
        seen = {*program.outputs, *(one.source for one in program.delays)}
        found = list[frozenset[str]]()
        for scan in apart.scans:
            others = [one for one in (*every, apart.after) if one not in (None, scan.steps)]
            read = seen.union(*({each.name for each in one.with_role(*FED)}
                                for one in others if one is not None))
            found.append(frozenset(scan.before.outputs if scan.before else ()) - read)
        return found

    @property
    def iterations(self) -> dict[str, int]:
        """How many each part took that iterates, by the name of its first state."""
        return {one.delays[0].state: one.way.iterations for one in self.parts
                if isinstance(one.way, _Iterations)}


def _way(scan: Scan, name: str, compiled: Compiled, newton: Newton | None, chunk: int | None
         ) -> _Way:
    """How a scan runs."""
    if scan.linearised is not None:
        assert newton is not None
        return _Iterations(name, scan, scan.linearised, compiled, newton)
    if scan.chunkwise is not None:
        assert chunk is not None
        return InChunks(scan, scan.chunkwise, chunk)
    steps = compiled(scan.steps)
    if isinstance(steps.engine, SamplesEngine):
        return TwoPassesInLanes(scan, steps, compiled)
    return _TwoPasses(scan, steps, compiled)


class _Part:
    """One scan: what its steps read, then the steps."""

    def __init__(self, scan: Scan, program: Program, way: _Way, compiled: Compiled) -> None:
        self.delays, self.way = scan.part.delays, way
        self.before = None if scan.before is None else Steps(compiled(scan.before))
        self.shifted = [one for one in program.delays if one.lhs in scan.reads
                        and one not in self.delays]

    def run(self, values: Values, pieces: int, steps: int, hidden: frozenset[str]) -> Values:
        """What the scan binds and what it reads, from what is known; not what is ``hidden``."""
        if (hidden and self.before is not None and self.before.is_cut and not self.shifted
                and isinstance(self.way, TwoPassesInLanes)):
            cut = Cut.of(steps, pieces, self.way.forward)
            found, lying = self.before.lanes.run_lying(values, cut, hidden)
            return {**found, **self.way.run({**values, **found}, pieces, steps, lying)}
        found = {} if self.before is None else self.before.run(values, pieces, steps)
        found |= {one.lhs: shifted({**values, **found}, one)[0] for one in self.shifted}
        return {**found, **self.way.run({**values, **found}, pieces, steps)}


class _TwoPasses:
    """Affine steps over pieces side by side: from zero, and from where each begins."""

    def __init__(self, scan: Scan, steps: Kernel, compiled: Compiled) -> None:
        self.delays, self.forward = scan.part.delays, scan.part.delays[0].step > 0
        self.kept, self.steps = scan.part.places, steps
        self.factors = {one.initial: compiled(scan.factors[one.state]) for one in self.delays}
        inputs = scan.steps.with_role(*FED)
        self.moving = [one.name for one in inputs if one.span is Span.SEQUENCE]
        self.still = [one.name for one in inputs if one.span is Span.BATCH]

    def run(self, own: Values, pieces: int, steps: int) -> Values:
        """All states that the steps give, and the final ones."""
        cut, found = Pieces(pieces, steps, self.forward), Values()
        side = {**own, **{name: cut.side_by_side(own[name]) for name in self.moving},
                **{name: np.concatenate([own[name]] * pieces) for name in self.still}}
        done = run(self.steps, {**side, **self._starts(side, own, cut)})
        last = {one: cut.apart(done[one.final])[cut.order[-1]] for one in self.delays}
        over = run(self.steps, {**own, **{name: own[name][cut.rest] for name in self.moving},
                                **{one.initial: state for one, state in last.items()}})
        for one in self.delays:
            both = cut.in_time(done[one.source]), over[one.source]
            found[one.source] = np.concatenate(both if self.forward else both[::-1])
            found[one.final] = over[one.final]
        return found

    def _starts(self, side: Values, own: Values, cut: Pieces) -> Values:
        """Where each piece begins: behind the one before it, ``a h + b``."""
        begin = {one.initial: own[one.initial] for one in self.delays}
        if cut.count == 1:
            return begin
        zeros = {name: np.zeros((cut.count * len(one), *one.shape[1:]), one.dtype)
                 for name, one in begin.items()}
        maps = {name: self._map(name, side, zeros, cut) for name in begin}
        starts = first_states(maps, begin, cut.order,
                              {one.initial: one.final for one in self.delays})
        return {name: one.reshape(zeros[name].shape) for name, one in starts.items()}

    def _map(self, name: str, side: Values, zeros: Values, cut: Pieces) -> Map:
        """The last states of all pieces that begin with zero, and their derivatives by one.

        Pieces run so many times as a block has entries, along one of them each time.
        """
        kernel, block = self.factors[name], Block(zeros[name].shape[1:], self.kept)
        axes = {**dict.fromkeys(self.moving, 1), **dict.fromkeys((*self.still, *zeros), 0)}
        values = {**side, **zeros}
        wide = {each: np.concatenate([values[each]] * block.size, axis)
                for each, axis in axes.items()}
        dots = {name: block.units(zeros[name])}
        _, final = kernel.infer(*arguments(kernel.program, {**values, **wide}, dots))
        slopes = by_owner(kernel.program, {}, final)
        samples = len(zeros[name])
        return Map(block, {one.final: cut.apart(final[one.state][:samples])
                            for one in self.delays},
                    {owner: one.reshape(block.size, cut.count, -1, *one.shape[1:])
                     for owner, one in slopes.items()})


class _Iterations:
    """Steps of any kind: a guess of all states, which affine scans correct until it is right."""

    def __init__(self, name: str, scan: Scan, linearised: Linearised, compiled: Compiled,
                 newton: Newton) -> None:
        self.name, self.newton, self.iterations = name, newton, 0
        self.delays, self.unknowns = scan.part.delays, linearised.unknowns
        self.scan = Sequence(linearised.program, compiled)

    def run(self, own: Values, pieces: int, steps: int) -> Values:
        """All states that the steps give, and the final ones. Raises NotConverged."""
        guess = self._first(own, steps)
        for count in range(1, self.newton.iterations + 1):
            with np.errstate(all="ignore"):  # far from the answer numbers may be too large
                found = self._iteration({**own, **guess}, pieces, steps)
                guess = {one.value: guess[one.value] + _finite(found[one.correction])
                         for one in self.unknowns}
                residual = max(_relative(found[one.residual], guess[one.value])
                               for one in self.unknowns)
                correction = max(_relative(found[one.correction], guess[one.value])
                                 for one in self.unknowns)
            self.iterations = count
            if max(residual, correction) <= self.newton.tolerance:
                return {**guess, **remembered({**own, **guess}, self.delays)}
        raise NotConverged(self.name, self.iterations, residual, correction)

    def _first(self, own: Values, steps: int) -> Values:
        """The first guess: nothing ever changes."""
        starts = {one.source: own[one.initial] for one in self.delays}
        return {one.value: np.repeat(starts[one.value][None], steps, 0) for one in self.unknowns}

    def _iteration(self, known: Values, pieces: int, steps: int) -> Values:
        """Residuals and corrections of what is known."""
        program = self.scan.program
        values = {**known, **remembered(known, self.delays),
                  **{one.guess: known[one.value] for one in self.unknowns},
                  **{one.initial: np.zeros_like(known[program[one.initial].of])
                     for one in program.delays}}
        self.scan.run(values, pieces, steps)
        return values


def _finite(correction: Array) -> Array:
    """A correction, zero where it overflowed: what stands before that is right all the same."""
    return np.where(np.isfinite(correction), correction, correction.dtype.type(0))


def _relative(change: Array, values: Array) -> float:
    """The largest entry of a change over that of a value; infinite where one is no number."""
    most, size = (float(np.abs(one).max(initial=0)) for one in (change, values))
    if most == 0:
        return 0.0
    return most / size if size and np.isfinite(most) else float("inf")

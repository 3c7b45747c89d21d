"""Pieces of a sequence in the lanes of vectors: C takes them where they lie, and none is copied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import numpy as np

from symrnn.authoring import Cell, t
from symrnn.lowering import MOST_LYING
from symrnn.parallel.maps import Map, first_states
from symrnn.parallel.pieces import Block, Values
from symrnn.program import FED, Program, Role, Span
from symrnn.recurrences import Scan
from symrnn.runtime import Kernel
from symrnn.runtime.calls import Given
from symrnn.runtime.directional import by_owner
from symrnn.runtime.memory import Lease
from symrnn.runtime.samples_engine import SamplesEngine
from symrnn.runtime.shapes import Array, Sizes

MOST_KNOWN = 64  # shapes of calls that are remembered
AXES = "uvwxyz"


@dataclass(frozen=True)
class Lying:
    """A value of all steps as vectors of pieces have it, and the shape that it stands for."""

    lease: Lease
    shape: tuple[int, ...]


NOTHING: Mapping[str, Lying] = MappingProxyType({})


@dataclass(frozen=True)
class Cut:
    """Pieces of ``length`` steps, the last of which may be shorter, in the order of a scan."""

    steps: int
    length: int
    forward: bool

    @classmethod
    def of(cls, steps: int, pieces: int, forward: bool = True) -> Cut:
        """About so many pieces."""
        return cls(steps, -(-steps // max(1, pieces)), forward)

    @property
    def count(self) -> int:
        """How many there are; one where there is no step."""
        return max(1, -(-self.steps // max(1, self.length)))

    @property
    def order(self) -> range:
        """The pieces as the scan takes them."""
        return range(self.count) if self.forward else range(self.count - 1, -1, -1)

    def apart(self, states: Array) -> Array:
        """States of all pieces, [pieces B, ...], as [pieces, B, ...]."""
        return states.reshape(self.count, len(states) // self.count, *states.shape[1:])


class InLanes:
    """A kernel whose pieces run side by side; what its arguments are is told once."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.program = kernel, kernel.program
        program, self._known = kernel.program, dict[Hashable, Sizes]()
        self._groups = tuple(tuple((key, one.name, one.of) for key, one in some) for some in (
            [(one.name, one) for one in program.with_role(Role.PARAMETER)],
            [(one.name, one) for one in program.with_role(*FED)],
            [(one.state, program[one.initial]) for one in program.delays]))
        self._finals = tuple((one.final, one.state) for one in program.delays)

    @property
    def may_be_cut(self) -> bool:
        """True where steps need nothing of each other, and no sum is over those of one sample."""
        program = self.program
        return not program.delays and all(
            program[name].span is not Span.BATCH for name in program.outputs)

    def run(self, values: Values, cut: Cut, marked: Values | None = None,
            lying: Mapping[str, Lying] = NOTHING) -> Values:
        """Outputs [T, B, ...] and final states [pieces B, ...] by the names of variables.

        What is ``marked`` are tangents by the names of what they belong to; one of an initial
        state that is not there is zero. What is ``lying`` takes the place of inputs.
        """
        given, digits = self._given(values, cut, marked or {}, lying)
        outputs, final, _ = self._engine.infer_pieces(given, cut.length, digits)
        return {**outputs, **{name: final[state] for name, state in self._finals}}

    def run_lying(self, values: Values, cut: Cut, names: Collection[str]
                  ) -> tuple[Values, dict[str, Lying]]:
        """The outputs; some of them, by their names, for other kernels alone."""
        given, _ = self._given(values, cut, {}, NOTHING)
        places = enumerate(self.program.outputs, len(given.inputs))
        digits = sum(1 << place for place, name in places
                     if name in names and place < MOST_LYING)
        outputs, _, leases = self._engine.infer_pieces(given, cut.length, digits)
        return outputs, {name: Lying(one, given.sizes.shape(self.program[name]))
                         for name, one in leases.items()}

    @property
    def _engine(self) -> SamplesEngine:
        return cast(SamplesEngine, self.kernel.engine)

    def _given(self, values: Values, cut: Cut, marked: Values, lying: Mapping[str, Lying]
               ) -> tuple[Given, int]:
        """The arguments of a call, as the C reads them, and which of the inputs lie."""
        there = {name: lying[name] for _, name, _ in self._groups[1] if name in lying}
        parameters, inputs, initial = [
            {key: there[name].lease.block if name in there else
             self._plain(_chosen(values, marked, name, of)) for key, name, of in some}
            for some in self._groups]
        shapes = {name: there[name].shape if name in there else one.shape
                  for some in (parameters, inputs) for name, one in some.items()}
        key = (cut, *shapes.values(), *[one.shape for one in initial.values()])
        sizes = self._known.get(key)
        if sizes is None:
            sizes = self._sizes(cut, shapes, initial)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = sizes
        digits = sum(1 << place for place, name in enumerate(inputs) if name in there)
        return Given(parameters, inputs, initial, sizes, {}), digits

    def _plain(self, array: Array) -> Array:
        kind = self.kernel.dtype
        return array if self.kernel.engine.is_plain(array, kind) else np.require(
            array, kind, ["C", "A"])

    def _sizes(self, cut: Cut, shapes: Mapping[str, tuple[int, ...]], initial: Values) -> Sizes:
        program = self.program
        sizes = Sizes(program, self.kernel.dtype)
        sizes.known["T"] = cut.steps
        for one in program.with_role(Role.PARAMETER, *FED):
            sizes.known.update(zip(one.shape, shapes[one.name], strict=True))
        for delay in program.delays:
            rows, *own = initial[delay.state].shape
            axes = ("B", *program[delay.initial].axes)
            sizes.known.update(zip(axes, (rows // cut.count, *own), strict=True))
        sizes.complete()
        return sizes


def _chosen(values: Values, marked: Values, name: str, of: str) -> Array:
    """A value by its name, or by what it is a tangent of."""
    if of in marked:
        return marked[of]
    return values[name] if name in values else np.zeros_like(values[of])


class TwoPassesInLanes:
    """Affine steps over pieces: from zero, and from where each begins."""

    def __init__(self, scan: Scan, steps: Kernel, compiled: Callable[[Program], Kernel]) -> None:
        self.delays, self.forward = scan.part.delays, scan.part.delays[0].step > 0
        self.kept, self.compiled = scan.part.places, compiled
        self.steps = InLanes(steps)
        self.factors = {one.initial: InLanes(compiled(scan.factors[one.state]))
                        for one in self.delays}
        self._between: dict[tuple[int, int], InLanes] = {}

    def run(self, own: Values, pieces: int, steps: int, lying: Mapping[str, Lying] = NOTHING
            ) -> Values:
        """All states that the steps give, and the final ones."""
        cut = Cut.of(steps, pieces, self.forward)
        starts = Values() if cut.count == 1 else self._starts(own, cut, lying)
        found = self.steps.run({**own, **starts}, cut, lying=lying)
        last = {one.final: cut.apart(found[one.final])[cut.order[-1]] for one in self.delays}
        return {**{one.source: found[one.source] for one in self.delays}, **last}

    def _starts(self, own: Values, cut: Cut, lying: Mapping[str, Lying]) -> Values:
        """Where each piece begins, [pieces B, ...]: behind the one before it, ``a h + b``."""
        begin = {one.initial: own[one.initial] for one in self.delays}
        zeros = {name: np.zeros((cut.count * len(one), *one.shape[1:]), one.dtype)
                 for name, one in begin.items()}
        maps = {name: self._map(name, own, zeros, cut, lying) for name in begin}
        alone = {one.shape[1:] for one in begin.values()}
        if len(alone) == 1 and all(one.block.size == 1 for one in maps.values()):
            return self._by_entries(maps, begin, cut)
        starts = first_states(maps, begin, cut.order,
                              {one.initial: one.final for one in self.delays})
        return {name: one.reshape(zeros[name].shape) for name, one in starts.items()}

    def _map(self, name: str, own: Values, zeros: Values, cut: Cut,
             lying: Mapping[str, Lying]) -> Map:
        """The last states of all pieces that begin with zero, and their derivatives by one.

        Pieces run so many times as a block has entries, along one of them each time.
        """
        factors, block = self.factors[name], Block(zeros[name].shape[1:], self.kept)
        units = block.units(zeros[name]).reshape(block.size, *zeros[name].shape)
        found = [factors.run({**own, **zeros}, cut, {name: one}, lying) for one in units]
        finals = {one.state: found[0][one.final] for one in factors.program.delays}
        owners = [by_owner(factors.program, {}, {
            one.state: each[one.final] for one in factors.program.delays}) for each in found]
        slopes = {owner: np.stack([cut.apart(one[owner]) for one in owners])
                  for owner in owners[0]}
        return Map(block, {one.final: cut.apart(finals[one.state]) for one in self.delays}, slopes)

    def _by_entries(self, maps: Mapping[str, Map], begin: Values, cut: Cut) -> Values:
        """The same where no entry reads another: the loop over pieces is a network as well."""
        order = slice(None, None, 1 if cut.forward else -1)
        ends = next(iter(maps.values())).ends
        axes = next(iter(begin.values())).ndim - 1
        between = self._of_states(axes)
        values = Values()
        for new, one in enumerate(self.delays):
            values[f"b_{new}"] = ends[one.final][order]
            values[between.program.delays[new].initial] = begin[one.initial]
            for old, other in enumerate(self.delays):
                slopes = maps[other.initial].slopes.get(one.final)
                values[f"a_{new}_{old}"] = np.zeros_like(ends[one.final]) if slopes is None \
                    else slopes[0][order]
        found = between.run(values, Cut(cut.count, cut.count, True))
        return {one.initial: _moved(found[f"h_{place}"], begin[one.initial])[order].reshape(
            -1, *begin[one.initial].shape[1:]) for place, one in enumerate(self.delays)}

    def _of_states(self, axes: int) -> InLanes:
        key = axes, len(self.delays)
        if key not in self._between:
            self._between[key] = InLanes(self.compiled(between_pieces(*key)))
        return self._between[key]


def _moved(states: Array, first: Array) -> Array:
    """What stood before each piece."""
    return np.concatenate([first[None], states[:-1]])


def between_pieces(axes: int, states: int) -> Program:
    """The states behind pieces, each of them affine, entry by entry, in those before."""
    shape = f"[{', '.join(AXES[:axes])}]" if axes else ""
    with Cell("between_pieces", "States between pieces of a sequence") as cell:
        own = [cell.state(f"h_{new}{shape}", "state behind a piece") for new in range(states)]
        for new in range(states):
            total = cell.input(f"b_{new}{shape}", "last state from zero")[t]
            for old in range(states):
                factor = cell.input(f"a_{new}_{old}{shape}", "derivative by the state before")
                total = total + factor[t] * own[old][t - 1]
            own[new][t] = total
    return cell.build(*(f"h_{new}" for new in range(states)))

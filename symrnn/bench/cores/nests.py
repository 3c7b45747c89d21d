"""A tiled plan at given sizes: its loop nests, how often each runs, what it computes and moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, prod

from sympy import Expr

from symrnn.bench.cores.header import Header, Side
from symrnn.bench.limits import BYTES
from symrnn.costs import SAMPLES, STEPS, operations_of
from symrnn.program import Equation, Program, SizeSymbol, Span
from symrnn.schedule import (FusionGroup, Kind, Segment, SideBySide, TiledChunk, TiledPlan,
                             TiledStage, Walk)

Sizes = Mapping[str, int]


@dataclass(frozen=True)
class Products:
    """The products of a nest: a block's vectors of sums, entries of its operands, blocks."""

    vectors: int
    entries: int
    blocks: int


@dataclass(frozen=True)
class Nest:
    """One loop nest. Rows are those of one run, ``like`` those by which lanes are chosen.

    ``calls`` and ``other`` operations, and ``moved`` bytes, are those of one row of all units.
    ``meets`` counts the barriers of a run, of which ``shared`` are those where lanes share rows.
    """

    kind: Kind
    times: int
    rows: int
    like: int
    blocks: int
    divisible: bool
    products: tuple[Products, ...] = ()
    calls: float = 0.0
    other: float = 0.0
    moved: float = 0.0
    meets: int = 1
    columns: int = 0
    units: tuple[int, ...] = ()


Nests = tuple[Nest, ...]


@dataclass(frozen=True)
class Beside:
    """Nests of sides, which parts of a team may run at once, and what C is told of each.

    They have so many steps.
    """

    nests: tuple[Nests, ...]
    told: tuple[Side, ...]
    steps: int


@dataclass(frozen=True)
class Function:
    """The nests of one function, run by run; what C limits a team by.

    That are the multiplications until threads meet, or, for so many threads as there are ``sides``,
    or for ``fewest`` of them, those that each is ``spared`` in all steps.
    """

    runs: tuple[Nests | Beside, ...]
    multiplications: int
    woken: bool
    sides: int
    fewest: int
    spared: int

    @property
    def nests(self) -> Nests:
        """All of them."""
        return tuple(nest for run in self.runs
                     for some in (run.nests if isinstance(run, Beside) else (run,))
                     for nest in some)


def function_of(tiled: TiledPlan, sizes: Sizes, header: Header) -> Function:
    """One function of a network at given sizes."""
    return _Reader(tiled, sizes, header).function()


@dataclass(frozen=True)
class _Reader:
    tiled: TiledPlan
    sizes: Sizes
    header: Header

    def function(self) -> Function:
        """All of it."""
        meeting, sample = self.tiled.meeting, sum(self._extent(one) for one in self.tiled.work)
        apart = 1
        if meeting.behind is not Walk.STEP and all(
                self.sizes[one] > self.header.lanes for one in meeting.axes):
            apart = (self.steps(meeting.behind) if isinstance(meeting.behind, TiledChunk)
                     else self.sizes["T"])
        return Function(
            tuple(some for run in self.tiled.runs for some in self._run(run)),
            apart * self.sizes["B"] * sample // self.tiled.most_groups,
            meeting.behind is not Walk.STEP, meeting.sides, meeting.fewest,
            sum(map(self._spared, self.tiled.beside)))

    def _run(self, run: TiledChunk | SideBySide) -> Iterator[Nests | Beside]:
        if not isinstance(run, SideBySide):
            yield tuple(self._chunk(run))
            return
        yield self._beside(run)
        span = self.span(run)
        many = ceil(self.sizes["T"] / span) if span else 0
        yield tuple(nest for one in run.joining for nest in self._groups(
            one.stage.groups, many, span * self.sizes["B"]))

    def span(self, run: SideBySide) -> int:
        """How many steps sides take before what joins them all follows."""
        if not run.joining:
            return self.sizes["T"]
        return self.header.ask("steps_together", self.sizes["T"], self.sizes["B"], max(1, sum(
            self.header.ask("padded", self._extent(self.program[one].axes)) for one in run.shared)))

    def _beside(self, run: SideBySide) -> Beside:
        return Beside(tuple(tuple(self._chunk(one.chunk)) for one in run.sides), self._told(run),
                      self.span(run))

    def _told(self, run: SideBySide) -> tuple[Side, ...]:
        return tuple(Side(self.sizes["B"] * sum(map(self._extent, one.work)),
                          sum(map(self._extent, one.weights)), one.meets,
                          self.steps(one.chunk) if run.stacked and place else 0)
                     for place, one in enumerate(run.sides))

    def _spared(self, run: SideBySide) -> int:
        told = self._told(run)
        works = [one.multiplications for one in told]
        steps = self.header.ask("steps_beside", self.sizes["T"], self.span(run),
                                sum(one.behind for one in told))
        return steps * (sum(works) - max(works))

    @property
    def program(self) -> Program:
        """The equations."""
        return self.tiled.schedule.program

    def _extent(self, axes: Sequence[str]) -> int:
        return prod(self.sizes[axis] for axis in axes)

    def _blocks(self, group: FusionGroup) -> int:
        return ceil(self.sizes[group.axis] / (self._vectors(group) * self.header.lanes))

    def _vectors(self, group: FusionGroup) -> int:
        return self.header.ask("vectors", group.gates) if group.gates else 1

    def steps(self, chunk: TiledChunk) -> int:
        """How many steps a chunk has."""
        run = self.tiled.run_of(chunk)
        steps = self.sizes["T"] if run is None else self.span(run)
        return self.header.ask(chunk.length_rule, steps, self.sizes["B"],
                               max(map(self._row, self.tiled.stack_of(chunk))))

    def _row(self, chunk: TiledChunk) -> int:
        return sum(self.header.ask("padded", self._extent(self.program[name].axes))
                   for name in chunk.shared) + sum(self._padded(one.gates) for one in chunk.ahead)

    def _padded(self, gates: Sequence[str]) -> int:
        units = self._extent(self.program[gates[0]].axes)
        return len(gates) * ceil(units / self.header.lanes) * self.header.lanes

    @cached_property
    def _early(self) -> bool:
        entries = sum(self._padded(one.gates) * self._extent(
            self.program[one.segment.operand].axes) for one in self.tiled.packed)
        return bool(self.header.ask("ahead", self.sizes["B"], entries))

    def _chunk(self, chunk: TiledChunk) -> Iterator[Nest]:
        stage, steps, batch = chunk.stage, self.sizes["T"], self.sizes["B"]
        if stage.walk is Walk.ONCE:
            return
        if stage.walk is Walk.ROWS:
            yield from self._groups(stage.groups, 1, steps * batch)
        elif stage.walk is Walk.CHUNKS:
            many = ceil(steps / self.steps(chunk))
            rows = ceil(steps / many) * batch  # the last one may be shorter: on average
            yield from self._ahead(stage, many, rows)
            yield from self._scan(stage)
            rest = (*(stage.after if chunk.joining else ()),
                    *(one for joining in chunk.joining for one in joining.groups))
            yield from self._groups(rest, many, rows)
        else:
            yield from self._scan(stage)
        yield from self._groups(() if chunk.joining else stage.after, 1, steps * batch)

    def _scan(self, stage: TiledStage) -> Iterator[Nest]:
        steps, batch = self.sizes["T"], self.sizes["B"]
        times = 1 if stage.walk is Walk.STEP else steps
        for group in stage.groups:
            yield self._nest(group, times, batch, meets=0 if stage.apart else 1)

    def _groups(self, groups: Sequence[FusionGroup], times: int, rows: int) -> Iterator[Nest]:
        for group in groups:
            if group.kind is Kind.REDUCTIONS:
                yield from self._reductions(group, times, rows)
            else:
                yield self._nest(group, times, rows)

    def _ahead(self, stage: TiledStage, times: int, rows: int) -> Iterator[Nest]:
        for group in stage.groups if self._early else ():
            made = tuple(self._products(group, tile.gates, tile.segments[:tile.early])
                         for tile in group.tiles if tile.ahead)
            if made:
                yield Nest(group.kind, times, rows, self.sizes["B"], self._blocks(group),
                           group.divisible, made, meets=0)

    def _nest(self, group: FusionGroup, times: int, rows: int, meets: int = 1) -> Nest:
        early = self._early and rows == self.sizes["B"]
        made = tuple(self._products(group, tile.gates, tile.segments[tile.early * early:])
                     for tile in group.tiles)
        calls, other = self._computed(group.equations)
        units = group.kind is Kind.UNITS
        return Nest(group.kind, times, rows, rows, self._blocks(group) if units else 1,
                    group.divisible or not units, made, calls, other,
                    BYTES * sum(self._extent(self.program[name].axes) for name in group.rows),
                    meets)

    def _products(self, group: FusionGroup, gates: Sequence[str], segments: Sequence[Segment]
                  ) -> Products:
        entries = sum(self._extent(self.program[one.operand].axes) for one in segments)
        return Products(len(gates) * self._vectors(group), entries, self._blocks(group))

    def _reductions(self, group: FusionGroup, times: int, rows: int) -> Iterator[Nest]:
        for place, one in enumerate(group.reductions):
            units = tuple(self._extent(self.program[each.left].axes) for each in one.addends)
            yield Nest(group.kind, times, rows, rows, 1, True, meets=int(place == 0),
                       columns=self._extent(self.program[one.right].axes), units=units)

    def _computed(self, equations: Sequence[Equation]) -> tuple[float, float]:
        """Functions called and other operations, of one row, beside the products of tiles."""
        found = [operations_of(self.program, one) for one in equations]
        return (sum(self._number(one.calls) for one in found),
                sum(self._number(one.other) for one in found))

    def _number(self, formula: Expr) -> float:
        values = {SizeSymbol(axis): size for axis, size in self.sizes.items()}
        return float(formula.xreplace({**values, SAMPLES: 1, STEPS: 1}))


def kept(tiled: TiledPlan, sizes: Sizes) -> float:
    """Bytes that a function keeps of every step.

    What it reads at another step alone has its shape from the delay.
    """
    program = tiled.schedule.program
    read = {one.source: one.lhs for one in tiled.schedule.earlier if one.source not in program}
    found = [program[read.get(one.name, one.name)] for one in tiled.homes]
    return BYTES * sum(prod(sizes[axis] for axis in one.shape) for one in found
                       if one.span is Span.SEQUENCE)

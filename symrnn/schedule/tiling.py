"""From schedules to tiled plans: chunks, the groups of their stages, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from symrnn.program import Program
from symrnn.schedule.chunks import Chunk, merges, runs
from symrnn.schedule.grouping import Grouping
from symrnn.schedule.homes import LoopNests, sequence_homes, step_homes
from symrnn.schedule.meeting import goes_apart, meeting
from symrnn.schedule.needs import (cleared, multiplications, read_directly, reduced_axes, spare,
                                   weights_of_step)
from symrnn.schedule.loop_nests import Kind, LoopNest, loop_nests
from symrnn.schedule.places import Place, Schedule
from symrnn.schedule.products import Segment, Tile
from symrnn.schedule.sides import SCANS
from symrnn.schedule.stages import Order, Stage
from symrnn.schedule.tiled import (Home, PackedWeights, Side, SideBySide, TiledChunk, TiledPlan,
                                   TiledStage, Walk)

Packed = tuple[PackedWeights, ...]
BY_STEP = (Walk.STEPS, Walk.CHUNKS, Walk.STEP)


def tiled_sequence(schedule: Schedule, tape: Sequence[str] = (), packed: Packed | None = None
                   ) -> TiledPlan:
    """The plan of a function over whole sequences, which writes a tape or reads it.

    It runs on weights that are ``packed`` for another function, if any are given.
    """
    found, grouped = runs(schedule), _loop_nests(schedule)
    every = tuple(chain(*(one.every for one in found)))
    made = _Tiling(schedule, sequence_homes(schedule, grouped, every), dict(grouped))
    stacked = tuple(run.stacked and one in run.chunks for run in found for one in run.every)
    tiled = tuple(map(made.chunk, range(len(every)), every, stacked))
    homes, numbers = {**made.homes, **dict.fromkeys(tape, Place.TAPE)}, iter(tiled)
    return _plan(schedule, tuple(
        made.run([next(numbers) for _ in one.chunks], [next(numbers) for _ in one.joining])
        for one in found), tiled, homes, _packed(tiled) if packed is None else packed)


def tiled_step(schedule: Schedule, program: Program, packed: Packed) -> TiledPlan:
    """The plan of one streaming step of a program, from the schedule of its sequences.

    Every stage is alone, and nothing is computed ahead.
    """
    grouped = [(stage, tuple(one.at_once for one in some)) for stage, some in _loop_nests(schedule)]
    made = _Tiling(schedule, step_homes(schedule, grouped, program), dict(grouped))
    tiled = tuple(TiledChunk(number, made.stage(stage, Walk.STEP))
                  for number, stage in enumerate(schedule.stages))
    return _plan(schedule, tiled, tiled, made.homes, packed)


def _loop_nests(schedule: Schedule) -> LoopNests:
    return [(stage, loop_nests(schedule.program, stage)) for stage in schedule.stages
            if stage.order is not Order.ONCE]


@dataclass(frozen=True)
class _Tiling:
    """Stages and chunks of one schedule, by its homes and loop nests."""

    schedule: Schedule
    homes: Mapping[str, Place]
    loop_nests: Mapping[Stage, tuple[LoopNest, ...]]

    def chunk(self, number: int, one: Chunk, stacked: bool) -> TiledChunk:
        """A chunk over whole sequences."""
        ahead = tuple(tile for each in self.loop_nests.get(one.stage, ()) for tile in each.tiles
                      if tile.ahead)
        by_chunks = one.stage.order in SCANS and bool(ahead or one.joining or stacked)
        walk = (Walk.ROWS if merges(self.schedule, one.stage) else
                Walk.CHUNKS if by_chunks else Walk.STEPS)
        joining = tuple(self.stage(stage, Walk.ROWS) for stage in one.joining)
        return TiledChunk(
            number, self.stage(one.stage, walk), joining, one.shared,
            tuple(name for name in self._names() if name in one.passing), ahead,
            any(group.kind is Kind.REDUCTIONS for stage in joining for group in stage.groups),
            stacked)

    def run(self, some: Sequence[TiledChunk], joining: Sequence[TiledChunk]
            ) -> TiledChunk | SideBySide:
        """A chunk alone, or several side by side and what joins them."""
        if len(some) == 1:
            return some[0]
        read = {name for chunk in joining for one in chunk.stage.equations for name in one.reads}
        shared = tuple(one.lhs for one in some[-1].stage.equations if one.lhs in read)
        return SideBySide(tuple(map(self._side, some)), some[0].stacked, tuple(joining), shared)

    def _side(self, chunk: TiledChunk) -> Side:
        program, own = self.schedule.program, chunk.stage
        equations = (one for stage in chunk.stages for one in stage.equations)
        return Side(chunk, multiplications(program, equations),
                    weights_of_step(program, own.groups), 0 if own.apart else len(own.groups))

    def stage(self, stage: Stage, walk: Walk) -> TiledStage:
        """A stage that goes so; products over all rows come after a loop over steps."""
        if stage.order is Order.ONCE:
            return TiledStage(stage.order, Walk.ONCE, stage.equations)
        made = Grouping(self.schedule, self.homes, walk in BY_STEP,
                        stage.order is Order.ALL and walk is not Walk.STEP)
        groups = tuple(map(made.group, self.loop_nests[stage]))
        if walk not in (Walk.STEPS, Walk.CHUNKS):
            return TiledStage(stage.order, walk, stage.equations, groups)
        inside = tuple(one for one in groups if one.kind is not Kind.REDUCTIONS)
        return TiledStage(stage.order, walk, stage.equations, inside,
                          tuple(one for one in groups if one.kind is Kind.REDUCTIONS),
                          goes_apart(self.schedule, stage.names, inside))

    def _names(self) -> list[str]:
        return [one.name for one in self.schedule.program.variables]


def _plan(schedule: Schedule, found: tuple[TiledChunk | SideBySide, ...],
          tiled: Sequence[TiledChunk], homes: Mapping[str, Place], packed: Packed) -> TiledPlan:
    groups = [group for chunk in tiled for stage in chunk.stages for group in stage.every]
    declared = [one.name for one in schedule.program.variables if one.name in homes]
    names = dict.fromkeys([*declared, *homes])
    by_rows, by_products = cleared(schedule.program, groups)
    return TiledPlan(
        schedule, found, tuple(_home(tiled, name, homes[name]) for name in names), packed,
        read_directly(schedule.program, groups), spare(schedule, groups), by_rows, by_products,
        reduced_axes(schedule.program, groups), any(one.serpentine for one in groups),
        multiplications(schedule.program, schedule.program.equations),
        max([1, *(len(stage.every) for chunk in tiled for stage in chunk.stages
                  if stage.order in SCANS)]), meeting(found))


def _home(tiled: Sequence[TiledChunk], name: str, place: Place) -> Home:
    if place is not Place.CHUNK:
        return Home(name, place)
    return Home(name, place, next(chunk.number for chunk in tiled if name in chunk.passing or any(
        name == one.lhs for stage in chunk.joining for one in stage.equations)))


def _packed(tiled: Sequence[TiledChunk]) -> Packed:
    """All packed weights in the order in which the function first reads them."""
    found: dict[tuple[tuple[str, ...], Segment], int] = {}
    for tile, segments, most in (one for chunk in tiled for one in _read(chunk)):
        for segment in segments:
            found.setdefault((tile.gates, segment), most)
    return tuple(PackedWeights(*key, most) for key, most in found.items())


def _read(chunk: TiledChunk) -> Iterator[tuple[Tile, Sequence[Segment], int]]:
    """Tiles, the operands that are read for them, and their groups' widths: those ahead first."""
    groups = [group for stage in chunk.stages for group in stage.every]
    for group in groups:
        for tile in group.tiles:
            yield tile, tile.segments[:tile.early], group.gates
    for group in groups:
        for tile in group.tiles:
            yield tile, tile.segments, group.gates

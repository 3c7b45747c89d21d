"""Chunks: a scan with the stages behind it, a few steps at a time, while they are in the cache.

A stage that runs over all steps joins the scan before it where it reads what the scan binds,
at the same step alone, and no total that is complete only when every step is done. What nobody
else reads then needs room for the steps of one chunk only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from symrnn.program import Span
from symrnn.schedule.places import Place, Schedule
from symrnn.schedule.sides import SCANS, Run, with_sides
from symrnn.schedule.stages import Order, Stage, is_reduction


@dataclass(frozen=True)
class Chunk:
    """A stage, those that join it, what they read of it, and what lives in the chunk alone."""

    stage: Stage
    joining: tuple[Stage, ...] = ()
    shared: tuple[str, ...] = ()
    passing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ChunkRun:
    """A chunk alone, or several as sides; of ``stacked`` ones each reads the one before it.

    What is ``joining`` those follows every few steps.
    """

    chunks: tuple[Chunk, ...]
    stacked: bool
    joining: tuple[Chunk, ...]

    @property
    def every(self) -> tuple[Chunk, ...]:
        """All of them."""
        return (*self.chunks, *self.joining)


def chunks(schedule: Schedule) -> tuple[Chunk, ...]:
    """Every stage, alone or with those that join it, in order."""
    return tuple(chain(*(run.every for run in runs(schedule))))


def runs(schedule: Schedule) -> tuple[ChunkRun, ...]:
    """The same: each alone, or several together that may run side by side."""
    found: list[list[Stage]] = []
    for stage in schedule.stages:
        if found and _joins(schedule, found[-1], stage):
            found[-1].append(stage)
        else:
            found.append([stage])
    return tuple(ChunkRun(tuple(_chunk(schedule, first, rest) for first, *rest in run.sides),
                          run.stacked, tuple(_joining(schedule, run)))
                 for run in with_sides(schedule, found))


def _joining(schedule: Schedule, run: Run) -> Iterator[Chunk]:
    """What joins all sides of a run; the first has what lives between two times that it does.

    Sides that something else joins have values of their own in shorter chunks, and share none.
    """
    alone = all(len(stages) == 1 for stages in run.sides)
    passing = _passing(schedule, [*run.stages, *run.joining]) if alone else frozenset()
    for place, stage in enumerate(run.joining):
        yield Chunk(stage, passing=frozenset() if place else passing)


def merges(schedule: Schedule, stage: Stage) -> bool:
    """True for a stage over all steps whose steps may share a loop over rows.

    They may not where values take part that do not vary over time.
    """
    program = schedule.program
    touched = {name for one in stage.equations for name in one.reads}
    return stage.order is Order.ALL and not any(
        program[name].span is Span.BATCH and program.delay_of(name) is None
        for name in touched | set(stage.names))


def _reads(stages: Sequence[Stage]) -> set[str]:
    return {name for stage in stages for one in stage.equations
            for name in one.reads}


def _names(stages: Sequence[Stage]) -> set[str]:
    return {name for stage in stages for name in stage.names}


def _joins(schedule: Schedule, before: Sequence[Stage], stage: Stage) -> bool:
    if before[0].order not in SCANS or not merges(schedule, stage):
        return False
    bound, read = _names([*before, stage]), _reads([stage])
    shifted = {delay.source for name in read if (delay := schedule.delay_of(name))}
    reductions = {one.lhs for some in before for one in some.equations
              if is_reduction(schedule.program, one)}
    return bool(read & _names(before)) and not shifted & bound and not read & reductions


def _chunk(schedule: Schedule, first: Stage, rest: Sequence[Stage]) -> Chunk:
    if not rest:
        return Chunk(first)
    shared = tuple(one.lhs for one in first.equations if one.lhs in _reads(rest))
    return Chunk(first, tuple(rest), shared, _passing(schedule, [first, *rest]))


def _passing(schedule: Schedule, inside: Sequence[Stage]) -> frozenset[str]:
    """What no other stage reads, and none at another step."""
    outside = [one for one in schedule.stages if one not in inside]
    bound = _names(inside)
    sources = {delay.source for delay in schedule.program.delays}
    elsewhere = _reads(outside) | sources
    return frozenset(name for name in bound - elsewhere
                     if schedule.places.get(name) is Place.WORK
                     and schedule.program[name].span is Span.SEQUENCE)

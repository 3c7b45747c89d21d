"""Where threads of a team meet: at every step, or only behind many of them.

A scan in which no unit reads another one, such as ``h = f * h_prev + ...``, goes apart: every
thread takes its units through all steps. That is a matter of who reads whom, and not of whether
the step is linear.
"""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.schedule.fusion import FusionGroup
from symrnn.schedule.loop_nests import Kind
from symrnn.schedule.places import Schedule
from symrnn.schedule.sides import SCANS, sources
from symrnn.schedule.tiled import Meeting, SideBySide, TiledChunk, Walk


def goes_apart(schedule: Schedule, names: frozenset[str], groups: Sequence[FusionGroup]) -> bool:
    """True where every group of a step divides its rows or units in one way, and keeps to them.

    ``names`` are those that the stage binds.
    """
    ways = {(one.kind, one.axis, one.gates, one.divisible) for one in groups}
    if len(ways) != 1:
        return False
    if groups[0].kind is Kind.ROWS:
        return not any(one.alone for one in groups)
    return not any(_across(schedule, one) & names for one in groups)


def _across(schedule: Schedule, group: FusionGroup) -> set[str]:
    """What a group over units reads of all units, under the names that bind it."""
    read = {segment.operand for tile in group.tiles for segment in tile.segments}
    return read | sources(schedule, read)


def meeting(runs: Sequence[TiledChunk | SideBySide]) -> Meeting:
    """Where threads meet, and which units they then have to share.

    A scan by samples does not count as one that goes apart: there may be a single sample.
    """
    scans = [chunk for run in runs for chunk in _chunks(run) if chunk.stage.order in SCANS]
    groups = [group for one in scans for group in one.stage.groups]
    if not all(one.stage.apart for one in scans) or any(one.kind is Kind.ROWS for one in groups):
        return Meeting(Walk.STEP, (), *_sides(runs))
    axes = tuple(dict.fromkeys(one.axis for one in groups))
    return Meeting(next((one for one in scans if one.stage.walk is Walk.CHUNKS), Walk.ROWS), axes)


def _chunks(run: TiledChunk | SideBySide) -> tuple[TiledChunk, ...]:
    return tuple(one.chunk for one in run.sides) if isinstance(run, SideBySide) else (run,)


def _sides(runs: Sequence[TiledChunk | SideBySide]) -> tuple[int, bool]:
    """How many sides every scan has that meets step by step, and whether all are stacked.

    None where some have other numbers.
    """
    found = [run for run in runs
             if any(one.stage.order in SCANS and not one.stage.apart for one in _chunks(run))]
    counts = {len(_chunks(run)) for run in found}
    if len(counts) != 1 or counts == {1}:
        return 0, False
    return counts.pop(), all(isinstance(run, SideBySide) and run.stacked for run in found)

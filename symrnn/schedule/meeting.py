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
from symrnn.schedule.stages import Order
from symrnn.schedule.tiled import Meeting, TiledChunk, Walk


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
    return read | {delay.source for name in read if (delay := schedule.delay_of(name))}


def meeting(chunks: Sequence[TiledChunk]) -> Meeting:
    """Where threads meet, and which units they then have to share.

    A scan by samples does not count as one that goes apart: there may be a single sample.
    """
    scans = [one for one in chunks if one.stage.order in (Order.FORWARD, Order.REVERSE)]
    groups = [group for one in scans for group in one.stage.groups]
    if not all(one.stage.apart for one in scans) or any(one.kind is Kind.ROWS for one in groups):
        return Meeting(Walk.STEP)
    axes = tuple(dict.fromkeys(one.axis for one in groups))
    return Meeting(next((one for one in scans if one.stage.walk is Walk.CHUNKS), Walk.ROWS), axes)

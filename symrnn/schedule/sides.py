"""Sides: loops over time none of which reads what another one binds, such as two directions.

A team of threads takes one after the other, or each part of the team has a side of its own: then
threads meet less often, and one that is alone meets nobody until all are done. Which of the two is
better depends on sizes, so that C decides it; here stands which loops may run so. Loops whose
threads meet only behind the last step, as they go apart (:mod:`symrnn.schedule.meeting`), gain
nothing, and are no sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from symrnn.schedule.loop_nests import loop_nests
from symrnn.schedule.places import Schedule
from symrnn.schedule.stages import Order, Stage

SCANS = (Order.FORWARD, Order.REVERSE)
Joined = Sequence[Stage]  # a stage, and those that join it chunk by chunk


def with_sides(schedule: Schedule, found: Iterable[Joined]) -> list[list[Joined]]:
    """Stages in the order in which they run: one with those that join it, or several as sides.

    What joins a side and reads another one comes behind all of them, on its own.
    """
    runs: list[list[Joined]] = []
    closed = True  # nothing joins the last run as a side any more
    for stages in found:
        sides = runs[-1] if runs else []
        if closed or not _apart(schedule, stages[0], sides):
            runs.append([stages])
            closed = stages[0].order not in SCANS or not _meets(schedule, stages[0])
            continue
        bound = _bound(chain(*sides))
        own = next((place for place, one in enumerate(stages) if reads(schedule, one) & bound),
                   len(stages))
        sides.append(stages[:own])
        runs += [[[one]] for one in stages[own:]]
        closed = own < len(stages)
    return runs


def _apart(schedule: Schedule, scan: Stage, sides: Sequence[Joined]) -> bool:
    """True where a scan reads nothing that the loops before it bind."""
    return (scan.order in SCANS and not reads(schedule, scan) & _bound(chain(*sides))
            and _meets(schedule, scan))


def _meets(schedule: Schedule, scan: Stage) -> bool:
    """True where units read each other from step to step, or from one loop nest to the next."""
    found, own = loop_nests(schedule.program, scan), scan.names
    return len(found) > 1 or any(
        not own.isdisjoint({name, *sources(schedule, [name])})
        for one in found for name in one.operands)


def _bound(stages: Iterable[Stage]) -> set[str]:
    return {name for stage in stages for name in stage.names}


def reads(schedule: Schedule, stage: Stage) -> set[str]:
    """What the equations and delays of a stage read, a delayed value under its own name too."""
    read = {name for one in stage.equations for name in one.reads}
    return read | {one.source for one in stage.delays} | sources(schedule, read)


def sources(schedule: Schedule, names: Iterable[str]) -> set[str]:
    """What those of some names that are delayed are delayed values of."""
    return {delay.source for name in names if (delay := schedule.delay_of(name))}

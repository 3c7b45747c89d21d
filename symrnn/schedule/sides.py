"""Sides: loops over time that may run at once, such as two directions, or stacked layers.

Either none reads what another one binds. Or they are stacked: each but the first reads the one
before it, of the steps that this has come past, so that it may follow a few steps behind.

A team of threads takes one after the other, or each part of the team has a side of its own: then
threads meet less often, and one that is alone meets nobody until all are done, but for waiting for
the steps that it reads. Which of the two is better depends on sizes, so that C decides it; here
stands which loops may run so. Loops whose threads meet only behind the last step, as they go apart
(:mod:`symrnn.schedule.meeting`), gain nothing, and are no sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from symrnn.program import Span
from symrnn.schedule.loop_nests import loop_nests
from symrnn.schedule.places import Schedule
from symrnn.schedule.stages import Order, Stage, is_reduction

SCANS = (Order.FORWARD, Order.REVERSE)
Joined = Sequence[Stage]  # a stage, and those that join it chunk by chunk


@dataclass(frozen=True)
class Run:
    """Stages that run one after the other, each with those that join it, or at once as sides.

    Of ``stacked`` sides each but the first reads the one before it; what is ``joining`` them all
    follows every few steps. No side is added to a run that is ``closed``.
    """

    sides: tuple[Joined, ...]
    stacked: bool = False
    closed: bool = False
    joining: tuple[Stage, ...] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All of them."""
        return tuple(chain(*self.sides))

    @property
    def order(self) -> Order:
        """The way in which the first loop takes its steps."""
        return self.sides[0][0].order


Way = Callable[[Schedule, Run, Stage], bool]  # whether a stage may run at once with those of a run


def with_sides(schedule: Schedule, found: Iterable[Joined]) -> list[Run]:
    """Stages in the order in which they run: one with those that join it, or several as sides.

    What joins a side and may not run at once with the others joins them all, or comes behind them.
    """
    runs: list[Run] = []
    for stages in found:
        way = _way(schedule, runs[-1], stages[0]) if runs else None
        if way is None:
            runs.append(Run((stages,), closed=not _is_side(schedule, stages[0])))
            continue
        before = runs[-1]
        own = next((place for place, one in enumerate(stages) if not way(schedule, before, one)),
                   len(stages))
        found_run = Run((*before.sides, stages[:own]), way is _in_order, own < len(stages))
        behind = next((place for place, one in enumerate(stages[own:], own)
                       if not _at_its_step(schedule, found_run, one)), len(stages))
        runs[-1] = replace(found_run, joining=tuple(stages[own:behind]))
        runs += [Run(([one],), closed=True) for one in stages[behind:]]
    return runs


def _way(schedule: Schedule, run: Run, scan: Stage) -> Way | None:
    """How a scan and what joins it may run at once with the sides of a run, if they may."""
    if run.closed or not _is_side(schedule, scan):
        return None
    if not run.stacked and _apart(schedule, run, scan):
        return _apart
    follows = (run.stacked or len(run.sides) == 1) and scan.order is run.order
    return _in_order if follows and _reads_last(schedule, run, scan) and not any(
        _sums(schedule, one) for one in run.stages) and _in_order(schedule, run, scan) else None


def _is_side(schedule: Schedule, scan: Stage) -> bool:
    """True for a loop over steps whose threads meet at every one of them."""
    return scan.order in SCANS and _meets(schedule, scan)


def _apart(schedule: Schedule, run: Run, stage: Stage) -> bool:
    """True where a stage reads nothing that a run binds."""
    return not reads(schedule, stage) & _bound(run.stages)


def _at_its_step(schedule: Schedule, run: Run, stage: Stage) -> bool:
    """True where a stage reads of stacked sides only the step at hand."""
    read = {name for one in stage.equations for name in one.reads}
    return run.stacked and not sources(schedule, read) & _bound(run.stages)


def _reads_last(schedule: Schedule, run: Run, scan: Stage) -> bool:
    return bool(reads(schedule, scan) & _bound(run.sides[-1]))


def _in_order(schedule: Schedule, run: Run, stage: Stage) -> bool:
    """True where a stage reads of a run nothing but steps that this has come past.

    It sums over no steps itself: a sum wants many of them at once, or all of them.
    """
    bound, past = _bound(run.stages), 1 if run.order is Order.FORWARD else -1
    read = {name for one in stage.equations for name in one.reads}
    delays = [*stage.delays, *(one for name in read if (one := schedule.delay_of(name)))]
    return (not _sums(schedule, stage)
            and all(schedule.program[name].span is Span.SEQUENCE for name in read & bound)
            and all(one.step * past > 0 for one in delays if one.source in bound))


def _sums(schedule: Schedule, stage: Stage) -> bool:
    return any(is_reduction(schedule.program, one) for one in stage.equations)


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

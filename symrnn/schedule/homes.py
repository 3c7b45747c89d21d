"""Where the values of a tiled plan live: in memory only where a loop nest of their own is over.

A schedule gives each value a place by the stages that read it. Fusion groups are smaller: what no
other group reads stays in a register, or, from loop to loop of one group, in a buffer for the rows
of a batch of blocks; what lives in the steps of one chunk alone needs no room for all steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symrnn.program import Program
from symrnn.schedule.chunks import Chunk
from symrnn.schedule.loop_nests import Kind, LoopNest
from symrnn.schedule.places import Place, Schedule
from symrnn.schedule.stages import Order, Stage

LoopNests = Sequence[tuple[Stage, tuple[LoopNest, ...]]]  # of every stage but those that run once


def sequence_homes(schedule: Schedule, loop_nests: LoopNests, chunks: Iterable[Chunk]
                   ) -> dict[str, Place]:
    """The home of every bound value of a schedule over whole sequences."""
    found: dict[str, Place] = {}
    for stage, some in loop_nests:
        for one in some:
            others = _read(other for other in some if other is not one)
            for name in one.names:
                place = schedule.places[name]
                if place is Place.STEP and one.kind is Kind.UNITS and name not in others:
                    place = _inside(one, name)
                elif place is Place.STEP and stage.order is Order.ALL:
                    place = Place.WORK
                found[name] = place
    found |= {name: schedule.places[name] for name in _bound_once(schedule)}
    return found | {name: Place.CHUNK for name in _passing(schedule, chunks)
                    if found[name] is Place.WORK}


def step_homes(schedule: Schedule, loop_nests: LoopNests, program: Program) -> dict[str, Place]:
    """The home of every bound value of a streaming step of a program."""
    every = [one for _, some in loop_nests for one in some]
    found: dict[str, Place] = {}
    for one in every:
        others = _read(other for other in every if other is not one)
        for name in one.names:
            if name in program.outputs:
                found[name] = Place.CALLER
            elif name in program.states or name in others or one.kind is not Kind.UNITS:
                found[name] = Place.STEP
            else:
                found[name] = _inside(one, name)
    return found | dict.fromkeys(_bound_once(schedule), Place.WORK)


def _inside(own: LoopNest, name: str) -> Place:
    """The home of what no other group reads."""
    return Place.BATCH if name in own.carried else Place.REGISTER


def _bound_once(schedule: Schedule) -> list[str]:
    return [one.lhs for stage in schedule.stages if stage.order is Order.ONCE
            for one in stage.equations]


def _passing(schedule: Schedule, chunks: Iterable[Chunk]) -> set[str]:
    """What lives in the steps of a chunk alone."""
    found: set[str] = set()
    for chunk in chunks:
        found |= chunk.passing | {name for stage in chunk.joining for name in stage.names
                                  if schedule.places.get(name) is Place.STEP}
    return found


def _read(loop_nests: Iterable[LoopNest]) -> set[str]:
    return {name for one in loop_nests for equation in one.equations
            for name in equation.reads}

"""Chunks side by side: each by a part of the team, or one after the other by all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from symrnn.loops import (ZERO, Aggregate, Argument, Barrier, Block, Body, Call, Declare,
                          Expression, Field, If, Name, Pointer, Section, Statement, Struct, Table,
                          Whole, total)
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.lowering.tiled_team import THREAD, THREADS, Team
from symrnn.schedule import Side, SideBySide, TiledChunk, TiledPlan

TITLE = "side by side, where that is faster than one after the other"
SIDES, PART, MEETINGS = Name("sides"), Name("part"), Name("meetings")
MEETING = Struct("meeting")


def beside(run: SideBySide, to: TiledArrays, chunk: Callable[[TiledChunk, Team], Body]) -> Body:
    """All sides, of which ``chunk`` makes each one for a team, and behind them a barrier."""
    rows = tuple(Aggregate((_work(one, to), total([to.extent(axes) for axes in one.weights]),
                            Whole(one.meets), _behind(run, place, to)))
                 for place, one in enumerate(run.sides))
    last = len(rows) - 1
    sides = tuple(_side(place, run, to, chunk(one.chunk, Team(
        PART, run.stacked and place > 0, run.stacked and place < last)))
        for place, one in enumerate(run.sides))
    return (Section(TITLE, (Block((Table(SIDES.text, "side", rows), *sides)), Barrier())),)


def _side(place: int, run: SideBySide, to: TiledArrays, body: Body) -> Statement:
    """One of them, by those threads that have a part in it."""
    count, first = Whole(len(run.sides)), _before(run, to.tiled)
    part = Call("part_of", (Whole(place), SIDES, count, to.steps, THREAD, THREADS,
                            MEETINGS + first))
    return Block((Declare(PART.text, Struct("team_part"), part),
                  If(Field(PART, "threads").compared(">", 0), body)))


def _behind(run: SideBySide, place: int, to: TiledArrays) -> Expression:
    """How many steps a side is behind the one before it."""
    return to.chunk_name(run.sides[place].chunk) if run.stacked and place else ZERO


def _before(run: SideBySide, tiled: TiledPlan) -> int:
    """How many sides earlier runs have, whose threads meet elsewhere."""
    return sum(len(one.sides) for one in tiled.beside[:tiled.beside.index(run)])


def _work(one: Side, to: TiledArrays) -> Expression:
    """Multiplications of a step."""
    return to.batch * total([to.extent(axes) for axes in one.work])


def meetings_of(tiled: TiledPlan) -> tuple[Argument, ...]:
    """The argument of a function whose team may part: where its parts meet."""
    return (Argument(MEETINGS.text, Pointer(MEETING)),) if tiled.beside else ()


def places_to_meet(tiled: TiledPlan) -> Body:
    """A place for each side to meet at, for one call."""
    count = sum(len(one.sides) for one in tiled.beside)
    return (Table(MEETINGS.text, MEETING.name, (Aggregate((ZERO,)),) * count, constant=False),
            ) if count else ()


def spared(tiled: TiledPlan, to: TiledArrays) -> Expression:
    """The multiplications of all steps that one thread is spared where each side has its own."""
    return to.steps * total([_spared(one, to) for one in tiled.beside])


def _spared(run: SideBySide, to: TiledArrays) -> Expression:
    """Those of a step, but for the longest side."""
    works = [_work(one, to) for one in run.sides]
    longest = reduce(lambda one, other: Call("max_size", (one, other)), works)
    return total(works) - longest

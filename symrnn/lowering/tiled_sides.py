"""Chunks side by side: each by a part of the team, or one after the other by all of it.

Stacked ones, each of which follows the one before it, wait for its steps and tell theirs. A part
that has several takes them by turns, some steps at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from symrnn.loops import (SIZE, ZERO, Aggregate, Argument, Barrier, Block, Body, Call, Declare,
                          Expression, Field, For, If, Name, Over, Pointer, Section, Statement,
                          Struct, Table, Whole, total)
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.lowering.tiled_team import THREAD, THREADS, Team
from symrnn.schedule import Order, Side, SideBySide, TiledChunk, TiledPlan

TITLE = "side by side, where that is faster than one after the other"
SIDES, PART, MEETINGS = Name("sides"), Name("part"), Name("meetings")
TURN, SINCE, UNTIL = Name("turn"), Name("since"), Name("until")
DONE, LIMIT = Name("joined"), Name("limit")  # steps that what joins the sides has come past
MEETING = Struct("meeting")


@dataclass(frozen=True)
class Steps:
    """The steps of a scan from ``since`` to below ``until``, counted in its order.

    Rows of what lives in a span are counted from its step ``origin`` on, if any does.
    """

    since: Expression
    until: Expression
    origin: Expression | None = None


Chunk = Callable[[TiledChunk, Team, Steps | None], Body]
Joined = Callable[[TiledChunk, Steps], Body]


def beside(run: SideBySide, to: TiledArrays, chunk: Chunk, joined: Joined) -> Body:
    """All sides, of which ``chunk`` makes each one for a team, and behind them a barrier.

    What joins them all is made by ``joined``, for the whole team.
    """
    rows = tuple(Aggregate((_work(one, to), total([to.extent(axes) for axes in one.weights]),
                            Whole(one.meets), _behind(run, place, to)))
                 for place, one in enumerate(run.sides))
    table = Table(SIDES.text, "side", rows)
    sides = tuple(_side(run, place, to, chunk) for place in range(len(rows)))
    if not run.stacked:
        return (Section(TITLE, (Block((table, *sides)), Barrier())),)
    turn = Declare(TURN.text, SIZE, Call("steps_in_turn", (
        SIDES, Whole(len(sides)), to.span_of(run), THREADS)))
    return (Section(TITLE, (Block((table, turn, *_in_turn(run, sides, to, joined))),)),)


def _in_turn(run: SideBySide, sides: Body, to: TiledArrays, joined: Joined) -> Body:
    """Some steps of each side after the other, where a part of the team has several; else all.

    Some of them may be a span, behind which all threads take what joins the sides.
    """
    if not run.joining:
        return (*_turns(Steps(ZERO, to.steps), sides), Barrier())
    limit = Declare(LIMIT.text, SIZE, Call("min_size", (to.steps, DONE + to.span_of(run))))
    some = Steps(DONE, LIMIT, _first(run, to))
    body = (limit, *_turns(some, sides), Barrier(),
            *(statement for one in run.joining for statement in joined(one, some)))
    return (For(DONE.text, to.steps, body, Over.STEPS, step=to.span_of(run)),)


def _first(run: SideBySide, to: TiledArrays) -> Expression:
    """The first step of a span in time."""
    return to.steps - LIMIT if run.sides[0].chunk.stage.order is Order.REVERSE else DONE


def _turns(some: Steps, sides: Body) -> Body:
    until = Declare(UNTIL.text, SIZE, Call("min_size", (some.until, SINCE + TURN)))
    return (For(SINCE.text, some.until, (until, *sides), Over.STEPS, start=some.since, step=TURN),)


def _side(run: SideBySide, place: int, to: TiledArrays, chunk: Chunk) -> Statement:
    """One of them, by those threads that have a part in it."""
    count, stacked = len(run.sides), run.stacked
    team = Team(PART, follows=stacked and place > 0, leads=stacked and place < count - 1)
    some = Steps(SINCE, UNTIL, _first(run, to) if run.joining and run.joining[0].passing else None)
    body = chunk(run.sides[place].chunk, team, some if stacked else None)
    part = Call("part_of", (Whole(place), SIDES, Whole(count), to.span_of(run), THREAD, THREADS,
                            MEETINGS + _before(run, to.tiled)))
    return Block((Declare(PART.text, Struct("team_part"), part),
                  If(Field(PART, "threads").compared(">", 0), body)))


def _before(run: SideBySide, tiled: TiledPlan) -> int:
    """How many sides earlier runs have, whose threads meet elsewhere."""
    return sum(len(one.sides) for one in tiled.beside[:tiled.beside.index(run)])


def _work(one: Side, to: TiledArrays) -> Expression:
    """Multiplications of a step."""
    return to.batch * total([to.extent(axes) for axes in one.work])


def _behind(run: SideBySide, place: int, to: TiledArrays) -> Expression:
    """How many steps a side is behind the one before it."""
    return to.chunk_name(run.sides[place].chunk) if run.stacked and place > 0 else ZERO


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
    return total([_spared(one, to) for one in tiled.beside])


def _spared(run: SideBySide, to: TiledArrays) -> Expression:
    """Those of a step but for the longest side, in all steps in which the last one is at work."""
    works = [_work(one, to) for one in run.sides]
    longest = reduce(lambda one, other: Call("max_size", (one, other)), works)
    behind = total([_behind(run, place, to) for place in range(1, len(works))])
    steps = to.steps if not run.stacked else Call(
        "steps_beside", (to.steps, to.span_of(run), behind))
    return steps * (total(works) - longest)

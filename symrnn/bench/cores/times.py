"""Seconds of a kernel by number of threads: what each thread of a team does, and its meetings.

A tile of R rows and W vectors takes R W multiply-adds for each entry of its operands, or R + W
loads, whichever are more. The first tile of a block waits for its panel, from the cache that the
thread's panels fit into; the others find it. Functions and operations of rows come on top, and the
reading of rows, those that other threads wrote among them. A nest lasts as long as its slowest
thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from symrnn.bench.cores.header import Header, Part, header
from symrnn.bench.cores.machine import Machine
from symrnn.bench.cores.nests import Beside, Function, Nest, Products, function_of, kept
from symrnn.bench.kinds import Kind
from symrnn.bench.limits import BYTES
from symrnn.schedule import Kind as Loops
from symrnn.schedule import Plan


@dataclass(frozen=True)
class Prediction:
    """Seconds, and the parts of them: computing and reading, waiting for the slowest, meeting."""

    team: int
    working: float
    waiting: float
    meeting: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.working + self.waiting + self.meeting

    def __add__(self, more: Prediction) -> Prediction:
        return Prediction(max(self.team, more.team), self.working + more.working,
                          self.waiting + more.waiting, self.meeting + more.meeting)


def predicted(plan: Plan, kind: Kind, sizes: Mapping[str, int], machine: Machine, threads: int,
              rows: bool = True) -> Prediction:
    """The seconds of one call. Without ``rows`` threads share blocks alone, as they once did."""
    told = header(machine.vector_bytes)
    tiled = ((plan.tiled.forward, plan.tiled.backward) if kind is Kind.TRAINING
             else (plan.tiled.infer,))
    made = [_Team(function_of(one, sizes, told), machine, threads, kept(one, sizes), told, rows)
            .prediction() for one in tiled]
    return made[0] if len(made) == 1 else made[0] + made[1]


@dataclass(frozen=True)
class _Team:
    function: Function
    machine: Machine
    asked: int
    kept: float
    header: Header
    by_rows: bool

    @cached_property
    def threads(self) -> int:
        """As many as C lets in."""
        own = self.function
        team = self.header.ask("team", self.asked, own.multiplications, own.woken)
        if not own.sides:
            return team
        return self.header.ask("team_of_sides", team, self.asked, own.sides, own.fewest,
                               own.spared)

    def prediction(self) -> Prediction:
        """All nests, one after the other, but for those of sides where the team parts."""
        team = self.threads
        made = Prediction(team, 0.0, 0.0, self.machine.beginning(team))
        for run in self.function.runs:
            made += self._beside(run, team) if isinstance(run, Beside) else self._run(run, team)
        return made

    def _beside(self, run: Beside, team: int) -> Prediction:
        """What the slowest threads do that have sides of their own, or all sides."""
        taken = self.header.sides(run.told, team, run.steps)
        if not any(one.threads for one in taken):
            return self._run([nest for some in run.nests for nest in some], team)
        own: dict[int, Prediction] = {}
        behind = 0
        for one, told, nests in zip(taken, run.told, run.nests, strict=True):
            made = self._run(nests, one.threads)
            behind += 0 if one.first in own else told.behind
            own[one.first] = own[one.first] + made if one.first in own else made
        slowest = max(own.values(), key=lambda one: one.seconds)
        waiting = slowest.seconds * behind / max(1, run.steps)
        return slowest + Prediction(team, 0.0, waiting, self.machine.meeting(team))

    def _run(self, nests: Sequence[Nest], team: int) -> Prediction:
        """Nests one after the other, by so many threads."""
        working = waiting = meeting = 0.0
        for nest in nests:
            near = self._near(nests, nest, team)
            each = [self._nest(nest, part, team, near) for part in self._parts(nest, team)]
            slowest, shared = max(each), sum(each) / team
            working += nest.times * shared
            waiting += nest.times * (slowest - shared)
            meeting += nest.times * nest.meets * self.machine.meeting(team)
        return Prediction(team, working, waiting, meeting)

    def _parts(self, nest: Nest, team: int) -> tuple[Part, ...]:
        """The shares of all threads."""
        if nest.kind is Loops.REDUCTIONS:
            return self.header.columns(nest.columns, max(nest.units), team)
        if nest.kind is Loops.ROWS:
            return tuple(Part(1, nest.rows * (at + 1) // team - nest.rows * at // team, 1)
                         for at in range(team))
        if nest.divisible and self.by_rows:
            found = self.header.parts(nest.blocks, nest.like, team)
            return tuple(Part(one.blocks, ceil(nest.rows / one.lanes), one.lanes)
                         for one in found)
        return tuple(Part(nest.blocks * (at + 1) // team - nest.blocks * at // team, nest.rows, 1)
                     for at in range(team))

    def _nest(self, nest: Nest, part: Part, team: int, near: float) -> float:
        """The seconds of one thread of so many, which reads panels of ``near`` bytes in turn."""
        if nest.kind is Loops.REDUCTIONS:
            return self._reduction(nest, part)
        products = sum(self._products(one, part, team, near) for one in nest.products)
        of_row = (nest.calls * self.machine.call + nest.other * self.machine.other
                  + nest.moved / self.machine.reading(self.kept / self.threads, self.threads))
        return products + of_row * part.rows * part.blocks / nest.blocks

    @property
    def _vector(self) -> float:
        """Seconds of one multiply-add of vectors."""
        return 2 * self.header.lanes / self.machine.tiles

    def _products(self, one: Products, part: Part, team: int, near: float) -> float:
        """Tile by tile: the first of each block may wait for its panel, once for a part of rows."""
        if not part.rows or not part.blocks or not one.entries:
            return 0.0
        parts = ceil(part.rows / self.header.ask("rows_at_once"))
        pieces = ceil(one.vectors / self.header.ask("widest"))
        wide, rows = one.vectors / pieces, part.rows / parts
        tiles = ceil(rows / self.header.ask("height", ceil(wide)))
        high = rows / tiles
        tile = max(high * wide, high + wide if high > 1 else wide) * self._vector * one.entries
        panel = wide * self.header.lanes * BYTES * one.entries
        first = max(tile, panel / self.machine.reading(near, self.threads))
        rest = tile * (tiles - 1)
        others = part.rows * one.entries * BYTES / self.machine.one["L3"] if team > 1 else 0.0
        return part.blocks * parts * pieces * (first + rest) + others

    def _near(self, nests: Sequence[Nest], nest: Nest, team: int) -> float:
        """Bytes of panels that a thread reads before it comes back to the same ones."""
        return sum(one.vectors * self.header.lanes * BYTES * one.entries * max(
            part.blocks for part in self._parts(other, team))
            for other in nests if other.times == nest.times
            for one in other.products)

    def _reduction(self, nest: Nest, part: Part) -> float:
        """Panels of right factors are packed, and all left factors pass them."""
        lanes, widest = self.header.lanes, self.header.ask("widest")
        vectors = min(part.blocks * widest, ceil(nest.columns / lanes))
        units = sum(nest.units) * part.rows / max(nest.units)
        packing = 2 * vectors * nest.rows * self._vector
        reading = nest.rows * (units + nest.columns * part.blocks / max(
            1, ceil(nest.columns / (lanes * widest)))) * BYTES / self.machine.one["L2"]
        sums = 2 * units * vectors * lanes * BYTES / self.machine.one["L2"]
        return vectors * units * nest.rows * self._vector + packing + reading + sums

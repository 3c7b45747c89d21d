"""The tiled tree: loops over time around fusion groups, memory, and the functions beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symrnn.loops import (REAL, SIZE, ZERO, Argument, Assign, At, Binary, Block, Body,
                          Call, Choose, Declare, Expression, For, Function, If, Name, Names, Not,
                          Over, Return, Run, Scalar, Section, Statement, Unused, checked, total)
from symrnn.loops.statements import Used, uses
from symrnn.lowering.portable import TITLE, Interface
from symrnn.lowering.sizes import declared_sizes
from symrnn.lowering.tiled_arrays import Row, StepTiledArrays, TiledArrays
from symrnn.lowering.tiled_chunks import steps_of_chunks
from symrnn.lowering.tiled_memory import WORK_PARITY, Memory
from symrnn.lowering.tiled_products import EARLY, Panels, ProductCalls
from symrnn.lowering.tiled_rows import RowGroups
from symrnn.lowering.tiled_sides import Steps, beside
from symrnn.lowering.tiled_team import THREAD, WHOLE_TEAM, Team
from symrnn.lowering.tiled_units import FIRST, ROWS, STEPS, UnitGroups
from symrnn.program import Delay
from symrnn.schedule import (FusionGroup, Kind, Order, Plan, SideBySide, TiledChunk, TiledPlan,
                             TiledStage, Walk)

BEGIN, DONE = Name("begin"), Name("done")


@dataclass(frozen=True)
class TiledInterface(Interface):
    """The same, and the names of the fields of the portable header's structs.

    ``weights`` is the number type of panels.
    """

    fields: Names
    weights: Scalar = field(default=REAL, kw_only=True)


@dataclass(frozen=True)
class Where:
    """The rows of a group: for groups over units and row by row; the first, how many; whose.

    ``accumulate`` is true where reductions over earlier rows are there already.
    """

    units: Row
    rows: Row
    first: Expression
    count: Expression
    accumulate: Expression
    team: Team


class TiledFunction:
    """Makes the function of one tiled plan over whole sequences."""

    arrays_of: type[TiledArrays] = TiledArrays
    streaming = False

    def __init__(self, plan: Plan, tiled: TiledPlan, interface: TiledInterface,
                 panels: Panels | None = None) -> None:
        self.plan, self.tiled, self.program = plan, tiled, tiled.schedule.program
        self.interface, self.local = interface, interface.local
        self.to = self.arrays_of(plan, tiled, interface.names, interface.fields, self.local,
                                 interface.weights)
        self.panels = panels or Panels(interface.names)
        products = ProductCalls(self.program, self.to, self.panels)
        self.units = UnitGroups(self.program, self.to, products, self.local)
        self.rows = RowGroups(self.program, self.to, self.local)
        self.memory = Memory(plan, self.to, self.panels, self.streaming)
        self.time, self.sample = self.to.time, self.to.sample

    def function(self, name: str, arguments: Sequence[Argument]) -> Function:
        """The function of that name."""
        body: Body = (*self.memory.arrays(), *self.memory.zeros(),
                      *(one for run in self.tiled.runs for one in self.run(run)),
                      *self._last())
        return self.finished(name, arguments, body)

    def _last(self) -> Body:
        """The last values to the caller, by one thread."""
        body = (*map(self.edge, self.program.delays), *self.closing())
        return (If(THREAD.compared("==", 0), body),) if body else ()

    def finished(self, name: str, arguments: Sequence[Argument], body: Body,
                 result: bool = False) -> Function:
        """A function that declares the sizes that its body uses, and no others."""
        used = uses(body)
        sizes = self.declared(used)
        body, used = (*sizes, *body), used | uses(sizes)
        unused = tuple(Unused(Name(one.name)) for one in arguments if one.name not in used.names)
        return checked(Function(name, tuple(arguments), (*unused, *body),
                                SIZE if result else None))

    def declared(self, used: Used) -> Body:
        """Sizes, the lengths of padded rows and the steps of chunks that are used."""
        chunks = tuple(Declare(name, SIZE, steps)
                       for name, steps in steps_of_chunks(self.to, used.names))
        used |= uses(chunks)
        rows = tuple(Declare(name.text, SIZE, Call("padded", (self.to.size(axis),)))
                     for axis in self.axes for name in [self.to.row_name(axis)]
                     if name.text in used.names)
        sizes = declared_sizes(self.to, (used | uses(rows)).axes, self.interface.fixed)
        return (*sizes, *rows, *chunks)

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes of all values, each once."""
        return tuple(dict.fromkeys(axis for one in self.program.variables for axis in one.axes))

    def chunks_in(self, count: Expression) -> tuple[tuple[str, Expression], ...]:
        """The steps of the chunks that a count of entries depends on, by name."""
        return steps_of_chunks(self.to, uses((Return(count),)).names)

    def multiplications(self) -> Expression:
        """Those of one fusion group, on average, until threads meet: too few are not worth many."""
        sample = total([self.to.extent(axes) for axes in self.tiled.work])
        return self.to.steps_apart() * (self.to.batch * sample) / self.tiled.most_groups

    def closing(self) -> Body:
        """What comes last."""
        return ()

    def run(self, run: TiledChunk | SideBySide) -> Body:
        """A chunk, or several side by side."""
        if isinstance(run, SideBySide):
            return beside(run, self.to, self.chunk, self._joined)
        return self.chunk(run)

    def _joined(self, chunk: TiledChunk, some: Steps) -> Body:
        """What joins sides, for some of their steps, the first of which in time is the origin."""
        assert some.origin is not None
        batch, count = self.to.batch, some.until - some.since
        where = self._over(some.origin * batch, count * batch, some.since.compared(">", 0),
                           WHOLE_TEAM)
        return (Section(TITLE[chunk.stage.order], self._groups(chunk.stage.groups, where)),)

    def chunk(self, chunk: TiledChunk, team: Team = WHOLE_TEAM, steps: Steps | None = None
              ) -> Body:
        """A stage, and those that join it chunk by chunk, for some steps or for all."""
        stage = chunk.stage
        if stage.walk is Walk.ONCE:
            body: Body = (*self.rows.once(stage.equations), team.meets)
        elif stage.walk is Walk.ROWS:
            body = self._groups(stage.groups, self._every_row(team))
        elif stage.walk is Walk.CHUNKS:
            body = self._by_chunks(chunk, team, steps or Steps(ZERO, self.to.steps))
        else:
            body = self._scan(stage, ZERO, self.to.steps, team)
        after = () if chunk.joining else self._groups(stage.after, self._every_row(team))
        return (Section(TITLE[stage.order], (*body, *after)),)

    def _every_row(self, team: Team) -> Where:
        return self._over(ZERO, self.to.steps * self.to.batch, ZERO, team)

    def _by_chunks(self, chunk: TiledChunk, team: Team, some: Steps) -> Body:
        """The loop over chunks: what needs no state, the scan, what follows from it."""
        stage, at_once, steps = chunk.stage, self.to.chunk_name(chunk), self.to.steps
        backwards = stage.order is Order.REVERSE
        done = DONE if backwards else FIRST
        where = self._over(FIRST * self.to.batch, STEPS * self.to.batch, done.compared(">", 0),
                           team)
        first = (Declare(FIRST.text, SIZE, steps - done - STEPS),) if backwards else ()
        body = (Declare(STEPS.text, SIZE, Call("min_size", (at_once, some.until - done))),
                *first,
                *team.awaits(done + STEPS),
                *(self._ahead(one, number, team, some.origin) for one in stage.groups
                  for number, tile in enumerate(one.tiles) if tile.ahead),
                *self._scan(stage, FIRST, STEPS, team, some.origin),
                *(self._groups(stage.after, where) if chunk.joining else ()),
                *(Section(TITLE[joining.order], self._groups(joining.groups, where))
                  for joining in chunk.joining),
                *team.tells(done + STEPS))
        return (For(done.text, some.until, body, Over.STEPS, start=some.since, step=at_once),)

    def _ahead(self, group: FusionGroup, number: int, team: Team, origin: Expression | None
               ) -> Statement:
        """The products of the next steps that need no state."""
        batch = self.to.batch
        inside = ZERO if origin is None else (FIRST - origin) * batch
        row = Row(Order.ALL, ZERO, ZERO, FIRST * batch, inside)
        return If(EARLY, self.units.ahead(group, group.tiles[number], row, STEPS * batch, team))

    def _over(self, first: Expression, count: Expression, accumulate: Expression, team: Team
              ) -> Where:
        """Rows from ``first`` on, in any order; ``accumulate`` is true where others came before."""
        return Where(Row(Order.ALL, ZERO, BEGIN, first + BEGIN, BEGIN),
                     Row(Order.ALL, ZERO, self.sample, first + self.sample, self.sample),
                     first, count, accumulate, team)

    def _scan(self, stage: TiledStage, first: Expression, count: Expression, team: Team,
              origin: Expression | None = None) -> Body:
        """The loop over ``count`` steps from ``first`` on; rows count from there or ``origin``."""
        t, batch = self.time, self.to.batch
        step = t - (first if origin is None else origin)
        where = Where(Row(stage.order, t, BEGIN, t * batch + BEGIN, step * batch + BEGIN),
                      Row(stage.order, t, self.sample, t * batch + self.sample,
                          step * batch + self.sample), ZERO, batch, ZERO, team)
        body = tuple(self._group(one, where) for one in stage.groups) if stage.apart else (
            self._groups(stage.groups, where))
        steps = For(t.text, first + count, body, Over.STEPS, stage.order is Order.REVERSE, first)
        return (steps, team.meets) if stage.apart else (steps,)

    def _groups(self, some: Sequence[FusionGroup], where: Where) -> Body:
        return tuple(statement for one in some
                     for statement in (self._group(one, where), where.team.meets))

    def _group(self, one: FusionGroup, where: Where) -> Statement:
        if one.kind is Kind.UNITS:
            cuts = self._cuts(one, where.units)
            body = self.units.nest(one, where.units, where.count, cuts, where.team)
        elif one.kind is Kind.ROWS:
            body = self.rows.nest(one, where.rows, where.count, where.team)
        else:
            body = self.rows.reductions(one, where.first, where.count, where.accumulate,
                                        where.team)
        return self._if_wanted(one, body)

    def _if_wanted(self, one: FusionGroup, body: Body) -> Statement:
        """A condition where a group gives nothing but gradients."""
        wanted = [given for name in one.dispensable
                  if (given := self.to.wanted(self.program[name])) is not None]
        if not wanted:
            return body[0] if len(body) == 1 else Block(body)
        condition = wanted[0]
        for other in wanted[1:]:
            condition = Binary("||", condition, other)
        return If(condition, body)

    def _cuts(self, one: FusionGroup, row: Row) -> Body:
        """Rows of one part lie all before or all behind the edge of a delayed value."""
        batch = self.to.batch
        edges = [batch if step > 0 else (self.to.steps - 1) * batch for step in one.cuts]
        return tuple(If(row.at.compared("<", edge), (
            Assign(ROWS, Call("min_size", (ROWS, edge - row.at))),)) for edge in edges)

    def edge(self, delay: Delay) -> Run:
        """The value at the last step of the scan, or at the edge before it, to the caller."""
        source, first = self.to.variable(delay.source), self.to.variable(delay.initial)
        last = self.to.steps - 1 if delay.step > 0 else ZERO
        row = Row(Order.FORWARD, last, ZERO, last * self.to.batch)
        address, stride = self.to.rows(source, row)
        entries, any_steps = self.to.stride(first), self.to.steps.compared(">", 0)
        strides = stride if stride == entries else Choose(any_steps, stride, entries)
        return self._copied(entries, Choose(any_steps, address, self.to.base(first)), strides,
                            delay)

    def _copied(self, entries: Expression, address: Expression, stride: Expression, delay: Delay
                ) -> Run:
        """Rows to where the caller wants the last values, if anywhere."""
        target = self.to.given_or_null(self.program[delay.final])
        return Run(Call("copy_rows", (self.to.batch, entries, address, stride, target)))


class TiledStep(TiledFunction):
    """Makes one streaming step of the forward schedule: every group once."""

    arrays_of = StepTiledArrays
    streaming = True

    def chunk(self, chunk: TiledChunk, team: Team = WHOLE_TEAM, steps: Steps | None = None
              ) -> Body:
        if chunk.stage.walk is Walk.ONCE:
            return super().chunk(chunk, team)
        step = Where(Row(Order.FORWARD, self.time, BEGIN, BEGIN),
                     Row(Order.FORWARD, self.time, self.sample, self.sample), ZERO, self.to.batch,
                     ZERO, team)
        return self._groups(chunk.stage.groups, step)

    def closing(self) -> Body:
        turning = self.memory.turning
        if turning is None:
            return ()
        return (Assign(At(WORK_PARITY, ZERO), Not(turning)),)

    def edge(self, delay: Delay) -> Run:
        """The new states, written last: ``next`` may be ``state``."""
        source = self.program[delay.source]
        address, stride = self.to.rows(source, Row(Order.FORWARD, ZERO, ZERO, ZERO))
        return self._copied(self.to.extent(source.axes), address, stride, delay)


def tiled(plan: Plan, interface: TiledInterface) -> dict[str, TiledFunction]:
    """What makes the functions of a network, by what they do; a step where it streams."""
    plans = plan.tiled
    forward = TiledFunction(plan, plans.forward, interface)
    panels = forward.panels
    found = {"forward": forward,
             "infer": TiledFunction(plan.inference, plans.infer, interface, panels),
             "backward": TiledFunction(plan, plans.backward, interface)}
    if plans.step is not None:
        found["step"] = TiledStep(plan, plans.step, interface, panels)
    return found

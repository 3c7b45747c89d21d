"""The function of one block of samples: all its steps, over vectors of them."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.loops import (REAL, VECTOR, Argument, Body, Call, Declare, Expression, For, Formula,
                          Function, If, Name, Over, Pointer, Run, Section, Statement, Struct,
                          Whole, total)
from symrnn.lowering.interface import BLOCKS
from symrnn.lowering.portable import Axes, Interface, Known, SequenceFunction
from symrnn.lowering.samples_arrays import SampleArrays, SampleEquations, sums_over_samples
from symrnn.lowering.samples_turns import Turns, finished, needed, shared_by_all, taped_by_all
from symrnn.program import Delay, Span, Variable, symbols_in_order
from symrnn.schedule import GIVEN_BY_CALLER, Order, Place, Plan, Schedule, Stage

OF = Name("of")  # which samples a block has
SUMS: Expression = Name("sums")


class BlockFunction(SequenceFunction):
    """Makes the function of one schedule for one block of samples."""

    arrays_of = SampleArrays
    to: SampleArrays

    def __init__(self, plan: Plan, schedule: Schedule, interface: Interface, turns: Turns) -> None:
        super().__init__(plan, schedule, interface, Known())
        self.turns = turns
        self.equations = SampleEquations(self.program, self.to, self.local.indices)
        self.sums = sums_over_samples(schedule)
        self.starts = [self.to.variable(one.initial) for one in schedule.edges]
        self.rooms = [one for one in map(self.to.variable, self._touched())
                      if self.to.is_callers(one)]
        self.own = [*self.rooms, *self.workspace(), *self.starts, *self.sums]
        self.taped = [one for one in plan.saved if self.to.varies(one)]

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self.turns.inside

    def _touched(self) -> Sequence[str]:
        """What the steps bind and read, by itself or of another step."""
        names = [name for stage in self.stages for one in stage.equations
                 for name in (one.lhs, *symbols_in_order(one.rhs))]
        delays = (*self.program.delays, *filter(None, map(self.schedule.delay_of, names)))
        return list(dict.fromkeys([*names, *(one.source for one in delays)]))

    def workspace(self) -> list[Variable]:
        return [one for one in super().workspace()
                if self.to.varies(one) and one.name not in self.to.sums]

    def entries(self, variables: Sequence[Variable]) -> Expression:
        """How many vectors some values have."""
        return total([self.to.extent(self.stored_axes(one)) for one in variables])

    def stored_axes(self, variable: Variable) -> Axes:
        place = self.schedule.places.get(variable.name)
        return (super().stored_axes(variable) if place in (Place.RING, Place.STEP)
                else variable.shape)

    def function(self, name: str, arguments: Sequence[Argument]) -> Function:
        """The function of that name."""
        kept = (Argument("kept", Pointer(REAL, const=True)),) if self._has_tape(arguments) else ()
        every = (*map(_in_vectors, arguments), Argument("shared", Pointer(REAL, const=True)),
                 *kept, Argument("sums", Pointer(REAL)),
                 Argument(OF.text, Pointer(Struct("samples"), const=True)))
        body: Body = (*self._tape(),
                      *self._carved("work", self.own, [*map(self.stored_axes, self.own)]),
                      *self._taken(), *map(self._start, self.schedule.edges), *self._zeros(),
                      *map(self._stage, self.stages), *self._put(), *self._last(),
                      *self._added())
        return finished(self, name, every, (*needed(self._constants(), body), *body))

    def _has_tape(self, arguments: Sequence[Argument]) -> bool:
        return any(one.name == "tape" for one in arguments)

    def _tape(self) -> Body:
        const = self.schedule is not self.plan.forward
        return self._carved("tape", self.taped, [one.shape for one in self.taped], const)

    def _constants(self) -> Body:
        """Pointers to what no sample changes: given by the caller, or computed before."""
        whole = ([one for one in shared_by_all(self.schedule) if one not in self.sums],
                 taped_by_all(self.plan))
        carved = [one for block, some in zip(("shared", "kept"), whole, strict=True)
                  for one in self._carved(block, some, [each.shape for each in some], True)]
        every = {*whole[0], *whole[1]}
        given = [self._array(self.to.name(one), self.to.base(one), one.shape, True)
                 for one in self.program.variables
                 if one.span is Span.CONSTANT and one not in every and not self.to.varies(one)
                 and (one.role in GIVEN_BY_CALLER
                      or self.schedule.places.get(one.name) is Place.CALLER)]
        return (*carved, *given)

    def _taken(self) -> Body:
        """The arrays of the caller that steps read, in their rooms, and where others lie."""
        found: list[Statement] = []
        for one in self.rooms:
            bound, place = one.name in self.schedule.places, self.to.between(one)
            given = self.to.of_caller(one), self.to.extent(one.axes), OF
            room, name = self.to.of_block("work", one), self.to.base(one)
            if place is not None and isinstance(name, Name):
                found.append(Declare(name.text, Pointer(VECTOR, not bound, fixed=True), Call(
                    "steps_for" if bound else "steps_in", (*given, Whole(place), room))))
            elif not bound:
                found.append(Run(Call(f"take_{self._way(one)}", (*given, room))))
        return tuple(found)

    def _way(self, one: Variable) -> str:
        return "steps" if one.span is Span.SEQUENCE else "batch"

    def _put(self) -> Body:
        """What steps bind, to the arrays of the caller."""
        puts = tuple(map(self._to_caller, [one for one in self.rooms
                                           if one.name in self.schedule.places]))
        return (Section("to the caller", puts),) if puts else ()

    def _to_caller(self, one: Variable) -> Run:
        given = self.to.base(one), self.to.extent(one.axes), OF
        place, to = self.to.between(one), self.to.of_caller(one)
        return Run(Call(f"put_{self._way(one)}", (*given, to)) if place is None
                   else Call("steps_out", (*given, Whole(place), to)))

    def _start(self, delay: Delay) -> Declare:
        one = self.to.variable(delay.initial)
        value = Call("given_states", (
            self.to.given_or_null(one), Formula(delay.start), self.to.extent(one.shape), OF,
            self.to.of_block("work", one)))
        return Declare(self.to.name(one).text, Pointer(VECTOR, const=True, fixed=True), value)

    def _cleared(self, array: Name, count: Expression) -> Body:
        return (Run(Call("clear_vectors", (array, count))),)

    def _if_wanted(self, variable: Variable, body: Body) -> Body:
        wanted = self.schedule.is_optional(variable)
        return (If(self.to.of_caller(variable).is_given, body),) if wanted else body

    def around(self, stage: Stage, pointers: Body, body: Body) -> Body:
        return (For(self.local.time, self.to.size("T"), (*pointers, *body), Over.STEPS,
                    stage.order is Order.REVERSE),)

    def edge(self, delay: Delay) -> Body:
        (copy,) = super().edge(delay)
        assert isinstance(copy, Run) and isinstance(copy.call, Call)
        there, entries, to = copy.call.arguments
        return (Run(Call("put_states", (there, entries, OF, to))),)

    def _added(self) -> Body:
        """The sums of this block, over its lanes."""
        found, place = list[Statement](), SUMS
        for one in self.sums:
            entries = self.to.extent(one.shape)
            found += self._if_wanted(one, (Run(Call("add_lanes", (
                self.to.name(one), entries, OF, place))),))
            place = place + entries
        return (Section("sums over the samples of the block", tuple(found)),) if found else ()


def _in_vectors(one: Argument) -> Argument:
    """Blocks of memory as vectors."""
    if one.name not in BLOCKS or not isinstance(one.type, Pointer):
        return one
    return Argument(one.name, Pointer(VECTOR, one.type.const))

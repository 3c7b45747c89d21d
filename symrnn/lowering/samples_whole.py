"""What is computed once, before all blocks of samples and behind them."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.loops import (Argument, Body, Call, Expression, Function, Name, Run, Section,
                          Statement, Type, total)
from symrnn.lowering.portable import Interface, Known, SequenceFunction
from symrnn.lowering.samples_arrays import sums_over_samples
from symrnn.lowering.samples_turns import Turns, finished, needed, shared_by_all, taped_by_all
from symrnn.program import Variable
from symrnn.schedule import Plan, Schedule


class WholeFunction(SequenceFunction):
    """Makes what is computed once: before all blocks of samples, and behind them."""

    def __init__(self, plan: Plan, schedule: Schedule, interface: Interface, turns: Turns) -> None:
        super().__init__(plan, schedule, interface, Known())
        self.turns, self.sums = turns, sums_over_samples(schedule)
        self.shared, self.taped = shared_by_all(schedule), taped_by_all(plan)

    def entries(self, variables: Sequence[Variable]) -> Expression:
        """How many numbers some values have."""
        return total([self.to.extent(one.shape) for one in variables])

    def body(self, team: Body, front: Expression, each: Expression) -> Body:
        """All statements: the sums of blocks, ``each`` so many, lie behind the ``front``."""
        inner: Body = (*map(self._stage, self.turns.before), *team, *self._added(front, each),
                       *map(self._stage, self.turns.behind))
        const = self.schedule is not self.plan.forward
        carved = (*self._carved("tape", self.taped, [one.shape for one in self.taped], const),
                  *self._carved("work", self.shared, [one.shape for one in self.shared]))
        return (*needed(self._constants(), inner), *needed(carved, inner), *inner)

    def finished(self, name: str, arguments: Sequence[Argument], body: Body,
                 result: Type | None = None) -> Function:
        """A function with this body."""
        return finished(self, name, arguments, body, result)

    def _added(self, front: Expression, each: Expression) -> Body:
        """The sums of all blocks, in their order."""
        found, place = list[Statement](), Name("work") + front
        for one in self.sums:
            entries = self.to.extent(one.shape)
            found.append(Run(Call("add_blocks", (
                Name("blocks"), each, entries, place, self.to.base(one)))))
            place = place + entries
        return (Section("sums over all blocks, in their order", tuple(found)),) if found else ()

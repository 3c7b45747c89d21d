"""How the constants of a stream's step lie: in the order in which it reads them.

Panel by panel: the constants that a block of units reads by the unit, then for each operand column
by column the weights of all its gates, vectors side by side. Behind the last panel lie the numbers
that are alike for all units. What is computed of constants alone is computed here, once.
"""

from __future__ import annotations

from symrnn.loops import (REAL, ZERO, Aggregate, Argument, Assign, At, Block, Body, Buffer,
                          Call, Computed, Declare, Expression, For, Formula, Function, Macro,
                          Member, Name, Over, Pointer, Statement, Struct, Table, Whole, checked,
                          total)
from symrnn.lowering.equations import Equations
from symrnn.lowering.stream import PACKED, StreamStep
from symrnn.program import Role, symbols_in_order
from symrnn.schedule import Columns, StreamGroup

PARAMETERS, FIRST, TO, FROM = map(Name, ("parameters", "first", "to", "from"))


class StreamLayout:
    """Makes the function that packs the constants of a step, and tells how many there are."""

    def __init__(self, step: StreamStep) -> None:
        self.step, self.stream, self.program, self.to = step, step.stream, step.program, step.to
        self.prefix = step.interface.prefix
        self.equations = Equations(self.program, self.to, step.interface.local.indices)

    def entries(self, group: StreamGroup) -> Expression:
        """How many constants a group has for each unit."""
        columns = [Whole(len(one.weights)) * self.to.extent(self.program[one.operand].axes)
                   for one in group.columns]
        return total([Whole(len(group.constants)), *columns])

    def function(self) -> Function:
        """``static void lstm_fast_packing(parameters, packed)``."""
        arguments = (Argument(PARAMETERS.text, Pointer(Struct(f"{self.prefix}_parameters"),
                                                       const=True)),
                     Argument(PACKED.text, Pointer(REAL)))
        body = (*self._parameters(), *self._once(),
                Declare(TO.text, Pointer(REAL), PACKED, constant=False),
                *(self._panels(number, one) for number, one in enumerate(self.stream.groups)),
                *self._numbers())
        return checked(Function(f"{self.prefix}_fast_packing", arguments, body))

    def _parameters(self) -> Body:
        """Pointers to the parameters that are read here by their names."""
        read = {name for one in self.stream.once for name in symbols_in_order(one.rhs)}
        read |= {*self.stream.constants, *self.stream.numbers}
        return tuple(Declare(self.to.name(one).text, Pointer(REAL, const=True, fixed=True),
                             Member(PARAMETERS, self.to.fields[one.name]),
                             self.to.shape(one.axes) or (Whole(1),))
                     for one in self.program.with_role(Role.PARAMETER) if one.name in read)

    def _once(self) -> Body:
        found: list[Statement] = []
        for one in self.stream.once:
            lhs = self.program[one.lhs]
            found += [Buffer(self.to.name(lhs).text, REAL, self.to.extent(lhs.axes)),
                      Computed((one,), self.equations.nest(one))]
        return tuple(found)

    def _panels(self, number: int, group: StreamGroup) -> Statement:
        """All panels of a group, block by block."""
        own, units = Macro(self.step.macro("OWN", number)), self.to.extent((group.axis,))
        def packed(function: str, *given: Expression) -> Assign:
            return Assign(TO, Call(function, (TO, *given, units, FIRST, own)))

        constants = tuple(packed("pack_entries", self.to.name(self.program[name]))
                          for name in group.constants)
        columns = tuple(Block((self._table(one), packed(
            "pack_columns", FROM, Whole(len(one.weights)),
            self.to.extent(self.program[one.operand].axes)))) for one in group.columns)
        body = (*constants, *columns)
        blocks = Macro(self.step.macro("BLOCKS", number))
        return For(FIRST.text, blocks * own, body, Over.BLOCKS, step=own)

    def _table(self, columns: Columns) -> Statement:
        """The matrices of some gates: what lies between units, what between columns."""
        rows = []
        for one in columns.weights:
            across = self.to.extent((self.program[one.matrix].axes[1],))
            strides = (Whole(1), across) if one.transposed else (across, Whole(1))
            matrix = Member(PARAMETERS, self.to.fields[one.matrix])
            rows.append(Aggregate((matrix, *strides, Formula(one.scale))))
        return Table(FROM.text, "factor", tuple(rows))

    def _numbers(self) -> Body:
        return tuple(Assign(At(PACKED, Macro("NUMBERS") + place),
                            At(self.to.name(self.program[name]), ZERO))
                     for place, name in enumerate(self.stream.numbers))

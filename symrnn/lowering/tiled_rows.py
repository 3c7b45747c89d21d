"""Fusion groups row by row, reductions over all rows, and equations without rows."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Symbol

from symrnn.loops import (REAL, ZERO, AddressOf, Aggregate, Assign, Block, Body, Call, Computed,
                          Declare, Expression, For, Formula, If, Name, Over, Pointer, Run,
                          Statement, Struct, Table, Whole)
from symrnn.lowering.arrays import Locals
from symrnn.lowering.equations import AtEntry, Equations, scale_apart
from symrnn.lowering.tiled_arrays import Row, TiledArrays
from symrnn.lowering.tiled_team import THREAD, Team
from symrnn.program import Ein, Equation, Program, contraction_term, multiply, negated
from symrnn.schedule import FusionGroup, Reduction

SERIES = Struct("series")
SCRATCH = Name("scratch")


class RowEquations(Equations):
    """Loop nests of one row; a sum over entries side by side is a call, ``row_sum`` or ``dot``."""

    @property
    def at_entry(self) -> type[AtEntry]:
        return _AtEntryOfRow


class _AtEntryOfRow(AtEntry):
    def sum(self, term: Expr, target: Expression) -> Body:
        positive = negated(term)
        operator, own = ("+=", term) if positive is None else ("-=", positive)
        found = contraction_term(own)
        value = None if found is None else self._side_by_side(*found)
        return super().sum(term, target) if value is None else (Assign(target, value, operator),)

    def _side_by_side(self, scale: Expr, ein: Ein) -> Formula | None:
        """The sum as a call, where one letter is summed and stands last in its operands."""
        letters = self.contraction(ein, self.rows)
        parts = dict(zip(ein.operands, ein.letters.operands, strict=True))
        summed = [one for one, part in zip(ein.operands, ein.letters.operands, strict=True)
                  if set(part) & set(letters.summed)]
        if (len(letters.summed) != 1 or letters.guards or letters.selected or len(summed) > 2
                or len(parts) != len(ein.operands)
                or any(parts[one][-1] != letters.summed[0] for one in summed)):
            return None
        index = letters.index | {letters.summed[0]: ZERO}
        elements = {one: self.loops.element(one.name, [index[place] for place in part])
                    for one, part in parts.items()}
        size = letters.loops[0][1]
        call = Call("dot" if len(summed) == 2 else "row_sum",
                    (*(AddressOf(elements[one]) for one in summed), size))
        others = [operand for operand in parts if operand not in summed]
        operands: dict[str, Expression] = {}
        factor = scale_apart(scale, self.entries, operands)
        operands |= {**{operand.name: elements[operand] for operand in others}, "sum'": call}
        return Formula(multiply([factor, *others, Symbol("sum'", real=True)]),
                       tuple(operands.items()))


class RowGroups:
    """Makes the loop nests of fusion groups row by row, and the calls of reductions."""

    def __init__(self, program: Program, arrays: TiledArrays, local: Locals) -> None:
        self.program, self.to, self.local = program, arrays, local
        self.equations = RowEquations(program, arrays, local.indices)

    def nest(self, group: FusionGroup, row: Row, rows: Expression, team: Team) -> Body:
        """Every equation for one row after the other; sums over rows by one thread alone."""
        body = (*self._pointers(group, row), *map(self._computed, group.equations))
        if group.alone:
            alone = rows * team.thread.compared("==", 0)
            return (For(self.local.sample, alone, body, Over.SAMPLES),)
        first, stop = (Call("share_from", (rows, one, team.threads))
                       for one in (team.thread, team.thread + 1))
        return (For(self.local.sample, stop, body, Over.SAMPLES, start=first),)

    def once(self, equations: Sequence[Equation]) -> Body:
        """Equations without rows, by one thread."""
        return (If(THREAD.compared("==", 0), tuple(map(self._computed, equations))),)

    def _computed(self, equation: Equation) -> Statement:
        """The loops of an equation, unless it gives a gradient that nobody wants."""
        wanted, body = self.to.wanted(self.program[equation.lhs]), self.equations.nest(equation)
        return Computed((equation,), body if wanted is None else (If(wanted, body),))

    def _pointers(self, group: FusionGroup, row: Row) -> Body:
        return tuple(Declare(self.to.name(one).text,
                             Pointer(REAL, one.name not in group.names, restrict=True),
                             self.to.rows(one, row)[0], self.to.shape(one.axes) or (Whole(1),))
                     for one in map(self.program.__getitem__, group.rows))

    def reductions(self, group: FusionGroup, first: Expression, rows: Expression,
                   accumulate: Expression, team: Team) -> Body:
        """One call for all reductions that share their right factor, over some rows.

        ``accumulate`` is true where earlier rows were added up before. Each thread of the function
        has scratch of its own.
        """
        scratch = Declare(SCRATCH.text, Pointer(REAL, fixed=True),
                          Name("work_scratch") + THREAD * Name("scratch_size"))
        calls = (self._reduction(one, first, rows, accumulate, team) for one in group.reductions)
        return (Block((scratch, *calls)),)

    def _reduction(self, one: Reduction, first: Expression, rows: Expression,
                   accumulate: Expression, team: Team) -> Statement:
        names, right = self.to.names, self.program[one.right]
        rows_of = Name(names.beside(one.right, "rows_of_"))
        others = Name(names.beside(one.right, "with_"))
        table = Table(others.text, "reduction", tuple(
            Aggregate((self.to.series(each.left, first),
                       self.to.extent(self.program[each.left].axes), Formula(each.scale),
                       Name(names[each.equation.lhs]),
                       accumulate if each.first else Whole(1)))
            for each in one.addends))
        call = Call("reduce_rows", (
            first, rows, AddressOf(rows_of), self.to.extent(right.axes), others,
            Whole(len(one.addends)), team.thread, team.threads, SCRATCH))
        series = Declare(rows_of.text, SERIES, self.to.series(one.right, first))
        return Computed(tuple(each.equation for each in one.addends), (series, table, Run(call)))

"""The memory of a fast function: pointers into parameters, tape, workspace, packed weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from symrnn.loops import (REAL, SIZE, Barrier, Body, Call, Declare, Expression, Formula, If, Name,
                          Pointer, Run, Scalar, Statement, Whole, total)
from symrnn.lowering.tiled_arrays import STORED, TiledArrays
from symrnn.lowering.tiled_products import EARLY, Panels
from symrnn.lowering.tiled_team import THREAD, THREADS
from symrnn.program import Delay, Span, Variable
from symrnn.schedule import Place, Plan

KEPT: dict[Place | None, str] = {
    Place.WORK: "every step", Place.CHUNK: "the steps of a chunk, then overwritten",
    Place.RING: "a step and the one before it", Place.STEP: "one step, then overwritten"}
LEFT_OUT = "in place of what the caller does not give"
UNWANTED = "in place of rows that the caller does not want"
AHEAD = "the sums of a chunk of steps, ahead or at their step"
PARITY = "parity of the last step, before the first one anything"
SCRATCH, SCRATCH_SIZE = Name("work_scratch"), Name("scratch_size")
WORK_PARITY = Name("work_parity")


@dataclass(frozen=True)
class Room:
    """One array in the workspace: its name, entries, how long it is kept, of whom."""

    name: Name
    count: Expression
    kept: str
    of: str
    note: str = ""


class Memory:
    """Declares every array of one function, and tells what the workspace needs.

    A ``streaming`` function takes one step, and has no tape.
    """

    def __init__(self, plan: Plan, arrays: TiledArrays, panels: Panels, streaming: bool) -> None:
        self.streaming = streaming
        self.plan, self.tiled, self.program = plan, arrays.tiled, arrays.schedule.program
        self.to, self.panels, self.names = arrays, panels, arrays.names

    @property
    def turning(self) -> Name | None:
        """The way through the blocks that a streaming step takes, where it has any."""
        return self.to.time if self.tiled.turns and self.streaming else None

    @property
    def rooms(self) -> list[Room]:
        """What lies in the workspace, in order, but for the scratch of each thread."""
        return [*self._values, *self._sums_ahead, *self._left_out, *self._way]

    @cached_property
    def _values(self) -> list[Room]:
        return [Room(self.to.of_block("work", one), self.to.spaced(one),
                     KEPT[self.tiled.home(one.name)], self.names[one.name], _a_row(one))
                for one in self.program.variables if self.tiled.home(one.name) in STORED]

    @cached_property
    def _sums_ahead(self) -> list[Room]:
        return [Room(name, self.to.chunk_name(chunk) * self.to.batch
                     * self.to.row_of_tile(tile.gates), AHEAD, name.text)
                for chunk in self.tiled.chunks for tile in chunk.ahead
                for name in [self.panels.ahead(tile)]]

    @cached_property
    def _way(self) -> list[Room]:
        """The parity is the last entry, where a caller who wants to clear it finds it."""
        return ([] if self.turning is None else
                [Room(WORK_PARITY, Whole(1), PARITY, self.turning.text)])

    @cached_property
    def _left_out(self) -> list[Room]:
        """What stands for states and gradients that the caller leaves out."""
        starts = [self.to.variable(one.initial) for one in self.tiled.edges]
        found = [(one, self.to.extent(one.shape), LEFT_OUT) for one in starts]
        found += [(one, self.to.extent(one.axes), UNWANTED)
                  for one in map(self.program.__getitem__, self.tiled.spare)]
        return [Room(self.to.of_block("work", one), count, kept, self.names[one.name])
                for one, count, kept in found]

    @property
    def scratch(self) -> Expression | None:
        """How many entries a thread wants for its reductions; None where there are none."""
        columns = [self.to.extent(axes) for axes in self.tiled.reduced_axes]
        return Call("scratch_for", (total(columns),)) if columns else None

    def entries(self) -> Expression:
        """Entries of the workspace without the scratch of threads."""
        return total([one.count for one in self.rooms])

    def packed_entries(self) -> Expression:
        """Entries of all panels."""
        return total([self.to.panel_entries(one.gates, one.segment.operand)
                      for one in self.tiled.packed])

    def arrays(self) -> Body:
        """Pointers to constants, and into tape, workspace and packed weights."""
        tape = () if self.streaming else self._tape()
        return (*self._constants(), *tape, *self._work(), *map(self._start, self.tiled.edges),
                *self._packed())

    def _constants(self) -> Body:
        found = []
        for one in self.program.variables:
            given = one.name in self.tiled.read_directly
            target = self.tiled.home(one.name) is Place.CALLER
            if one.span is Span.CONSTANT and (given or target):
                found.append(_array(self.to.name(one), self.to.base(one), const=given,
                                    note=f"[{', '.join(one.shape)}]",
                                    shape=self.to.shape(one.shape) or (Whole(1),)))
        return tuple(found)

    def _tape(self) -> Body:
        const = self.tiled.schedule is not self.plan.forward
        before: Expression = Name("tape")
        found = []
        for one in self.plan.saved:
            name = self.to.of_block("tape", one)
            found.append(_array(name, before, const, _a_row(one)))
            before = name + self.to.spaced(one)
        return tuple(found)

    def _work(self) -> Body:
        """Arrays side by side; scratch of threads lies behind what is computed ahead."""
        found: list[Statement] = []
        before: Expression = Name("work")
        rooms, left_out = [*self._values, *self._sums_ahead], [*self._left_out, *self._way]
        for one in rooms:
            found.append(_array(one.name, before, note=one.note))
            before = one.name + one.count
        if any(chunk.ahead for chunk in self.tiled.chunks):
            found.append(Declare(EARLY.text, SIZE, Call(
                "ahead_of", (self.to.batch, self.packed_entries()))))
        if self.scratch is not None:
            found += [_array(SCRATCH, before), Declare(SCRATCH_SIZE.text, SIZE, self.scratch)]
            before = SCRATCH + THREADS * SCRATCH_SIZE
        for one in left_out:
            found.append(_array(one.name, before))
            before = one.name + one.count
            if one.name == WORK_PARITY and self.turning is not None:
                found.append(Declare(self.turning.text, SIZE, Call("parity_of", (WORK_PARITY,))))
        return tuple(found)

    def _start(self, delay: Delay) -> Statement:
        """A pointer to the values at the edge: the caller's, or what stands in their place."""
        one = self.to.variable(delay.initial)
        given = Call("given_or", (self.to.given_or_null(one), Formula(delay.start),
                                  self.to.extent(one.shape), self.to.of_block("work", one), THREAD,
                                  THREADS))
        return _array(self.to.name(one), given, const=True)

    def _packed(self) -> Body:
        found = []
        before: Expression = Name("packed")
        for one in self.tiled.packed:
            name = self.panels.pointer(one.gates, one.segment)
            found.append(_array(name, before, const=True, of=self.to.weights))
            before = name + self.to.panel_entries(one.gates, one.segment.operand)
        return tuple(found)

    def zeros(self) -> Body:
        """Reductions that are added up row by row start at zero; without rows, all do."""
        by_rows, others = self._cleared(self.tiled.cleared), self._cleared(
            self.tiled.cleared_if_empty)
        first = THREAD.compared("==", 0)
        rows = self.to.steps * self.to.batch
        empty = If(rows.compared("==", 0), (If(first, others), Barrier()))
        return (*((If(first, by_rows), Barrier()) if by_rows else ()), *((empty,) * bool(others)))

    def _cleared(self, some: Sequence[str]) -> Body:
        found = []
        for one in map(self.program.__getitem__, some):
            whole = self.to.is_whole(one)
            count = self.to.extent(one.shape) if whole else self.to.stored(one)
            found.append(Run(Call("clear", (self.to.name(one) if whole else self.to.base(one),
                                            count))))
        return tuple(found)


def _array(name: Name, value: Expression, const: bool = False, note: str = "",
           shape: tuple[Expression, ...] | None = None, of: Scalar = REAL) -> Declare:
    return Declare(name.text, Pointer(of, const, fixed=True), value, shape, note)


def _a_row(one: Variable) -> str:
    return f"[{', '.join(one.axes)}] a row"

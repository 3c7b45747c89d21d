"""Where the values of a fast kernel live, and the address of a row of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce

from symrnn.loops import (REAL, ZERO, Aggregate, Binary, Call, Choose, Expression, Macro, Name,
                          Names, Scalar, Whole, product)
from symrnn.lowering.arrays import STREAMED, Arrays, Locals
from symrnn.program import Delay, Span, Variable
from symrnn.schedule import Order, Place, Plan, SideBySide, TiledChunk, TiledPlan, Walk

STORED = (Place.WORK, Place.RING, Place.STEP, Place.CHUNK)
LANES = Macro("LANES")
T, B = "T", "B"


@dataclass(frozen=True)
class Row:
    """What addresses depend on: the loop at hand, its step and its first row.

    ``at`` counts rows from the first step on, ``inside`` from the first of a chunk.
    """

    order: Order
    time: Expression
    sample: Expression
    at: Expression
    inside: Expression = ZERO


class TiledArrays(Arrays):
    """Rows of one tiled plan: one-axis values of our own are padded, the caller's are dense."""

    def __init__(self, plan: Plan, tiled: TiledPlan, names: Names, fields: Names, local: Locals,
                 weights: Scalar = REAL) -> None:
        super().__init__(plan, tiled.schedule, names, local, fields=fields)
        self.tiled, self.weights = tiled, weights
        self._rows: dict[str, Name] = {}

    @property
    def steps(self) -> Expression:
        """T."""
        return self.size(T)

    @property
    def batch(self) -> Expression:
        """B."""
        return self.size(B)

    def chunk_name(self, chunk: TiledChunk) -> Name:
        """The number of steps of a chunk, or of the span that it joins."""
        run = self.tiled.run_of(chunk)
        if run is not None and chunk in run.joining:
            return self.span_name(run)
        chunk = self.tiled.stack_of(chunk)[0]
        first = next(one for one in self.tiled.chunks if self.is_chunked(one))
        return Name(self.local.chunk if chunk == first else
                    self.names.derived((self, "chunk", chunk.number), "chunk"))

    def span_name(self, run: SideBySide) -> Name:
        """The number of steps of sides after which what joins them all follows."""
        return Name(self.names.derived((self, "span", run.sides[0].chunk.number), "span"))

    def span_of(self, run: SideBySide) -> Expression:
        """The same; all steps where nothing joins them."""
        return self.span_name(run) if run.joining else self.steps

    def is_chunked(self, chunk: TiledChunk) -> bool:
        """True where the number of steps of a chunk is chosen, for its loop or for memory."""
        return bool(chunk.ahead or chunk.joining or chunk.stacked)

    def steps_apart(self) -> Expression:
        """How many steps a thread takes before it meets the others.

        One where the units of a scan are a single vector, which no two threads can share.
        """
        behind, wide = self.tiled.meeting.behind, [
            self.extent((axis,)).compared(">", LANES) for axis in self.tiled.meeting.axes]
        if behind is Walk.STEP:
            return Whole(1)
        steps = self.chunk_name(behind) if isinstance(behind, TiledChunk) else self.steps
        return Choose(reduce(partial(Binary, "&&"), wide), steps, Whole(1)) if wide else steps

    @property
    def woken(self) -> bool:
        """True where threads meet so seldom that they sleep in between."""
        return self.tiled.meeting.behind is not Walk.STEP

    def is_whole(self, variable: Variable) -> bool:
        return variable.span is Span.CONSTANT

    def is_own(self, variable: Variable) -> bool:
        """True for tape and workspace, whose rows are padded."""
        return self.tiled.home(variable.name) in (*STORED, Place.TAPE)

    def is_padded(self, variable: Variable) -> bool:
        """True where whole vectors may be read and written up to the end of a row."""
        return self.is_own(variable) and self.schedule.delay_of(variable.name) is None

    def base(self, variable: Variable) -> Expression:
        home = self.tiled.home(variable.name)
        if home in STORED:
            return self.of_block("work", variable)
        return self.of_block("tape", variable) if home is Place.TAPE else super().base(variable)

    def row_name(self, size: str) -> Name:
        """The padded length of a row: ``row_m``."""
        found = self._rows.get(size)
        if found is None:
            name = self.names.derived(("row", size), f"row_{self.names.size(size)}")
            found = self._rows[size] = Name(name)
        return found

    def stride(self, variable: Variable) -> Expression:
        """Entries from one row to the next."""
        if self.is_own(variable) and len(variable.axes) == 1:
            return self.row_name(variable.axes[0])
        return self.extent(variable.axes)

    def stored(self, variable: Variable) -> Expression:
        """The number of entries in the workspace or on the tape."""
        padded = len(variable.axes) == 1 and not self.is_whole(variable)
        own = self.stride(variable) if padded else self.extent(variable.axes)
        return product([*self._front(variable), own])

    def _front(self, variable: Variable) -> tuple[Expression, ...]:
        home = self.tiled.home(variable.name)
        if home is Place.CHUNK:
            return self.chunk_name(self.tiled.chunk_of(variable.name)), self.batch
        if home is Place.RING:
            return Whole(2), self.batch
        return (self.batch,) if home is Place.STEP else self.shape(variable.shape[:variable.span])

    def spaced(self, variable: Variable) -> Expression:
        """The same, and a little more: where the next may begin."""
        return Call("spaced", (self.stored(variable),))

    def rows(self, variable: Variable, row: Row) -> tuple[Expression, Expression]:
        """The address of the first of some rows, and the stride from one to the next."""
        delay = self.schedule.delay_of(variable.name)
        if delay is not None:
            return self.delayed_rows(delay, row)
        at = row.inside if self.tiled.home(variable.name) is Place.CHUNK else row.at
        there, stride = self.there(variable, row.time, at, row.sample), self.stride(variable)
        if variable.name not in self.tiled.spare:
            return there, stride
        wanted, room = self.wanted(variable), self.of_block("work", variable)
        assert wanted is not None  # every row into one that nobody reads
        return Choose(wanted, there, room), Choose(wanted, stride, ZERO)

    def wanted(self, variable: Variable) -> Expression | None:
        """The condition under which the caller wants a gradient; None for all other values."""
        if not self.schedule.is_optional(variable):
            return None
        return (self.name(variable) if self.is_whole(variable) else self.base(variable)).is_given

    def there(self, variable: Variable, time: Expression, at: Expression, sample: Expression
              ) -> Expression:
        """The address of a row: ``tape_c + (t * B + begin) * row_m``."""
        place = self.tiled.home(variable.name)
        if place is Place.RING:
            at = (time & 1) * self.batch + sample
        elif place is Place.STEP or variable.span is Span.BATCH:
            at = sample
        return self.base(variable) + at * self.stride(variable)

    def delayed_rows(self, delay: Delay, row: Row) -> tuple[Expression, Expression]:
        """Rows one step back in the order of the scan, or those at its edge."""
        source, edge = self.variable(delay.source), self.variable(delay.initial)
        later, batch, last = delay.step < 0, self.batch, (self.steps - 1) * self.batch
        inside, sample = (self._behind_first_rows(row, later), row.at - last if later else row.at) \
            if row.order is Order.ALL else (self._behind_first_step(row, later), row.sample)
        there = (self.there(source, row.time + 1, row.at + batch, row.sample) if later else
                 self.there(source, row.time - 1, row.at - batch, row.sample))
        here = self.there(edge, row.time, row.at, sample)
        strides = self.stride(source), self.stride(edge)
        both = strides[0] if strides[0] == strides[1] else Choose(inside, *strides)
        return Choose(inside, there, here), both

    def _behind_first_rows(self, row: Row, later: bool) -> Expression:
        last = (self.steps - 1) * self.batch
        return row.at.compared("<", last) if later else row.at.compared(">=", self.batch)

    def _behind_first_step(self, row: Row, later: bool) -> Expression:
        return ((row.time + 1).compared("<", self.steps) if later
                else row.time.compared(">", 0))

    def series(self, name: str, first: Expression) -> Aggregate:
        """All rows of a value, for a reduction: inner, edge, strides, where the edge is, origin.

        The origin is the ``first`` row of the chunk for what lives there.
        """
        variable, delay = self.variable(name), self.schedule.delay_of(name)
        if delay is None:
            origin = first if self.tiled.home(name) is Place.CHUNK else ZERO
            return Aggregate((self.base(variable), ZERO, self.stride(variable), ZERO, ZERO, ZERO,
                              origin))
        source, edge = self.variable(delay.source), self.variable(delay.initial)
        inner, start = self.base(source), ZERO
        if delay.step < 0:
            inner = inner + Binary(">", self.steps, ZERO) * self.batch * self.stride(source)
            start = (self.steps - 1) * self.batch
        return Aggregate((inner, self.base(edge), self.stride(source), self.stride(edge), start,
                          self.batch, ZERO))

    def padded(self, axes: tuple[str, ...]) -> Expression:
        """The units of all blocks: ``round_up(m, LANES)``."""
        return Call("round_up", (self.extent(axes), LANES))

    def panel_entries(self, gates: tuple[str, ...], operand: str) -> Expression:
        """Entries of the panels of some gates for one operand; of a narrow type with scales."""
        axes = self.schedule.program[gates[0]].axes
        entries = self.extent(self.schedule.program[operand].axes)
        if self.weights.stored:
            entries = Call("weight_depth", (entries,))
        return Whole(len(gates)) * self.padded(axes) * entries

    def row_of_tile(self, gates: tuple[str, ...]) -> Expression:
        """Entries of one row of the sums of a tile in all blocks."""
        return Whole(len(gates)) * self.padded(self.schedule.program[gates[0]].axes)


class StepTiledArrays(TiledArrays):
    """Rows of one streaming step: the states before it are given, all else is the step's own."""

    struct_by_role = STREAMED
    woken = True

    def steps_apart(self) -> Expression:
        return Whole(1)

    def there(self, variable: Variable, time: Expression, at: Expression, sample: Expression
              ) -> Expression:
        return self.base(variable) + sample * self.stride(variable)

    def delayed_rows(self, delay: Delay, row: Row) -> tuple[Expression, Expression]:
        edge = self.variable(delay.initial)
        return self.there(edge, ZERO, ZERO, row.sample), self.stride(edge)



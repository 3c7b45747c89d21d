"""Where the values of a fast kernel live, and the address of a row of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.backends.c_addresses import Addresses, fixed
from symrnn.backends.c_math import CPrinter
from symrnn.loops.scope import Names
from symrnn.lowering import STREAMED, Locals
from symrnn.program import Delay, Span, Variable
from symrnn.schedule import Order, Place, Plan, TiledChunk, TiledPlan

STORED = (Place.WORK, Place.RING, Place.STEP, Place.CHUNK)


@dataclass(frozen=True)
class Row:
    """What addresses depend on: the loop at hand and the texts of its step and first row.

    ``at`` counts rows from the first step on, ``inside`` from the first of a chunk.
    """

    order: Order
    time: str
    sample: str
    at: str
    inside: str = ""


class Layout(Addresses):
    """Rows of one tiled plan: one-axis values of our own are padded, the caller's are dense."""

    def __init__(self, plan: Plan, tiled: TiledPlan, names: Names, fields: Names, local: Locals,
                 printer: CPrinter) -> None:
        super().__init__(plan, tiled.schedule, names, local, printer)
        self.tiled = tiled
        self.fields = fields
        self.padded_sizes: dict[str, None] = {}
        self.chunk_names: dict[int, str] = {}

    def field(self, variable: Variable) -> str:
        for delay in self.plan.program.delays:
            if variable.name in (delay.initial, delay.final):
                return self.fields[delay.source]
        return self.fields[variable.name]

    def fixed(self, size: str) -> str:
        return fixed(self.fields, self.printer.prefix, size)

    def chunk_name(self, chunk: TiledChunk) -> str:
        """The name of the number of steps of a chunk."""
        if chunk.number not in self.chunk_names:
            first = not self.chunk_names
            self.chunk_names[chunk.number] = (self.local.chunk if first
                                              else self.names.fresh("chunk"))
        return self.chunk_names[chunk.number]

    def is_whole(self, variable: Variable) -> bool:
        return variable.span is Span.CONSTANT

    def is_own(self, variable: Variable) -> bool:
        """True for tape and workspace, whose rows are padded."""
        return self.tiled.home(variable.name) in (*STORED, Place.TAPE)

    def base(self, variable: Variable) -> str:
        if self.tiled.home(variable.name) in STORED:
            return self.block_name("work", variable)
        if self.tiled.home(variable.name) is Place.TAPE:
            return self.block_name("tape", variable)
        return super().base(variable)

    def stride(self, variable: Variable) -> str:
        """Entries from one row to the next."""
        if self.is_own(variable) and len(variable.axes) == 1:
            self.padded_sizes[variable.axes[0]] = None
            return self.row_name(variable.axes[0])
        return self.extent(variable.axes)

    def row_name(self, size: str) -> str:
        """The name of the padded length of a row: ``row_m``."""
        self.printer.extent(size)
        return self.names.derived(("row", size), f"row_{self.names.size(size)}")

    def stored(self, variable: Variable) -> str:
        """The number of entries in the workspace or on the tape."""
        padded = len(variable.axes) == 1 and not self.is_whole(variable)
        own = self.stride(variable) if padded else self.extent(variable.axes)
        front: tuple[str, ...] = variable.shape[:variable.span]
        home = self.tiled.home(variable.name)
        if home is Place.CHUNK:
            front = (self.chunk_name(self.tiled.chunk_of(variable.name)), "B")
        elif home in (Place.RING, Place.STEP):
            front = ("2", "B") if home is Place.RING else ("B",)
        self.printer.used_sizes |= {one for one in front if one in "TB"}
        return " * ".join([*front, own])

    def spaced(self, variable: Variable) -> str:
        """The same, and a little more: where the next may begin."""
        return f"spaced({self.stored(variable)})"

    def rows(self, variable: Variable, row: Row) -> tuple[str, str]:
        """The address of the first of some rows, and the stride from one to the next."""
        delay = self.schedule.delay_of(variable.name)
        if delay is not None:
            return self._delayed_rows(delay, row)
        at = row.inside if self.tiled.home(variable.name) is Place.CHUNK else row.at
        there, stride = self._there(variable, row.time, at, row.sample), self.stride(variable)
        if variable.name in self.tiled.spare:  # every row into one that nobody reads
            wanted, room = self.wanted(variable), self.block_name("work", variable)
            return f"{wanted} ? {there} : {room}", f"{wanted} ? {stride} : 0"
        return there, stride

    def wanted(self, variable: Variable) -> str:
        """The condition under which the caller wants a gradient; nothing for all other values."""
        if not self.schedule.is_optional(variable):
            return ""
        whole = self.is_whole(variable)
        return f"{self.names[variable.name] if whole else self.base(variable)} != NULL"

    def _there(self, variable: Variable, time: str, at: str, sample: str) -> str:
        place = self.tiled.home(variable.name)
        if place is Place.RING:
            at = f"(({time} & 1) * B + {sample})"
        elif place is Place.STEP or variable.span is Span.BATCH:
            at = sample
        return f"{self.base(variable)} + {at} * {self._factor(self.stride(variable))}"

    @staticmethod
    def _factor(text: str) -> str:
        return f"({text})" if " " in text else text

    def _delayed_rows(self, delay: Delay, row: Row) -> tuple[str, str]:
        self.printer.used_sizes |= {"T", "B"}
        source, edge = self.variable(delay.source), self.variable(delay.initial)
        later = delay.step < 0
        if row.order is Order.ALL:
            inside = f"{row.at} < (T - 1) * B" if later else f"{row.at} >= B"
            sample = f"({row.at} - (T - 1) * B)" if later else row.at
        else:
            inside = f"{row.time} + 1 < T" if later else f"{row.time} > 0"
            sample = row.sample
        sign = "+" if later else "-"
        there = self._there(source, f"({row.time} {sign} 1)", f"({row.at} {sign} B)", row.sample)
        here = self._there(edge, row.time, row.at, sample)
        strides = self.stride(source), self.stride(edge)
        both = strides[0] if strides[0] == strides[1] else f"{inside} ? {strides[0]} : {strides[1]}"
        return f"{inside} ? {there} : {here}", both

    def is_padded(self, variable: Variable) -> bool:
        """True where whole vectors may be read and written up to the end of a row."""
        return self.is_own(variable) and self.schedule.delay_of(variable.name) is None

    def series(self, name: str, first: str) -> str:
        """All rows of a value, for a total: ``{inner, edge, strides, where the edge is, origin}``.

        The origin is the ``first`` row of the chunk for what lives there.
        """
        variable, delay = self.variable(name), self.schedule.delay_of(name)
        if delay is None:
            origin = first if self.tiled.home(name) is Place.CHUNK else "0"
            return f"{{{self.base(variable)}, 0, {self.stride(variable)}, 0, 0, 0, {origin}}}"
        source, edge = self.variable(delay.source), self.variable(delay.initial)
        shift, start = (" + (T > 0) * B * " + self.stride(source), "(T - 1) * B") \
            if delay.step < 0 else ("", "0")
        return (f"{{{self.base(source)}{shift}, {self.base(edge)}, {self.stride(source)}, "
                f"{self.stride(edge)}, {start}, B, 0}}")


class StepLayout(Layout):
    """Rows of one streaming step: the states before it are given, all else is the step's own."""

    holder_by_role = STREAMED

    def _there(self, variable: Variable, time: str, at: str, sample: str) -> str:
        return f"{self.base(variable)} + {sample} * {self._factor(self.stride(variable))}"

    def _delayed_rows(self, delay: Delay, row: Row) -> tuple[str, str]:
        edge = self.variable(delay.initial)
        return self._there(edge, "", "", row.sample), self.stride(edge)


def entries(counts: Sequence[str]) -> str:
    """A sum of numbers of entries; those that occur twice are gathered."""
    found = {one: list(counts).count(one) for one in dict.fromkeys(counts)}
    return " + ".join(one if number == 1 else f"{number} * {one}"
                      for one, number in found.items()) or "0"

"""A schedule as the body of a fast C function: loops over time around passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_sizes import size_lines
from symrnn.loops.scope import Names
from symrnn.lowering import Locals
from symrnn.backends.simd_layout import Layout, Row, StepLayout, entries
from symrnn.backends.simd_lines import Lines, indented, nest
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.simd_memory import Memory
from symrnn.backends.simd_panels import Panels, Products
from symrnn.backends.simd_rows import RowsWriter
from symrnn.backends.simd_team import multiplications
from symrnn.backends.simd_units import UnitsWriter
from symrnn.program import Delay
from symrnn.schedule import (FusionGroup, Kind, Order, Plan, Tile, TiledChunk, TiledPlan,
                             TiledStage, Walk)

TITLE = {Order.ONCE: "once, for all steps", Order.ALL: "every step, in any order",
         Order.FORWARD: "scan forward in time", Order.REVERSE: "scan in reverse"}
EDGE = {1: "B", -1: "(T - 1) * B"}  # the first row behind the edge of a delay

@dataclass(frozen=True)
class SimdBody:
    """A function body, part by part, and the entries of its workspace and of a member's.

    ``step`` are the multiplications of one pass in a step, on average, which tell how many
    threads are worth it.
    """

    sizes: tuple[str, ...]
    arrays: tuple[str, ...]
    lines: tuple[str, ...]
    unused: tuple[str, ...]
    work: str
    scratch: str
    step: str


@dataclass(frozen=True)
class Where:
    """The rows of a pass: for passes over units and row by row; the first, how many.

    ``onto`` is the text of what is true where totals over earlier rows are there already.
    """

    units: Row
    rows: Row
    first: str
    count: str
    onto: str


class SimdWriter:
    """Writes one schedule over whole sequences."""

    layout_of: type[Layout] = Layout
    tape = True

    def __init__(self, plan: Plan, tiled: TiledPlan, names: Names, fields: Names, local: Locals,
                 prefix: str, panels: Panels | None = None) -> None:
        self.plan, self.tiled, self.program = plan, tiled, tiled.schedule.program
        self.names, self.local = names, local
        self.scalar, of_row = CPrinter(names, prefix), CPrinter(names, prefix)
        self.printer = VectorPrinter(names, prefix, of_row)
        self.scalar.used_sizes = of_row.used_sizes = self.printer.used_sizes
        of_row.used_calls = self.scalar.used_calls
        self.layout = self.layout_of(plan, tiled, names, fields, local, self.printer)
        self.panels = panels or Panels(self.program, names, self.layout)
        self.products = Products(self.program, self.layout, self.panels)
        self.units = UnitsWriter(self.program, self.layout, self.products, local, self.printer)
        self.rows = RowsWriter(self.program, self.layout, local, self.scalar)
        self.memory = Memory(plan, self.layout, self.panels)

    @property
    def scratch(self) -> str:
        """How many entries a member wants for its totals; nothing where there are none."""
        columns = [self.layout.extent(axes) for axes in self.tiled.reduced_axes]
        return f"scratch_for({' + '.join(columns)})" if columns else ""

    def write(self, arguments: Sequence[str]) -> SimdBody:
        """The body of a function with these arguments."""
        lines = [line for chunk in self.tiled.chunks for line in self.chunk(chunk)]
        lines += [line for delay in self.program.delays for line in self.edge(delay)]
        lines += self.closing()
        arrays = self.memory.arrays(self.tape, self.scratch)
        zeros = self.memory.zeros()
        self.printer.used_sizes.add("B")
        step = multiplications(self.layout)
        declared = self.size_lines()
        used = self.layout.holders | ({"sizes"} if declared else set())
        used |= {"work"} if self.memory.counts or self.scratch else set()
        used |= {"packed"} if self.tiled.packed else set()
        return SimdBody(tuple(declared), tuple(arrays), tuple(indented([*zeros, *lines])),
                        tuple(one for one in arguments if one not in used),
                        entries(self.memory.counts), self.scratch, step)

    def closing(self) -> Lines:
        """What comes last."""
        return []

    def plain_sizes(self) -> Lines:
        """Local names for sizes."""
        return list(size_lines(self.plan, self.layout))

    def size_lines(self) -> Lines:
        """Local names for sizes, for the lengths of padded rows and for the steps of chunks."""
        lines, chunks = self.plain_sizes(), self.memory.chunk_lines()
        for one in self.layout.padded_sizes:
            lines.append(f"const size_t {self.layout.row_name(one)} = "
                         f"padded({self.layout.extent((one,))});")
        return lines + chunks

    def chunk(self, chunk: TiledChunk) -> Lines:
        """A stage, and those that join it chunk by chunk."""
        stage, title = chunk.stage, ["", f"/* {TITLE[chunk.stage.order]} */"]
        if stage.walk is Walk.ONCE:
            return [*title, *self.rows.once(stage.equations), "BARRIER"]
        self.printer.used_sizes |= {"T", "B"}
        every_row = self._over("0", "T * B", "0")
        if stage.walk is Walk.ROWS:
            return [*title, *self._groups(stage.groups, every_row)]
        by_chunks = stage.walk is Walk.CHUNKS
        lines = self._by_chunks(chunk) if by_chunks else self._scan(stage, "0", "T")
        after = [] if chunk.joining else self._groups(stage.after, every_row)
        return [*title, *lines, *after]

    def _by_chunks(self, chunk: TiledChunk) -> Lines:
        """The loop over chunks: what needs no state, the scan, what follows from it."""
        stage, at_once = chunk.stage, self.layout.chunk_name(chunk)
        first = "T - done - steps" if stage.order is Order.REVERSE else "done"
        lines = [f"const size_t steps = least({at_once}, T - done), first = {first};"]
        for one in stage.groups:
            for tile in one.tiles:
                lines += self._compute_ahead(one, tile) if tile.ahead else []
        lines += self._scan(stage, "first", "steps")
        where = self._over("first * B", "steps * B", "done > 0")
        lines += self._groups(stage.after, where) if chunk.joining else []
        for joining in chunk.joining:
            lines += ["", f"/* {TITLE[joining.order]} */", *self._groups(joining.groups, where)]
        return nest(f"for (size_t done = 0; done < T; done += {at_once})", lines)

    def _over(self, first: str, count: str, onto: str) -> Where:
        """Rows from ``first`` on, in any order; ``onto`` is true where others came before."""
        s = self.local.sample
        begin, sample = ("begin", s) if first == "0" else (f"({first} + begin)", f"({first} + {s})")
        return Where(Row(Order.ALL, "", "begin", begin, "begin"),
                     Row(Order.ALL, "", s, sample, s), first, count, onto)

    def _groups(self, some: Sequence[FusionGroup], where: Where) -> Lines:
        lines: Lines = []
        for one in some:
            if one.kind is Kind.UNITS:
                edges = self._edges(one, where.units)
                lines += [self._if_wanted(one), *indented(
                    self.units.write(one, where.units, where.count, edges)), "}"]
            elif one.kind is Kind.ROWS:
                rows = self.rows.write(one, where.rows, where.count)
                opening = self._if_wanted(one)
                lines += rows if opening == "{" else [opening, *indented(rows), "}"]
            else:
                scratch = "real *const scratch = work_scratch + member * scratch_size;"
                totals = self.rows.totals(one, where.first, where.count, where.onto)
                lines += ["{", *indented([scratch, *totals]), "}"]
            lines.append("BARRIER")
        return lines

    def _if_wanted(self, one: FusionGroup) -> str:
        """What opens a group: a condition where it gives nothing but gradients."""
        wanted = [self.layout.wanted(self.program[name]) for name in one.dispensable]
        return f"if ({' || '.join(wanted)}) {{" if wanted else "{"

    def _edges(self, one: FusionGroup, row: Row) -> Lines:
        """Rows of one round lie all before or all behind the edge of a delayed value."""
        lines: Lines = []
        for edge in [EDGE[step] for step in one.cuts]:
            lines += [f"if ({row.at} < {edge})", f"    rows = least(rows, {edge} - {row.at});"]
        return lines

    def _scan(self, stage: TiledStage, first: str, count: str) -> Lines:
        """The loop over ``count`` steps from ``first`` on."""
        t, s = self.local.time, self.local.sample
        step = f"{t}" if first == "0" else f"({t} - {first})"
        where = Where(Row(stage.order, t, "begin", f"({t} * B + begin)", f"({step} * B + begin)"),
                      Row(stage.order, t, s, f"({t} * B + {s})", f"({step} * B + {s})"),
                      "", "B", "")
        end = count if first == "0" else f"{first} + {count}"
        head = f"for (size_t {t} = {end}; {t}-- > {first};)" if stage.order is Order.REVERSE \
            else f"for (size_t {t} = {first}; {t} < {end}; ++{t})"
        return nest(head, self._groups(stage.groups, where))

    def _compute_ahead(self, one: FusionGroup, tile: Tile) -> Lines:
        """The products of the next steps that need no state."""
        self.units.begin(one, Row(Order.ALL, "", "", "first * B"))
        early = tile.segments[:tile.early]
        factors = [self.layout.rows(self.program[one.operand], self.units.row) for one in early]
        into = f"{self.panels.ahead(tile)}, 0, steps * B, 0"
        call = self.products.call(one, tile, early, "steps * B", into)
        return nest("if (early)", [
            *self.products.operands(tile, early, factors), *self.units.opening(),
            f"const group some = {{{self.units.units}, vectors, from, to, 0}};", *call])

    def edge(self, delay: Delay) -> Lines:
        """The value at the last step of the scan, or at the edge before it, to the caller."""
        source, first = self.layout.variable(delay.source), self.layout.variable(delay.initial)
        last = "T - 1" if delay.step > 0 else "0"
        self.printer.used_sizes |= {"T", "B"}
        row = Row(Order.FORWARD, f"({last})", "0", f"({last}) * B")
        address, stride = self.layout.rows(source, row)
        entries_of, target = self.layout.stride(first), self._kept(delay)
        strides = stride if stride == entries_of else f"T > 0 ? {stride} : {entries_of}"
        return ["if (member == 0)", f"    copy_rows(B, {entries_of}, T > 0 ? {address} : "
                                    f"{self.layout.base(first)}, {strides}, {target});"]

    def _kept(self, delay: Delay) -> str:
        """Where the last value goes; NULL where nobody wants it."""
        return self.layout.given_or_null(self.program[delay.final])


class SimdStepWriter(SimdWriter):
    """Writes the forward schedule as one streaming step: every pass once."""

    layout_of, tape = StepLayout, False

    def chunk(self, chunk: TiledChunk) -> Lines:
        if chunk.stage.walk is Walk.ONCE:
            return super().chunk(chunk)
        t, s = self.local.time, self.local.sample
        self.printer.used_sizes |= {"B"}
        step = Where(Row(Order.FORWARD, t, "begin", "begin"), Row(Order.FORWARD, t, s, s),
                     "", "B", "")
        self.memory.turning = t if self.tiled.turns else ""
        return self._groups(chunk.stage.groups, step)

    def closing(self) -> Lines:
        t = self.memory.turning
        return ["if (member == 0)", f"    *work_turn = !{t};"] if t else []

    def edge(self, delay: Delay) -> Lines:
        """The new states, written last: ``next`` may be ``state``."""
        source = self.program[delay.source]
        address, stride = self.layout.rows(source, Row(Order.FORWARD, "0", "0", "0"))
        entries_of = self.layout.extent(source.axes)
        return ["if (member == 0)",
                f"    copy_rows(B, {entries_of}, {address}, {stride}, {self._kept(delay)});"]

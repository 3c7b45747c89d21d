"""A schedule as the body of a fast C function: loops over time around passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.backends.c_addresses import Locals
from symrnn.backends.c_function import size_lines
from symrnn.backends.c_math import CPrinter
from symrnn.backends.names import Names
from symrnn.backends.simd_layout import Layout, Row, StepLayout, entries
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.simd_memory import Memory
from symrnn.backends.simd_rows import RowsWriter
from symrnn.backends.simd_units import Lines, Panels, UnitsWriter, indented, nest
from symrnn.program import Delay, Span, symbols_in_order
from symrnn.schedule import (Kind, Order, Pass, Plan, Schedule, Stage, Tile)

TITLE = {Order.ONCE: "once, for all steps", Order.ALL: "every step, in any order",
         Order.FORWARD: "scan forward in time", Order.REVERSE: "scan in reverse"}



@dataclass(frozen=True)
class SimdBody:
    """A function body, part by part, and the entries of its workspace and of a member's."""

    sizes: tuple[str, ...]
    arrays: tuple[str, ...]
    lines: tuple[str, ...]
    unused: tuple[str, ...]
    work: str
    scratch: bool


class SimdWriter:
    """Writes one schedule over whole sequences."""

    layout_of: type[Layout] = Layout
    tape = True

    def __init__(self, plan: Plan, schedule: Schedule, names: Names, fields: Names, local: Locals,
                 prefix: str, panels: Panels | None = None) -> None:
        self.plan, self.schedule, self.program = plan, schedule, schedule.program
        self.names, self.local = names, local
        self.printer, self.scalar = VectorPrinter(names, prefix), CPrinter(names, prefix)
        self.scalar.used_sizes = self.printer.used_sizes
        self.layout = self.layout_of(plan, schedule, names, fields, local, self.printer)
        self.panels = panels or Panels(self.program, names, self.layout)
        self.units = UnitsWriter(self.program, self.layout, self.panels, local, self.printer)
        self.rows = RowsWriter(self.program, self.layout, local, self.scalar)
        self.memory = Memory(plan, schedule, self.layout, self.panels)
        self.scratch = False

    def write(self, arguments: Sequence[str]) -> SimdBody:
        """The body of a function with these arguments."""
        lines = [line for stage in self.schedule.stages for line in self._stage(stage)]
        lines += [line for delay in self.program.delays for line in self.edge(delay)]
        arrays = self.memory.arrays(self.tape, self.scratch)
        zeros = self.memory.zeros()
        declared = self.size_lines()
        used = self.layout.holders | ({"sizes"} if declared else set())
        used |= {"work"} if self.memory.counts or self.scratch else set()
        used |= {"packed"} if self.panels.pointers else set()
        return SimdBody(tuple(declared), tuple(arrays), tuple(indented([*zeros, *lines])),
                        tuple(one for one in arguments if one not in used),
                        entries(self.memory.counts), self.scratch)

    def use(self, panels: Panels) -> None:
        """Read the packed weights of another function."""
        self.panels = self.units.panels = self.memory.panels = panels

    def size_lines(self) -> Lines:
        """Local names for sizes, and for the lengths of padded rows."""
        lines = list(size_lines(self.plan, self.layout))
        return lines + [f"const size_t {self.layout.row_name(one)} = "
                        f"padded({self.layout.extent((one,))});"
                        for one in self.layout.padded_sizes]

    def _stage(self, stage: Stage) -> Lines:
        title = ["", f"/* {TITLE[stage.order]} */"]
        if stage.order is Order.ONCE:
            return [*title, *self.rows.once(stage.equations), "BARRIER"]
        self.printer.used_sizes |= {"T", "B"}
        some = self.layout.passes[stage]
        if stage.order is Order.ALL and not self._by_step(stage):
            return [*title, *self._passes(stage, some, self._all())]
        loop = [one for one in some if one.kind is not Kind.TOTALS]
        last = [one for one in some if one.kind is Kind.TOTALS]
        return [*title, *self._scan(stage, loop), *self._passes(stage, last, self._all())]

    def _by_step(self, stage: Stage) -> bool:
        """True where values that do not vary over time take part, so that steps cannot merge."""
        touched = {name for one in stage.equations for name in symbols_in_order(one.rhs)}
        return any(self.program[name].span is Span.BATCH and self.program.delay_of(name) is None
                   for name in touched | set(stage.names))

    def _all(self) -> tuple[Row, Row, str]:
        s = self.local.sample
        return (Row(Order.ALL, "", "begin", "begin"), Row(Order.ALL, "", s, s), "T * B")

    def _passes(self, stage: Stage, some: Sequence[Pass], where: tuple[Row, Row, str]) -> Lines:
        units, rows, count = where
        lines: Lines = []
        for one in some:
            if one.kind is Kind.UNITS:
                lines += ["{", *indented(self.units.write(one, units, count,
                                                          self._edges(stage, one, units))), "}"]
            elif one.kind is Kind.ROWS:
                lines += self.rows.write(one, rows, count)
            else:
                self.scratch = True
                scratch = "real *const scratch = work_scratch + member * SCRATCH;"
                lines += ["{", *indented([scratch, *self.rows.totals(one)]), "}"]
            lines.append("BARRIER")
        return lines

    def _edges(self, stage: Stage, one: Pass, row: Row) -> Lines:
        """Rows of one chunk lie all before or all behind the edge of a delayed value."""
        if row.order is not Order.ALL:
            return []
        read = {name for equation in one.equations for name in symbols_in_order(equation.rhs)}
        steps = {delay.step for name in read if (delay := self.schedule.delay_of(name))}
        lines = ["if (begin < B)", "    rows = least(rows, B - begin);"] if 1 in steps else []
        if -1 in steps:
            lines += ["if (begin < (T - 1) * B)",
                      "    rows = least(rows, (T - 1) * B - begin);"]
        return lines

    def _scan(self, stage: Stage, some: Sequence[Pass]) -> Lines:
        t, s = self.local.time, self.local.sample
        ahead = [tile for one in some for tile in one.tiles if tile.ahead]
        step = (Row(stage.order, t, "begin", f"({t} * B + begin)"),
                Row(stage.order, t, s, f"({t} * B + {s})"), "B")
        body = self._passes(stage, some, step)
        reverse = stage.order is Order.REVERSE
        if not ahead:
            head = f"for (size_t {t} = T; {t}-- > 0;)" if reverse \
                else f"for (size_t {t} = 0; {t} < T; ++{t})"
            return nest(head, body)
        head = f"for (size_t {t} = first + steps; {t}-- > first;)" if reverse \
            else f"for (size_t {t} = first; {t} < first + steps; ++{t})"
        first = "T - done - steps" if reverse else "done"
        lines = [f"const size_t steps = least(ahead, T - done), first = {first};"]
        for one in some:
            for tile in one.tiles:
                lines += self._compute_ahead(one, tile) if tile.ahead else []
        at_once = [self.memory.steps_ahead(tile) for tile in ahead]
        fewest = at_once[0]
        for other in at_once[1:]:
            fewest = f"least({fewest}, {other})"
        chunk = nest("for (size_t done = 0; done < T; done += ahead)",
                     [*lines, *nest(head, body)])
        return ["{", *indented([f"const size_t ahead = {fewest};", *chunk]), "}"]

    def _compute_ahead(self, one: Pass, tile: Tile) -> Lines:
        """The products of the next steps that need no state."""
        self.units.one, self.units.row = one, Row(Order.ALL, "", "", "first * B")
        self.units.units = self.layout.extent((one.axis,))
        name, gates = self.panels.tile(tile), len(tile.gates)
        lines = [f"const size_t own = vectors_of({self.units.units}, vectors, block);"]
        early = [product for product in tile.products if product.ahead]
        for place, product in enumerate(early):
            factors = [self.layout.rows(self.program[segment.operand], self.units.row)
                       for segment in product.segments]
            into = f"{name}_ahead + block * vectors * steps * B * {gates} * LANES"
            onto = str(int(place > 0))
            lines += self.units.product(product, "steps * B", into, onto, factors)
        return ["{", *indented([*self.units.opening(), *self.units.shared(lines)]), "}"]

    def edge(self, delay: Delay) -> Lines:
        """The value at the last step of the scan goes to the caller."""
        source = self.layout.variable(delay.source)
        last = "T - 1" if delay.step > 0 else "0"
        self.printer.used_sizes |= {"T", "B"}
        row = Row(Order.FORWARD, f"({last})", "0", f"({last}) * B")
        address, stride = self.layout.rows(source, row)
        target = self.layout.base(self.program[delay.final])
        entries_of = self.layout.extent(source.axes)
        return ["if (member == 0)",
                f"    copy_rows(B, {entries_of}, {address}, {stride}, {target});"]


class SimdStepWriter(SimdWriter):
    """Writes the forward schedule as one streaming step: every pass once."""

    layout_of, tape = StepLayout, False

    def _stage(self, stage: Stage) -> Lines:
        if stage.order is Order.ONCE:
            return super()._stage(stage)
        t, s = self.local.time, self.local.sample
        self.printer.used_sizes |= {"B"}
        step = (Row(Order.FORWARD, t, "begin", "begin"), Row(Order.FORWARD, t, s, s), "B")
        some = self.layout.passes[stage]
        if any(one.operands for one in some):
            self.memory.turning = t
        return self._passes(stage, some, step)

    def edge(self, delay: Delay) -> Lines:
        """The new states, written last: ``next`` may be ``state``."""
        source = self.program[delay.source]
        address, stride = self.layout.rows(source, Row(Order.FORWARD, "0", "0", "0"))
        field = self.layout.field(self.program[delay.final])
        entries_of, target = self.layout.extent(source.axes), self.layout.holder("next")
        return ["if (member == 0)",
                f"    copy_rows(B, {entries_of}, {address}, {stride}, {target}->{field});"]

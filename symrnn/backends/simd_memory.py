"""The memory of a fast C function: pointers into parameters, tape, workspace, packed weights."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.backends.c_edges import edges, starting_value
from symrnn.backends.simd_layout import STORED, Layout, entries
from symrnn.backends.simd_lines import Lines, nest
from symrnn.backends.simd_panels import Panels
from symrnn.program import FED, Delay, Role, Span, Variable, symbols_in_order, terms
from symrnn.schedule import (Chunk, Kind, Place, Plan, Schedule, Segment, Tile, is_total,
                             weighted)

KEPT = {Place.WORK: "every step", Place.CHUNK: "the steps of a chunk, then overwritten",
        Place.RING: "a step and the one before it", Place.STEP: "one step, then overwritten"}
LEFT_OUT = "in place of what the caller does not give"
UNWANTED = "in place of rows that the caller does not want"
GIVEN = (Role.PARAMETER, *FED, Role.COTANGENT, Role.TANGENT)


class Memory:
    """Declares every array of one function; ``counts`` gathers what the workspace needs.

    ``costs`` are the names behind each count, and how long they are kept, for whoever asks.
    ``turning`` names the way through the blocks that a streaming step takes, where it has any.
    """

    def __init__(self, plan: Plan, schedule: Schedule, layout: Layout, panels: Panels) -> None:
        self.plan, self.schedule, self.program = plan, schedule, schedule.program
        self.layout, self.panels, self.names = layout, panels, layout.names
        self.counts: list[str] = []
        self.costs: dict[tuple[str, str], list[str]] = {}
        self.turning = ""

    def segments(self) -> list[tuple[tuple[str, ...], Segment, int]]:
        """Gates and an operand in the order of their panels; how many gates set a block's width."""
        found = {}
        for some in self.layout.passes.values():
            for one in some:
                most = max((len(tile.gates) for tile in one.tiles), default=0)
                for tile in one.tiles:
                    for segment in tile.segments:
                        self.panels.pointer(tile.gates, segment)
                        found[tile.gates, segment] = most
        return [(*key, found[key]) for key in self.panels.pointers]

    def packed_entries(self) -> str:
        """Entries of all panels."""
        return entries([self._panel_entries(gates, segment)
                        for gates, segment, _ in self.segments()])

    def _panel_entries(self, gates: tuple[str, ...], segment: Segment) -> str:
        axis = self.program[gates[0]].axes
        return (f"{_many(gates)}up_to({self.layout.extent(axis)}, LANES) * "
                f"{self.panels.entries(segment)}")

    def arrays(self, tape: bool, scratch: str) -> Lines:
        """Pointers to constants, and into tape, workspace and packed weights."""
        return [*self._constants(), *(self._tape() if tape else []), *self._work(scratch),
                *self._packed()]

    def _constants(self) -> Lines:
        read = {name for one in self.program.equations for name in symbols_in_order(one.rhs)}
        weights = {w.matrix for some in self.layout.passes.values() for one in some
                   for tile in one.tiles for segment in tile.segments for w in segment.weights}
        direct = self._read_directly(read, weights)
        lines = []
        for one in self.program.variables:
            given = one.name in direct and one.role in GIVEN
            target = self.layout.homes.get(one.name) is Place.CALLER
            if one.span is Span.CONSTANT and (given or target):
                const = "const " if given else ""
                lines.append(f"{const}real *const {self.names[one.name]} = "
                             f"{self.layout.base(one)}; /* [{', '.join(one.shape)}] */")
        return lines

    def _read_directly(self, read: set[str], weights: set[str]) -> set[str]:
        """Parameters that some equation reads other than from panels."""
        in_units = {equation.lhs for some in self.layout.passes.values() for one in some
                    if one.kind is Kind.UNITS for equation in one.equations}
        found = set(read - weights)
        for equation in self.program.equations:
            for term in terms(equation.rhs):
                packed = equation.lhs in in_units and weighted(self.program, term)
                found |= set() if packed else set(symbols_in_order(term))
        return found

    def _tape(self) -> Lines:
        const = "" if self.schedule is self.plan.forward else "const "
        return self._carve("tape", self.plan.saved, const)

    def _carve(self, block: str, variables: Sequence[Variable], const: str = "") -> Lines:
        lines, before = [], block
        for one in variables:
            self.layout.holder(block)
            name = self.layout.block_name(block, one)
            comment = f"/* [{', '.join(one.axes)}] a row */"
            lines.append(f"{const}real *const {name} = {before}; {comment}")
            before = f"{name} + {self.layout.spaced(one)}"
        return lines

    def _work(self, scratch: str) -> Lines:
        stored = [one for one in self.program.variables
                  if self.layout.homes.get(one.name) in STORED]
        for one in stored:
            place = self.layout.homes[one.name]
            self._cost(self.layout.spaced(one), KEPT[place], self.names[one.name])
        lines = self._carve("work", stored)
        before = "work" if not stored else (
            f"{self.layout.block_name('work', stored[-1])} + {self.layout.spaced(stored[-1])}")
        for chunk in self.layout.chunks:
            for tile in self.ahead(chunk):
                name = self.panels.ahead(tile)
                lines.append(f"real *const {name} = {before};")
                count = f"{self.layout.chunk_name(chunk)} * B * {self._tile_row(tile)}"
                self._cost(count, "the sums of a chunk of steps, ahead or at their step", name)
                before = f"{name} + {count}"
        if any(map(self.ahead, self.layout.chunks)):
            lines.append(f"const size_t early = ahead_of(B, {self.packed_entries()});")
        if scratch:
            lines += [f"real *const work_scratch = {before};",
                      f"const size_t scratch_size = {scratch};"]
            before = "work_scratch + members * scratch_size"
        if self.turning:
            self._cost("1", "which way the last step took", self.turning)
            lines += [f"real *const work_turn = {before};",
                      f"const size_t {self.turning} = way(work_turn);"]
            before = "work_turn + 1"
        return lines + self._rooms(before)

    def _rooms(self, before: str) -> Lines:
        """What stands for states and gradients that the caller leaves out comes last."""
        lines: Lines = []
        starts = [self.layout.variable(one.initial) for one in edges(self.schedule)]
        rooms = [(one, self.layout.extent(one.shape), LEFT_OUT) for one in starts]
        rooms += [(one, self.layout.extent(one.axes), UNWANTED) for one in self.layout.spare]
        for one, count, purpose in rooms:
            self.layout.holder("work")
            name = self.layout.block_name("work", one)
            lines.append(f"real *const {name} = {before};")
            self._cost(count, purpose, self.names[one.name])
            before = f"{name} + {count}"
        return lines + [self._start(delay) for delay in edges(self.schedule)]

    def _start(self, delay: Delay) -> str:
        """A pointer to the values at the edge: the caller's, or what stands in their place."""
        one = self.layout.variable(delay.initial)
        return (f"const real *const {self.names[one.name]} = given_or("
                f"{self.layout.given_or_null(one)}, {starting_value(delay)}, "
                f"{self.layout.extent(one.shape)}, {self.layout.block_name('work', one)}, "
                f"member, members);")

    def _cost(self, count: str, kept: str, name: str) -> None:
        self.counts.append(count)
        self.costs.setdefault((count, kept), []).append(name)

    def ahead(self, chunk: Chunk) -> list[Tile]:
        """Tiles that are computed for all steps of a chunk before its scan."""
        return [tile for one in self.layout.passes.get(chunk.stage, ())
                for tile in one.tiles if tile.ahead]

    def _tile_row(self, tile: Tile) -> str:
        """Entries of one row in all blocks."""
        axis = self.program[tile.gates[0]].axes
        return f"{_many(tile.gates)}up_to({self.layout.extent(axis)}, LANES)"

    def chunk_lines(self) -> Lines:
        """How many steps every chunk has: what its rows need fits in the cache."""
        return [f"const size_t {name} = {self._steps(chunk)};"
                for chunk, name in self.layout.chunk_names.items()]

    def _steps(self, chunk: Chunk) -> str:
        self.layout.printer.used_sizes |= {"T", "B"}
        rows = [self.layout.stride(self.program[name]) for name in chunk.shared]
        rows += [self._tile_row(tile) for tile in self.ahead(chunk)]
        totals = any(one.kind is Kind.TOTALS for stage in chunk.joining
                     for one in self.layout.passes[stage])
        return f"steps_{'together' if totals else 'ahead'}(T, B, {entries(rows)})"

    def _packed(self) -> Lines:
        lines, before = [], "packed"
        for key, name in self.panels.pointers.items():
            lines.append(f"const real *const {name} = {before};")
            before = f"{name} + {self._panel_entries(*key)}"
        return lines

    def zeros(self) -> Lines:
        """Totals that are added up row by row start at zero; where there are no rows, all do."""
        by_rows, others = self._cleared(totals=False), self._cleared(totals=True)
        lines = [*nest("if (member == 0)", by_rows), "BARRIER"] if by_rows else []
        if not others:
            return lines
        self.layout.printer.used_sizes |= {"T", "B"}
        return [*lines, *nest("if (T * B == 0)", [*nest("if (member == 0)", others), "BARRIER"])]

    def _cleared(self, totals: bool) -> Lines:
        """Totals set to zero: those of passes of totals, or of all other ones."""
        lines = []
        for equation in (e for some in self.layout.passes.values() for one in some
                         if (one.kind is Kind.TOTALS) == totals for e in one.equations):
            one = self.program[equation.lhs]
            if is_total(self.program, equation):
                whole = self.layout.is_whole(one)
                count = self.layout.extent(one.shape) if whole else self.layout.stored(one)
                array = self.names[one.name] if whole else self.layout.base(one)
                lines.append(f"clear({array}, {count});")
        return lines


def _many(gates: Sequence[str]) -> str:
    """``4 * `` for four gates, nothing for one."""
    return "" if len(gates) == 1 else f"{len(gates)} * "

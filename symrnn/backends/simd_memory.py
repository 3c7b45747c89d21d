"""The memory of a fast C function: pointers into parameters, tape, workspace, packed weights."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.backends.c_edges import starting_value
from symrnn.backends.simd_layout import STORED, Layout, entries
from symrnn.backends.simd_lines import Lines, nest
from symrnn.backends.simd_panels import Panels
from symrnn.program import Delay, Span, Variable
from symrnn.schedule import Place, Plan, Segment, Tile, TiledChunk

KEPT: dict[Place | None, str] = {
    Place.WORK: "every step", Place.CHUNK: "the steps of a chunk, then overwritten",
    Place.RING: "a step and the one before it", Place.STEP: "one step, then overwritten"}
LEFT_OUT = "in place of what the caller does not give"
UNWANTED = "in place of rows that the caller does not want"


class Memory:
    """Declares every array of one function; ``counts`` gathers what the workspace needs.

    ``costs`` are the names behind each count, and how long they are kept, for whoever asks.
    ``turning`` names the way through the blocks that a streaming step takes, where it has any.
    """

    def __init__(self, plan: Plan, layout: Layout, panels: Panels) -> None:
        self.plan, self.tiled, self.program = plan, layout.tiled, layout.schedule.program
        self.layout, self.panels, self.names = layout, panels, layout.names
        self.counts: list[str] = []
        self.costs: dict[tuple[str, str], list[str]] = {}
        self.turning = ""

    def packed_entries(self) -> str:
        """Entries of all panels."""
        return entries([self._panel_entries(one.gates, one.segment)
                        for one in self.tiled.packed])

    def _panel_entries(self, gates: tuple[str, ...], segment: Segment) -> str:
        axis = self.program[gates[0]].axes
        return (f"{_many(gates)}up_to({self.layout.extent(axis)}, LANES) * "
                f"{self.panels.entries(segment)}")

    def arrays(self, tape: bool, scratch: str) -> Lines:
        """Pointers to constants, and into tape, workspace and packed weights."""
        return [*self._constants(), *(self._tape() if tape else []), *self._work(scratch),
                *self._packed()]

    def _constants(self) -> Lines:
        lines = []
        for one in self.program.variables:
            given = one.name in self.tiled.read_directly
            target = self.tiled.home(one.name) is Place.CALLER
            if one.span is Span.CONSTANT and (given or target):
                const = "const " if given else ""
                lines.append(f"{const}real *const {self.names[one.name]} = "
                             f"{self.layout.base(one)}; /* [{', '.join(one.shape)}] */")
        return lines

    def _tape(self) -> Lines:
        const = "" if self.tiled.schedule is self.plan.forward else "const "
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
                  if self.tiled.home(one.name) in STORED]
        for one in stored:
            self._cost(self.layout.spaced(one), KEPT[self.tiled.home(one.name)],
                       self.names[one.name])
        lines = self._carve("work", stored)
        before = "work" if not stored else (
            f"{self.layout.block_name('work', stored[-1])} + {self.layout.spaced(stored[-1])}")
        for chunk in self.tiled.chunks:
            for tile in chunk.ahead:
                name = self.panels.ahead(tile)
                lines.append(f"real *const {name} = {before};")
                count = f"{self.layout.chunk_name(chunk)} * B * {self._tile_row(tile)}"
                self._cost(count, "the sums of a chunk of steps, ahead or at their step", name)
                before = f"{name} + {count}"
        if any(chunk.ahead for chunk in self.tiled.chunks):
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
        starts = [self.layout.variable(one.initial) for one in self.tiled.edges]
        rooms = [(one, self.layout.extent(one.shape), LEFT_OUT) for one in starts]
        rooms += [(one, self.layout.extent(one.axes), UNWANTED)
                  for one in map(self.program.__getitem__, self.tiled.spare)]
        for one, count, purpose in rooms:
            self.layout.holder("work")
            name = self.layout.block_name("work", one)
            lines.append(f"real *const {name} = {before};")
            self._cost(count, purpose, self.names[one.name])
            before = f"{name} + {count}"
        return lines + [self._start(delay) for delay in self.tiled.edges]

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

    def _tile_row(self, tile: Tile) -> str:
        """Entries of one row in all blocks."""
        axis = self.program[tile.gates[0]].axes
        return f"{_many(tile.gates)}up_to({self.layout.extent(axis)}, LANES)"

    def chunk_lines(self) -> Lines:
        """How many steps every chunk has: what its rows need fits in the cache."""
        return [f"const size_t {name} = {self._steps(self.tiled.chunks[number])};"
                for number, name in self.layout.chunk_names.items()]

    def _steps(self, chunk: TiledChunk) -> str:
        self.layout.printer.used_sizes |= {"T", "B"}
        rows = [self.layout.stride(self.program[name]) for name in chunk.shared]
        rows += [self._tile_row(tile) for tile in chunk.ahead]
        return f"steps_{'together' if chunk.reduces else 'ahead'}(T, B, {entries(rows)})"

    def _packed(self) -> Lines:
        lines, before = [], "packed"
        for one in self.tiled.packed:
            name = self.panels.pointer(one.gates, one.segment)
            lines.append(f"const real *const {name} = {before};")
            before = f"{name} + {self._panel_entries(one.gates, one.segment)}"
        return lines

    def zeros(self) -> Lines:
        """Totals that are added up row by row start at zero; where there are no rows, all do."""
        by_rows = self._cleared(self.tiled.cleared)
        others = self._cleared(self.tiled.cleared_if_empty)
        lines = [*nest("if (member == 0)", by_rows), "BARRIER"] if by_rows else []
        if not others:
            return lines
        self.layout.printer.used_sizes |= {"T", "B"}
        return [*lines, *nest("if (T * B == 0)", [*nest("if (member == 0)", others), "BARRIER"])]

    def _cleared(self, names: Sequence[str]) -> Lines:
        lines = []
        for one in map(self.program.__getitem__, names):
            whole = self.layout.is_whole(one)
            count = self.layout.extent(one.shape) if whole else self.layout.stored(one)
            lines.append(f"clear({self.names[one.name] if whole else self.layout.base(one)}, "
                         f"{count});")
        return lines


def _many(gates: Sequence[str]) -> str:
    """``4 * `` for four gates, nothing for one."""
    return "" if len(gates) == 1 else f"{len(gates)} * "

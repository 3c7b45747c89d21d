"""A pass over blocks of units, in C: products into a tile, then equations on its vectors."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.backends.simd_layout import Layout, Row
from symrnn.backends.simd_lines import Lines, nest
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.simd_panels import Products
from symrnn.backends.text import TextPrinter
from symrnn.lowering import Locals
from symrnn.program import Program, Variable
from symrnn.schedule import FusionGroup, Nest, Place, Statement, Tile, UnitLoop


class UnitsWriter:
    """Writes one pass over blocks of units."""

    def __init__(self, program: Program, layout: Layout, products: Products, local: Locals,
                 printer: VectorPrinter) -> None:
        self.program, self.layout, self.products, self.local = program, layout, products, local
        self.names, self.text, self.printer = layout.names, TextPrinter(program), printer

    def write(self, one: FusionGroup, row: Row, rows: str, edges: Sequence[str]) -> Lines:
        """The group over ``rows`` rows, cut where the addresses of delayed values change."""
        self.begin(one, row)
        head = f"for (size_t {row.sample} = 0, rows; {row.sample} < {rows}; {row.sample} += rows)"
        lines = [f"rows = even_part({rows} - {row.sample}, ROWS_AT_ONCE);", *edges]
        lines += [*self._pointers(), *self._operands(), *self._nest()]
        return [*self.opening(), *nest(head, lines)]

    def begin(self, one: FusionGroup, row: Row) -> None:
        """Turn to a group, whose first row is ``row``."""
        self.one, self.row, self.units = one, row, self.layout.extent((one.axis,))
        self.printer.elements = {each.name: self._vector(each) for each in self.program.variables
                                 if self.layout.is_whole(each)}
        self.printer.of_row.elements = {
            name: self._vector(self.program[name]) for loop in one.loops
            for name in (*loop.constants, *loop.of_row) if not self.program[name].axes}

    def _nest(self) -> Lines:
        """The loops over blocks, units and rows."""
        if self.one.nest is Nest.BATCHES:
            return self._by_batches()
        (loop,) = self.one.loops
        if self.one.nest is Nest.BLOCKS:
            return self.shared([self._own(), *self._loop(loop)])
        return self._by_rows(loop)

    def opening(self) -> Lines:
        vectors = f"MOST_VECTORS({self.one.gates})" if self.one.gates else "1"
        return [f"const size_t vectors = {vectors}, count = blocks({self.units}, vectors);",
                "const size_t from = share_from(count, member, members);",
                "const size_t to = share_from(count, member + 1, members);"]

    def _pointers(self) -> Lines:
        lines = []
        for variable in map(self.program.__getitem__, self.one.rows):
            address, stride = self.layout.rows(variable, self.row)
            const = "" if variable.name in self.one.names else "const "
            lines.append(f"{const}real *const {self._rows(variable)} = {address};")
            if "?" in stride:
                lines.append(f"const size_t {self._stride_name(variable)} = {stride};")
        return lines

    def _rows(self, variable: Variable) -> str:
        return self.names.beside(variable.name, after="_rows")

    def _stride_name(self, variable: Variable) -> str:
        return self.names.beside(variable.name, after="_stride")

    def _stride(self, variable: Variable) -> str:
        stride = self.layout.rows(variable, self.row)[1]
        return self._stride_name(variable) if "?" in stride else stride

    def shared(self, lines: Sequence[str]) -> Lines:
        """The loop over this member's blocks."""
        return nest("for (size_t block = from; block < to; ++block)", lines)

    def _own(self) -> str:
        """How many vectors of units a block has."""
        return f"const size_t own = vectors_of({self.units}, vectors, block);"

    def _by_batches(self) -> Lines:
        """Some blocks at a time: the products of all of them, then every loop over their units."""
        lines = ["end = least(to, turn + blocks_together(rows));", *self._group_of_turn(),
                 *(self._sums_of_group(tile) for tile in self.one.tiles if not tile.ahead),
                 *map(self._kept_of_group, self.one.kept), *self._products()]
        for place, loop in enumerate(self.one.loops):
            lines += ["", "/* what waits for functions above */"] if place else [""]
            tiles = [self.one.tiles[number] for number in loop.tiles]
            lines += nest("for (size_t block = some.low; block < some.high; ++block)",
                          [self._own(), *map(self._reached, tiles), *self._loop(loop)])
        return nest("for (size_t turn = from, end; turn < to; turn = end)", lines)

    def _loop(self, loop: UnitLoop) -> Lines:
        """Unit by unit all rows."""
        s = self.local.sample
        row = [*self._loads(loop.of_row), *self._row_of_units(loop)]
        inner = nest(f"for (size_t {s} = 0; {s} < rows; ++{s})", row)
        units = self._unit("v", [*self._loads(loop.constants), *self._accumulators(loop),
                                 *inner, *self._sums(loop)])
        return nest("for (size_t v = 0; v < own; ++v)", units)

    def _group_of_turn(self) -> Lines:
        """The blocks at a time.

        A scan takes them in reverse at every other step: what the step before read last is
        still in the cache.
        """
        if not self.one.serpentine:
            return [f"const group some = {{{self.units}, vectors, turn, end, 0}};"]
        back = f"{self.local.time} & 1"
        return [f"const size_t low = {back} ? from + to - end : turn;",
                f"const group some = {{{self.units}, vectors, low, low + end - turn, {back}}};"]

    def _by_rows(self, loop: UnitLoop) -> Lines:
        """Row by row where no product and no sum ties the rows together."""
        s = self.local.sample
        lines = self._unit("0", [*self._loads(loop.constants), *self._row_of_units(loop)])
        row = [*self._loads(loop.of_row), *self.shared(lines)]
        return nest(f"for (size_t {s} = 0; {s} < rows; ++{s})", row)

    def _unit(self, vector: str, lines: Lines) -> Lines:
        """Lines behind the number of their first unit, and of the units from there on."""
        j = self.local.indices[0]
        place = f"(block * vectors + {vector})" if vector != "0" else "block"
        left = f", left = {self.units} - {j}" if any(" left)" in line for line in lines) else ""
        return [f"const size_t {j} = {place} * LANES{left};", *lines]

    def _products(self) -> Lines:
        """The products of these blocks; as it runs, those that were computed ahead are left out."""
        lines: Lines = []
        for tile in self.one.tiles:
            t, panels = self.local.time, self.products.panels
            into = f"{panels.ahead(tile)}, 0, steps * B, ({t} - first) * B + {self.row.sample}" \
                if tile.ahead else f"{panels.group(tile)}, some.low, rows, 0"
            lines += ["", *self.products.call(self.one, tile, tile.segments, "rows", into,
                                             tile.early)]
        return lines

    def _operands(self) -> Lines:
        """The operands of all products, which are the same for every block."""
        lines: Lines = []
        for tile in self.one.tiles:
            operands = [self.program[one.operand] for one in tile.segments]
            factors = [(self._rows(one), self._stride(one)) for one in operands]
            lines += self.products.operands(tile, tile.segments, factors)
        return lines

    def _tile(self, tile: Tile) -> str:
        return self.products.panels.tile(tile)

    def _sums_of_group(self, tile: Tile) -> str:
        """The sums of all blocks at a time."""
        name, gates = self.products.panels.group(tile), len(tile.gates)
        return (f"ALIGNED real {name}[ROWS_AT_ONCE * {gates} * "
                f"MOST_VECTORS({self.one.gates}) * LANES];")

    def _reached(self, tile: Tile) -> str:
        """The sums of one block: those of this step where they were computed ahead."""
        t, panels, gates = self.local.time, self.products.panels, len(tile.gates)
        one = f"const real *const {panels.tile(tile)}"
        if not tile.ahead:
            return (f"{one} = {panels.group(tile)} + (block - some.low) * vectors * rows * {gates} "
                    f"* LANES;")
        return (f"{one} = {panels.ahead(tile)} + (block * vectors * steps * B + "
                f"(({t} - first) * B + {self.row.sample}) * own) * {gates} * LANES;")

    def _load(self, variable: Variable) -> str:
        name, j = self.names[variable.name], self.local.indices[0]
        if self.layout.is_whole(variable):
            if not variable.axes:
                return f"const real {self._vector(variable)} = {name}[0];"
            return f"const vec {self._vector(variable)} = load_part({name} + {j}, left);"
        if not variable.axes:
            place = self._times(self._stride(variable)).removeprefix(" + ")
            return f"const real {self._vector(variable)} = {self._rows(variable)}[{place}];"
        if variable.name in self.one.kept:
            return f"const vec {self._vector(variable)} = load({self._kept_at(variable)});"
        at = f"{self._rows(variable)}{self._times(self._stride(variable))}"
        whole = self.layout.is_padded(variable)
        value = f"load({at} + {j})" if whole else f"load_part({at} + {j}, left)"
        return f"const vec {self._vector(variable)} = {value};"

    def _vector(self, variable: Variable) -> str:
        if self.layout.is_whole(variable):
            return self.names.beside(variable.name, after="_here")
        return self.names[variable.name]

    def _times(self, stride: str) -> str:
        """``+ s * row_m``."""
        factor, s = f"({stride})" if " " in stride else stride, self.local.sample
        return f" + {s}" if stride == "1" else f" + {s} * {factor}"

    def _accumulators(self, loop: UnitLoop) -> Lines:
        return [f"vec {self._vector(self.program[one.lhs])} = {{0}};" for one in loop.reductions]

    def _sums(self, loop: UnitLoop) -> Lines:
        j, lines = self.local.indices[0], []
        for one in loop.reductions:
            name, here = self.names[one.lhs], self._vector(self.program[one.lhs])
            sum_ = f"store_part({name} + {j}, load_part({name} + {j}, left) + {here}, left);"
            wanted = self.layout.wanted(self.program[one.lhs])
            lines += [f"if ({wanted})", f"    {sum_}"] if wanted else [sum_]
        return lines

    def _row_of_units(self, loop: UnitLoop) -> Lines:
        """Equations for the units of one vector in one row."""
        lines = self._loads(loop.of_unit)
        for one in loop.statements:
            lines += ["", f"/* {self.text.comment(one.equation)} */", *self._statement(one)]
        return lines

    def _loads(self, names: Sequence[str]) -> Lines:
        """Vectors of units, or numbers."""
        return [self._load(self.program[name]) for name in names]

    def _kept_of_group(self, variable: str) -> str:
        """Its vectors for all rows of all blocks at a time."""
        name = self.products.panels.kept(variable)
        return f"ALIGNED real {name}[ROWS_AT_ONCE * MOST_VECTORS({self.one.gates}) * LANES];"

    def _kept_at(self, variable: Variable) -> str:
        name, s = self.products.panels.kept(variable.name), self.local.sample
        return f"{name} + (((block - some.low) * vectors + v) * rows + {s}) * LANES"

    def _statement(self, one: Statement) -> Lines:
        lhs, s, sums = self.program[one.equation.lhs], self.local.sample, []
        for each in one.sums:
            tile = self.one.tiles[each.tile]
            place = f"({s} * {len(tile.gates)} + {each.gate}) * own + v"
            sums.append(f"load({self._tile(tile)} + ({place}) * LANES)")
        text = self.printer.right_hand_side(one.equation, sums, one.rest)
        if one.reduces:
            return [f"{self._vector(lhs)} += {text};"]
        return [f"const vec {self.names[lhs.name]} = {text};", *self._store(lhs)]

    def _store(self, lhs: Variable) -> Lines:
        if lhs.name in self.one.kept:
            return [f"store({self._kept_at(lhs)}, {self.names[lhs.name]});"]
        if self.layout.tiled.home(lhs.name) is Place.REGISTER:
            return []
        name, j = self.names[lhs.name], self.local.indices[0]
        at = f"{self._rows(lhs)}{self._times(self._stride(lhs))} + {j}"
        if self.layout.is_padded(lhs):
            return [f"store({at}, {name});"]
        return [f"store_part({at}, {name}, left);"]

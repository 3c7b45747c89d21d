"""A pass over blocks of units, in C: products into a tile, then equations on its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symrnn.backends.c_addresses import Locals
from symrnn.backends.names import Names
from symrnn.backends.simd_layout import Layout, Row, entries
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.text import TextPrinter
from symrnn.program import Equation, Program, Variable, symbols_in_order, terms
from symrnn.schedule import Pass, Product, Tile, is_total, weighted

Lines = list[str]


def indented(lines: Sequence[str], levels: int = 1) -> Lines:
    """Lines further to the right; empty ones stay empty."""
    return [" " * (4 * levels) + line if line else "" for line in lines]


def nest(head: str, lines: Sequence[str]) -> Lines:
    """A loop around lines."""
    return [f"{head} {{", *indented(lines), "}"]


class Panels:
    """Where the packed weights of every product begin, and the names of tiles."""

    def __init__(self, program: Program, names: Names, layout: Layout) -> None:
        self.program, self.names, self.layout = program, names, layout
        self.pointers: dict[Product, str] = {}
        self.tiles: dict[Tile, str] = {}

    def pointer(self, product: Product) -> str:
        """The name of the first panel of a product."""
        key = replace(product, ahead=False)
        if key not in self.pointers:
            wish = "panels_" + self.names[product.segments[0].operand]
            self.pointers[key] = self.names.fresh(wish)
        return self.pointers[key]

    def tile(self, tile: Tile) -> str:
        """The name of the sums of a tile."""
        key = tile.at_once
        if key not in self.tiles:
            self.tiles[key] = self.names.fresh("tile_" + self.names[tile.gates[0]])
        return self.tiles[key]

    def entries(self, product: Product) -> str:
        """The entries of all operands, one behind the other."""
        text = entries([self.layout.extent(self.program[one.operand].axes)
                        for one in product.segments])
        return f"({text})" if "+" in text else text


class UnitsWriter:
    """Writes one pass over blocks of units."""

    def __init__(self, program: Program, layout: Layout, panels: Panels, local: Locals,
                 printer: VectorPrinter) -> None:
        self.program, self.layout, self.panels, self.local = program, layout, panels, local
        self.names, self.text, self.printer = layout.names, TextPrinter(program), printer

    def write(self, one: Pass, row: Row, rows: str, edges: Sequence[str]) -> Lines:
        """The pass over ``rows`` rows, cut where the addresses of delayed values change."""
        self.one, self.units = one, self.layout.extent((one.axis,))
        self.row = row
        head = f"for (size_t {row.sample} = 0, rows; {row.sample} < {rows}; {row.sample} += rows)"
        lines = [f"rows = even_part({rows} - {row.sample}, ROWS_AT_ONCE);", *edges]
        lines += self._pointers()
        body = self._by_tiles() if one.tiles or self._totals() else self._by_rows()
        return [*self.opening(), *nest(head, [*lines, *body])]

    def opening(self) -> Lines:
        vectors = f"MOST_VECTORS({self._gates()})" if self._gates() else "1"
        return [f"const size_t vectors = {vectors}, count = blocks({self.units}, vectors);",
                "const size_t from = share_from(count, member, members);",
                "const size_t to = share_from(count, member + 1, members);"]

    def _pointers(self) -> Lines:
        lines = []
        for variable in self._touched():
            if not self.layout.is_whole(variable):
                address, stride = self.layout.rows(variable, self.row)
                const = "" if variable.name in self.one.names else "const "
                lines.append(f"{const}real *const {self._rows(variable)} = {address};")
                if "?" in stride:
                    lines.append(f"const size_t {self._stride_name(variable)} = {stride};")
        return lines

    def _touched(self) -> list[Variable]:
        """What has rows in memory: operands, values read and stored ones."""
        read = {name for one in self.one.equations for term in terms(one.rhs)
                if weighted(self.program, term) is None for name in symbols_in_order(term)}
        read |= self.one.operands
        stored = {name for name in self.one.names if name in self.layout.homes}
        return [one for one in self.program.variables
                if one.name in (read - self.one.names) | stored]

    def _rows(self, variable: Variable) -> str:
        return f"{self.names[variable.name]}_rows"

    def _stride_name(self, variable: Variable) -> str:
        return f"{self.names[variable.name]}_stride"

    def _stride(self, variable: Variable) -> str:
        stride = self.layout.rows(variable, self.row)[1]
        return self._stride_name(variable) if "?" in stride else stride

    def _totals(self) -> list[Equation]:
        return [one for one in self.one.equations if is_total(self.program, one)]

    def shared(self, lines: Sequence[str]) -> Lines:
        """The loop over this member's blocks."""
        return nest("for (size_t block = from; block < to; ++block)", lines)

    def _by_tiles(self) -> Lines:
        """Some blocks at a time: the products of all of them, then unit by unit all rows."""
        s = self.local.sample
        inner = nest(f"for (size_t {s} = 0; {s} < rows; ++{s})", self._row_of_units())
        units = self._unit("v", [*self._constants(), *self._accumulators(), *inner, *self._sums()])
        last = nest("for (size_t v = 0; v < own; ++v)", units)
        own = f"const size_t own = vectors_of({self.units}, vectors, block);"
        if not self.one.tiles:
            return self.shared([own, *last])
        lines = ["end = least(to, turn + blocks_together(rows));",
                 *(self._sums_of_group(tile) for tile in self.one.tiles if not tile.ahead)]
        now = [tile for tile in self.one.tiles if not all(one.ahead for one in tile.products)]
        if now:
            lines += ["", *self._group([own, *map(self._reached, now), *self._products(now)])]
        lines += ["", *self._group([own, *map(self._reached, self.one.tiles), *last])]
        return nest("for (size_t turn = from, end; turn < to; turn = end)", lines)

    def _group(self, lines: Sequence[str]) -> Lines:
        """The loop over the blocks at a time.

        A scan takes them in reverse at every other step: what the step before read last is
        still in the cache.
        """
        if not self._turning():
            return nest("for (size_t block = turn; block < end; ++block)", lines)
        block = f"const size_t block = {self.local.time} & 1 ? from + to - 1 - one : one;"
        return nest("for (size_t one = turn; one < end; ++one)", [block, *lines])

    def _by_rows(self) -> Lines:
        """Row by row where no product and no sum ties the rows together."""
        s = self.local.sample
        lines = self._unit("0", [*self._constants(), *self._row_of_units()])
        return nest(f"for (size_t {s} = 0; {s} < rows; ++{s})", self.shared(lines))

    def _unit(self, vector: str, lines: Lines) -> Lines:
        """Lines behind the number of their first unit, and of the units from there on."""
        j = self.local.indices[0]
        place = f"(block * vectors + {vector})" if vector != "0" else "block"
        left = f", left = {self.units} - {j}" if any(" left)" in line for line in lines) else ""
        return [f"const size_t {j} = {place} * LANES{left};", *lines]

    def product(self, product: Product, rows: str, tile: str, onto: str,
                factors: Sequence[tuple[str, str]]) -> Lines:
        """The call that adds one stacked product to a tile; factors are addresses and strides."""
        parts = [f"{{{address}, {stride}, {self.layout.extent(self.program[one.operand].axes)}}}"
                 for one, (address, stride) in zip(product.segments, factors, strict=True)]
        gates, name = len(product.gates), self._operands(product)
        panel = (f"{self.panels.pointer(product)} + block * vectors * LANES * {gates} * "
                 f"{self.panels.entries(product)}")
        return [f"/* {self.comment(product)} */",
                f"const operand {name}[] = {{{', '.join(parts)}}};",
                f"product({rows}, {gates} * own, {name}, {len(parts)}, {panel}, {tile}, {onto});"]

    def _operands(self, product: Product) -> str:
        return "factors_" + self.panels.pointer(product).removeprefix("panels_")

    def comment(self, product: Product) -> str:
        """``W_i x, W_f x``."""
        gates = [one for one in self.program.equations if one.lhs in product.gates]
        operands = {one.operand for one in product.segments}
        found = [self.text.term(term, one.lhs) for one in gates for term in terms(one.rhs)
                 if (pair := weighted(self.program, term)) and pair[0] in operands]
        return ", ".join(found)

    def _turning(self) -> bool:
        return bool(self.one.operands) and self.row.time == self.local.time

    def _products(self, tiles: Sequence[Tile]) -> Lines:
        """The products of one block that are not computed ahead."""
        lines: Lines = []
        for tile in tiles:
            now = [one for one in tile.products if not one.ahead]
            for place, product in enumerate(now):
                operands = [self.program[one.operand] for one in product.segments]
                factors = [(self._rows(one), self._stride(one)) for one in operands]
                onto = str(int(tile.ahead or place > 0))
                lines += ["", *self.product(product, "rows", self.panels.tile(tile), onto, factors)]
        return lines

    def _sums_of_group(self, tile: Tile) -> str:
        """The sums of all blocks at a time."""
        return (f"ALIGNED real {self.panels.tile(tile)}_group[ROWS_AT_ONCE * {len(tile.gates)} * "
                f"MOST_VECTORS({self._gates()}) * LANES];")

    def _reached(self, tile: Tile) -> str:
        """The sums of one block: those of this step where they were computed ahead."""
        t, name, gates = self.local.time, self.panels.tile(tile), len(tile.gates)
        if not tile.ahead:
            place = "one" if self._turning() else "block"
            return (f"real *const {name} = {name}_group + ({place} - turn) * vectors * rows * "
                    f"{gates} * LANES;")
        return (f"real *const {name} = {name}_ahead + (block * vectors * steps * B + "
                f"(({t} - first) * B + {self.row.sample}) * own) * {gates} * LANES;")

    def _gates(self) -> int:
        return max((len(tile.gates) for tile in self.one.tiles), default=0)

    def _constants(self) -> Lines:
        """Parameters of these units."""
        return [self._load(one) for one in self._touched()
                if self.layout.is_whole(one) and one.name not in self.one.names]

    def _load(self, variable: Variable) -> str:
        name, j = self.names[variable.name], self.local.indices[0]
        if self.layout.is_whole(variable):
            value = f"load_part({name} + {j}, left)" if variable.axes else f"splat({name}[0])"
            return f"const vec {self._vector(variable)} = {value};"
        at = f"{self._rows(variable)}{self._times(self._stride(variable))}"
        if not variable.axes:
            value = f"splat(*({at}))"
        else:
            whole = self.layout.is_padded(variable)
            value = f"load({at} + {j})" if whole else f"load_part({at} + {j}, left)"
        return f"const vec {self._vector(variable)} = {value};"

    def _vector(self, variable: Variable) -> str:
        own = self.names[variable.name]
        return f"{own}_here" if self.layout.is_whole(variable) else own

    def _times(self, stride: str) -> str:
        """``+ s * row_m``."""
        factor, s = f"({stride})" if " " in stride else stride, self.local.sample
        return f" + {s}" if stride == "1" else f" + {s} * {factor}"

    def _accumulators(self) -> Lines:
        return [f"vec {self._vector(self.program[one.lhs])} = {{0}};" for one in self._totals()]

    def _sums(self) -> Lines:
        j, lines = self.local.indices[0], []
        for one in self._totals():
            name, here = self.names[one.lhs], self._vector(self.program[one.lhs])
            lines.append(f"store_part({name} + {j}, load_part({name} + {j}, left) + {here}, left);")
        return lines

    def _row_of_units(self) -> Lines:
        """All equations for the units of one vector in one row."""
        lines = [self._load(one) for one in self._touched()
                 if not self.layout.is_whole(one) and one.name in self._loaded()]
        for equation in self.one.equations:
            lines += ["", f"/* {self.text.comment(equation)} */", *self._statement(equation)]
        return lines

    def _loaded(self) -> set[str]:
        """What is read unit by unit and bound elsewhere."""
        return {name for one in self.one.equations for term in terms(one.rhs)
                if weighted(self.program, term) is None
                for name in symbols_in_order(term)} - self.one.names

    def _statement(self, equation: Equation) -> Lines:
        lhs = self.program[equation.lhs]
        skipped = [term for term in terms(equation.rhs) if weighted(self.program, term)]
        s, sums = self.local.sample, []
        for tile in self.one.tiles:
            if equation.lhs in tile.gates:
                gate = tile.gates.index(equation.lhs)
                place = f"({s} * {len(tile.gates)} + {gate}) * own + v"
                sums.append(f"load({self.panels.tile(tile)} + ({place}) * LANES)")
        self.printer.elements = {one.name: self._vector(one) for one in self.program.variables
                                 if self.layout.is_whole(one)}
        text = self.printer.right_hand_side(equation, sums, skipped)
        if is_total(self.program, equation):
            return [f"{self._vector(lhs)} += {text};"]
        return [f"const vec {self.names[lhs.name]} = {text};", *self._store(lhs)]

    def _store(self, lhs: Variable) -> Lines:
        if lhs.name not in self.layout.homes:
            return []
        name, j = self.names[lhs.name], self.local.indices[0]
        at = f"{self._rows(lhs)}{self._times(self._stride(lhs))} + {j}"
        if self.layout.is_padded(lhs):
            return [f"store({at}, {name});"]
        return [f"store_part({at}, {name}, left);"]

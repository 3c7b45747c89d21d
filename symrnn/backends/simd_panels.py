"""Products of packed weights, in C: their panels, their tiles and the calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symrnn.backends.names import Names
from symrnn.backends.simd_layout import Layout, entries
from symrnn.backends.simd_lines import Lines
from symrnn.backends.text import TextPrinter
from symrnn.program import Program, terms
from symrnn.schedule import Product, Tile, weighted


class Panels:
    """The names of packed weights, tiles and values kept between loops; where weights begin."""

    def __init__(self, program: Program, names: Names, layout: Layout) -> None:
        self.program, self.names, self.layout = program, names, layout
        self.pointers: dict[Product, str] = {}
        self.tiles: dict[Tile, str] = {}
        self.kept_names: dict[str, str] = {}

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

    def kept(self, variable: str) -> str:
        """The name of what one loop over a group of blocks keeps for the next."""
        if variable not in self.kept_names:
            self.kept_names[variable] = self.names.fresh("kept_" + self.names[variable])
        return self.kept_names[variable]

    def entries(self, product: Product) -> str:
        """The entries of all operands, one behind the other."""
        text = entries([self.layout.extent(self.program[one.operand].axes)
                        for one in product.segments])
        return f"({text})" if "+" in text else text


class Products:
    """Writes the calls that fill tiles."""

    def __init__(self, program: Program, layout: Layout, panels: Panels) -> None:
        self.program, self.layout, self.panels = program, layout, panels
        self.text = TextPrinter(program)

    def call(self, product: Product, rows: str, tile: str, onto: str,
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

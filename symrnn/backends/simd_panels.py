"""Products of packed weights, in C: their panels, their tiles and the calls."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.loops.scope import Names
from symrnn.backends.simd_layout import Layout
from symrnn.backends.simd_lines import Lines
from symrnn.backends.text import TextPrinter
from symrnn.program import Program
from symrnn.schedule import FusionGroup, Segment, Tile


class Panels:
    """The names of packed weights, tiles and values kept between loops; where weights begin."""

    def __init__(self, program: Program, names: Names, layout: Layout) -> None:
        self.program, self.names, self.layout = program, names, layout
        self.pointers: dict[tuple[tuple[str, ...], Segment], str] = {}
        self.tiles: dict[Tile, str] = {}
        self.kept_names: dict[str, str] = {}

    def pointer(self, gates: tuple[str, ...], segment: Segment) -> str:
        """The name of the first panel of some gates for one operand."""
        key = gates, segment
        if key not in self.pointers:
            self.pointers[key] = self.names.fresh("panels_" + self.names[segment.operand])
        return self.pointers[key]

    def tile(self, tile: Tile) -> str:
        """The name of the sums of a tile."""
        key = tile.at_once
        if key not in self.tiles:
            self.tiles[key] = self.names.fresh("tile_" + self.names[tile.gates[0]])
            self.factors(tile)
        return self.tiles[key]

    def factors(self, tile: Tile) -> str:
        """The name of the operands of a tile."""
        return self._of_tile(tile, "factors_" + self.names[tile.gates[0]], "factors")

    def group(self, tile: Tile) -> str:
        """The name of the sums of all blocks at a time."""
        return self._of_tile(tile, f"{self.tile(tile)}_group", "group")

    def ahead(self, tile: Tile) -> str:
        """The name of the sums that are computed ahead."""
        return self._of_tile(tile, f"{self.tile(tile)}_ahead", "ahead")

    def _of_tile(self, tile: Tile, wish: str, what: str) -> str:
        return self.names.derived((self, tile.at_once, what), wish)

    def kept(self, variable: str) -> str:
        """The name of what one loop over a group of blocks keeps for the next."""
        if variable not in self.kept_names:
            self.kept_names[variable] = self.names.fresh("kept_" + self.names[variable])
        return self.kept_names[variable]

    def entries(self, segment: Segment) -> str:
        """The entries of an operand."""
        text = self.layout.extent(self.program[segment.operand].axes)
        return f"({text})" if "+" in text else text


class Products:
    """Writes the calls that fill tiles."""

    def __init__(self, program: Program, layout: Layout, panels: Panels) -> None:
        self.program, self.layout, self.panels = program, layout, panels
        self.text = TextPrinter(program)

    def operands(self, tile: Tile, segments: Sequence[Segment],
                 factors: Sequence[tuple[str, str]]) -> Lines:
        """The operands of a tile; factors are addresses and strides."""
        lines = [f"const operand {self.panels.factors(tile)}[] = {{"]
        for segment, (address, stride) in zip(segments, factors, strict=True):
            panels = self.panels.pointer(tile.gates, segment)
            lines.append(f"    {{{address}, {stride}, {self.panels.entries(segment)}, {panels}}},")
        return [*lines, "};"]

    def call(self, group: FusionGroup, tile: Tile, segments: Sequence[Segment], rows: str,
             into: str, early: int = 0) -> Lines:
        """The call that fills the tiles of some blocks, whose place ``into`` tells.

        The first ``early`` operands may be there already.
        """
        factors, count, onto = self.panels.factors(tile), str(len(segments)), "0"
        if early:
            skipped = "early" if early == 1 else f"early * {early}"
            factors, count, onto = f"{factors} + {skipped}", f"{count} - {skipped}", "(int)early"
        return [f"/* {self.comment(group, tile, segments)} */",
                f"products({rows}, {len(tile.gates)}, &some, {factors}, {count}, "
                f"&(sums){{{into}}}, {onto});"]

    def comment(self, group: FusionGroup, tile: Tile, segments: Sequence[Segment]) -> str:
        """``W_i x, W_f x``."""
        operands = {one.operand for one in segments}
        return ", ".join(self.text.term(product.term, one.equation.lhs)
                         for one in group.statements if one.equation.lhs in tile.gates
                         for product in one.products if product.operand in operands)

"""Products of packed weights: the names of their panels and tiles, and the calls."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.loops import (ZERO, AddressOf, Aggregate, Call, Cast, INT, Expression, Macro, Name,
                          Names, Products, Run, Statement, Table, Whole)
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.program import Program
from symrnn.schedule import FusionGroup, Segment, Tile

BATCH = Name("batch")  # the blocks at a time
EARLY = Name("early")  # 1 where products that need no state run ahead, else 0


class Panels:
    """The names of packed weights, tiles and values kept between loops."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def pointer(self, gates: tuple[str, ...], segment: Segment) -> Name:
        """The first panel of some gates for one operand."""
        return self._name(("panels", gates, segment), f"panels_{self.names[segment.operand]}")

    def tile(self, tile: Tile) -> Name:
        """The sums of a tile."""
        return self._of_tile(tile, "tile", f"tile_{self.names[tile.gates[0]]}")

    def factors(self, tile: Tile) -> Name:
        """The operands of a tile."""
        return self._of_tile(tile, "factors", f"factors_{self.names[tile.gates[0]]}")

    def batch(self, tile: Tile) -> Name:
        """The sums of a batch of blocks."""
        return self._of_tile(tile, "batch", f"{self.tile(tile).text}_batch")

    def ahead(self, tile: Tile) -> Name:
        """The sums that are computed ahead."""
        return self._of_tile(tile, "ahead", f"{self.tile(tile).text}_ahead")

    def kept(self, variable: str) -> Name:
        """What one loop over a batch of blocks keeps for the next."""
        return self._name(("kept", variable), f"kept_{self.names[variable]}")

    def _of_tile(self, tile: Tile, what: str, wish: str) -> Name:
        return self._name((tile.at_once, what), wish)

    def _name(self, key: tuple[object, ...], wish: str) -> Name:
        return Name(self.names.derived((self, *key), wish))


class ProductCalls:
    """Makes the calls that fill tiles."""

    def __init__(self, program: Program, arrays: TiledArrays, panels: Panels) -> None:
        self.program, self.to, self.panels = program, arrays, panels

    def operands(self, tile: Tile, segments: Sequence[Segment],
                 factors: Sequence[tuple[Expression, Expression]]) -> Statement:
        """The operands of a tile; factors are addresses and strides."""
        rows = [Aggregate((address, stride, self.to.extent(self.program[one.operand].axes),
                           self.panels.pointer(tile.gates, one)))
                for one, (address, stride) in zip(segments, factors, strict=True)]
        return Table(self.panels.factors(tile).text, "operand", tuple(rows))

    def call(self, group: FusionGroup, tile: Tile, segments: Sequence[Segment], rows: Expression,
             into: Sequence[Expression], early: int = 0) -> Statement:
        """The call that fills the tiles of some blocks, whose place ``into`` tells.

        The first ``early`` operands may be there already.
        """
        factors: Expression = self.panels.factors(tile)
        count, accumulate = Whole(len(segments)), ZERO
        skipped = EARLY * early
        call = Call("products", (
            rows, Whole(len(tile.gates)), AddressOf(BATCH), factors + skipped if early else factors,
            count - skipped if early else count, AddressOf(Aggregate(tuple(into), "sums")),
            Cast(INT, EARLY) if early else accumulate))
        operands = {one.operand for one in segments}
        told = tuple((one.equation.lhs, product.term) for one in group.statements
                     if one.equation.lhs in tile.gates for product in one.products
                     if product.operand in operands)
        return Products(told, (Run(call),))


def vectors_of(gates: int) -> Expression:
    """How many vectors a block of that many gates has."""
    return Call("MOST_VECTORS", (Whole(gates),)) if gates else Whole(1)


ROWS_AT_ONCE = Macro("ROWS_AT_ONCE")

"""Fusion groups: a loop nest with everything decided, down to what every loop reads and keeps.

Writers read these and decide nothing: which loop lies in which, what is fetched once for all rows,
once for a row or once for a unit, which sums come out of a tile, what goes from loop to loop.
Names stand in the order in which the program declares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from sympy import Expr

from symrnn.program import Equation
from symrnn.schedule.loop_nests import Kind
from symrnn.schedule.products import Tile


class LoopOrder(Enum):
    """The loops of a fusion group, from outside to inside."""

    BATCHES = "batches of blocks, then loop by loop blocks, units, rows"
    BLOCKS = "blocks, units, rows"
    ROWS = "rows, blocks"
    ENTRIES = "rows, entries"
    PRODUCTS = "products over all rows"


@dataclass(frozen=True)
class TileSum:
    """A sum that a tile holds for an equation: the place of the tile in its group, the gate's."""

    tile: int
    gate: int


@dataclass(frozen=True)
class WeightedTerm:
    """A term that a tile computes, as it stands in the equation, and the rows that it reads."""

    operand: str
    term: Expr


@dataclass(frozen=True)
class Statement:
    """One equation in a loop over units: the ``sums`` of tiles, and the ``rest`` of its terms.

    ``products`` are the terms inside those sums. Where it ``reduces``, it is added up over rows in
    a register, and to its array once a unit.
    """

    equation: Equation
    sums: tuple[TileSum, ...]
    products: tuple[WeightedTerm, ...]
    rest: tuple[Expr, ...]
    reduces: bool


@dataclass(frozen=True)
class UnitLoop:
    """A loop over units: its statements, the places of its tiles, and what it reads beside them.

    ``constants`` are fetched once for a unit, ``of_row`` once for a row, ``of_unit`` for both.
    """

    statements: tuple[Statement, ...]
    tiles: tuple[int, ...]
    constants: tuple[str, ...]
    of_row: tuple[str, ...]
    of_unit: tuple[str, ...]

    @property
    def reductions(self) -> tuple[Equation, ...]:
        """Sums over rows."""
        return tuple(one.equation for one in self.statements if one.reduces)


@dataclass(frozen=True)
class Addend:
    """One outer product ``scale a x^T`` summed over rows, of which the group knows ``x``.

    It is added to what an earlier one gave where it is not the ``first`` of its equation.
    """

    equation: Equation
    left: str
    scale: Expr
    first: bool


@dataclass(frozen=True)
class Reduction:
    """All outer products over rows with one right factor, which one call computes."""

    right: str
    addends: tuple[Addend, ...]


@dataclass(frozen=True)
class FusionGroup:
    """Equations that share one loop nest inside a step, or over all rows.

    ``rows`` are the values of which the nest needs the address of a row. ``gates`` of its widest
    tile set the width of a block. ``carried`` values go from one loop to the next: those of them
    that live nowhere else are ``kept`` for a batch of blocks. A ``serpentine`` nest takes its
    blocks forwards and backwards by turns, step by step: what the step before read last is still
    in the cache. ``cuts`` are the steps of the delays that it reads over all rows at once, so that
    rows of a batch must lie on one side of the edge. Where none are added up, threads share the
    rows of blocks that do not go round: it is ``divisible``. It runs by
    one thread ``alone`` where it sums over rows in no order of its own. It is ``dispensable`` where
    the caller may want none of the gradients named so.
    """

    kind: Kind
    nest: LoopOrder
    axis: str
    equations: tuple[Equation, ...]
    tiles: tuple[Tile, ...] = ()
    loops: tuple[UnitLoop, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    rows: tuple[str, ...] = ()
    gates: int = 0
    carried: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    cuts: tuple[int, ...] = ()
    serpentine: bool = False
    divisible: bool = False
    alone: bool = False
    dispensable: tuple[str, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """What the group binds."""
        return frozenset(one.lhs for one in self.equations)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those of all loops."""
        return tuple(one for loop in self.loops for one in loop.statements)

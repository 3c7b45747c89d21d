"""Loop nests: the equations of a stage, grouped by how they run over rows and units.

The rules, in the order in which they are asked of an equation:

* a sum over all steps of an outer product waits until the loop is over: *reductions*;
* an equation over one axis whose terms are products of weights and rows, or read nothing but
  the same unit of other values, runs over blocks of *units*: its products fill a tile, and
  what follows from them is computed while the tile is in the cache;
* everything else (sums over a row, matrices of one sample) runs *row* by row.

In a loop nest with tiles, equations from a function of a function's result on (``tanh(c)`` where
c is made of gates) have a loop of their own over rows and units: while one waits for the other,
the processor has enough other rows at hand. That is so as long as few values go from loop to
loop.

Equations share a nest as long as none reads other units, or other rows, of what the nest binds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from sympy import Expr

from symrnn.program import (Equation, Program, Role, Span, contraction_term, is_call,
                            symbols_in_order)
from symrnn.schedule.products import (Tile, other_terms, outer_terms, reads, stacked,
                                      weighted_terms)
from symrnn.schedule.stages import Order, Stage, is_reduction


MOST_CARRIED = 6  # values from loop to loop: each wants memory for every row at hand


class Kind(Enum):
    """How a loop nest runs."""

    UNITS = "blocks of units"
    ROWS = "row by row"
    REDUCTIONS = "one product over all rows"


@dataclass(frozen=True)
class LoopNest:
    """Equations that share a loop inside one step, the axis of their units, and their tiles.

    ``loops`` are the same equations, one group for each loop over the vectors of a tile.
    """

    kind: Kind
    axis: str
    equations: tuple[Equation, ...]
    tiles: tuple[Tile, ...]
    loops: tuple[tuple[Equation, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        """What the nest binds."""
        return frozenset(one.lhs for one in self.equations)

    @cached_property
    def carried(self) -> frozenset[str]:
        """What goes from loop to loop."""
        return carried(self.loops)

    @property
    def at_once(self) -> LoopNest:
        """The same with nothing computed ahead, as for a single step."""
        return replace(self, tiles=tuple(tile.at_once for tile in self.tiles))

    @property
    def operands(self) -> frozenset[str]:
        """What it reads across units: the operands of its products in the scan."""
        return frozenset(segment.operand for tile in self.tiles for product in tile.products
                         for segment in product.segments if not product.ahead)


@dataclass(frozen=True)
class _Needs:
    """How an equation runs; what it reads across units, and at its own unit alone."""

    kind: tuple[Kind, str]
    across: frozenset[str]
    beside: frozenset[str]


def loop_nests(program: Program, stage: Stage) -> tuple[LoopNest, ...]:
    """The loop nests of a stage in the order in which they run."""
    needs = {one.lhs: _needs(program, one) for one in stage.equations}
    waiting, missing, found = list(stage.equations), {one.lhs for one in stage.equations}, []
    while waiting:
        groups = (_together(waiting, kind, needs, missing) for kind in _kinds(waiting, needs))
        chosen = next(group for group in groups if group)
        found.append(_loop_nest(program, stage, chosen, needs[chosen[0].lhs].kind))
        bound = {one.lhs for one in chosen}
        missing -= bound
        waiting = [one for one in waiting if one.lhs not in bound]
    return tuple(found)


def _needs(program: Program, equation: Equation) -> _Needs:
    kind = kind_of(program, equation)
    across = {operand for operand, _ in weighted_terms(program, equation)}
    rest = reads(other_terms(program, equation))
    if kind[0] is Kind.ROWS:
        rest, across = rest | across, set()
    return _Needs(kind, frozenset(across), frozenset(rest))


def kind_of(program: Program, equation: Equation) -> tuple[Kind, str]:
    """How an equation runs, and over which axis."""
    if outer_terms(program, equation) is not None:
        return Kind.REDUCTIONS, ""
    lhs = program[equation.lhs]
    total = is_reduction(program, equation)
    alone = all(_unit_by_unit(program, term) for term in other_terms(program, equation))
    summed = total and (lhs.span is not Span.CONSTANT or weighted_terms(program, equation))
    if len(lhs.axes) == 1 and alone and not summed:
        return Kind.UNITS, lhs.axes[0]
    return Kind.ROWS, ""


def _unit_by_unit(program: Program, term: Expr) -> bool:
    """True where a term at one unit reads only that unit, or values without units."""
    if any(len(program[name].axes) > 1 or program[name].role is Role.SELECTOR
           for name in symbols_in_order(term)):
        return False
    found = contraction_term(term)
    return found is None or all(set(part) <= set(found[1].letters.output)
                                for part in found[1].letters.operands)


def _kinds(waiting: Sequence[Equation], needs: Mapping[str, _Needs]) -> list[tuple[Kind, str]]:
    """The kinds that could come next, in order of appearance; reductions come last."""
    found = dict.fromkeys(needs[one.lhs].kind for one in waiting)
    return sorted(found, key=lambda one: one[0] is Kind.REDUCTIONS)


def _together(waiting: Sequence[Equation], kind: tuple[Kind, str], needs: Mapping[str, _Needs],
              missing: set[str]) -> list[Equation]:
    """The waiting equations of one kind that can share the next loop nest."""
    chosen: list[Equation] = []
    own: set[str] = set()
    for equation in waiting:
        found = needs[equation.lhs]
        if (found.kind == kind and not found.across & missing
                and not (found.beside & missing) - own):
            chosen.append(equation)
            own |= {equation.lhs} if kind[0] is not Kind.REDUCTIONS else set()
    return chosen


def _loop_nest(program: Program, stage: Stage, equations: Sequence[Equation],
          kind: tuple[Kind, str]) -> LoopNest:
    scan = stage.order in (Order.FORWARD, Order.REVERSE)
    tiles = stacked(program, equations, stage.names, scan) if kind[0] is Kind.UNITS else ()
    loops = by_level(equations) if tiles else (tuple(equations),)
    return LoopNest(*kind, tuple(equations), tiles, loops)


def by_level(equations: Sequence[Equation]) -> tuple[tuple[Equation, ...], ...]:
    """Equations in their order; each function of a function's result begins another group.

    One group where more than MOST_CARRIED values would go from one to the next.
    """
    level, found = dict[str, int](), [list[Equation]()]
    for one in equations:
        read = max((level.get(name, 0) for name in one.reads), default=0)
        level[one.lhs] = max(read, len(found) - 1) + is_call(one.rhs)
        if level[one.lhs] > len(found):
            found.append([])
        found[-1].append(one)
    loops = tuple(map(tuple, found))
    return loops if len(carried(loops)) <= MOST_CARRIED else (tuple(equations),)


def carried(loops: Sequence[Sequence[Equation]]) -> frozenset[str]:
    """What a loop binds and a later one reads."""
    home = {one.lhs: place for place, loop in enumerate(loops) for one in loop}
    return frozenset(name for place, loop in enumerate(loops) for one in loop
                     for name in one.reads if home.get(name, place) < place)

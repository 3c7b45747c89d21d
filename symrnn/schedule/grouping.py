"""From a loop nest to a fusion group: every decision about it, taken once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from symrnn.program import Equation, Span, Variable
from symrnn.schedule.fusion import (Addend, FusionGroup, LoopOrder, Reduction, Statement, TileSum,
                                    UnitLoop, WeightedTerm)
from symrnn.schedule.loop_nests import Kind, LoopNest
from symrnn.schedule.places import Place, Schedule
from symrnn.schedule.products import other_terms, outer_terms, reads, split
from symrnn.schedule.stages import is_reduction

EARLIER_THEN_LATER = (1, -1)  # the order in which a batch of rows is cut


@dataclass(frozen=True)
class Grouping:
    """Makes the groups of one stage of a schedule, whose values live in known ``homes``.

    ``by_step`` tells that its rows are those of one step at a time, ``across_edges`` that they may
    lie on both sides of the edge of a delayed value.
    """

    schedule: Schedule
    homes: Mapping[str, Place]
    by_step: bool
    across_edges: bool

    def group(self, one: LoopNest) -> FusionGroup:
        """The group of a loop nest."""
        made: dict[Kind, Callable[[LoopNest], FusionGroup]] = {
            Kind.UNITS: self._units, Kind.ROWS: self._entries, Kind.REDUCTIONS: self._products}
        return made[one.kind](one)

    def _units(self, one: LoopNest) -> FusionGroup:
        kept = {name for name in one.carried if self.homes[name] is Place.BATCH}
        sums = any(is_reduction(self.schedule.program, each) for each in one.equations)
        order = LoopOrder.BATCHES if one.tiles else LoopOrder.BLOCKS if sums else LoopOrder.ROWS
        return FusionGroup(
            one.kind, order, one.axis,
            one.equations, one.tiles, tuple(self._loop(one, loop) for loop in one.loops),
            rows=self._with_rows(self._touched(one)),
            gates=max((len(tile.gates) for tile in one.tiles), default=0),
            carried=self._declared(one.carried), kept=self._declared(kept), cuts=self._cuts(one),
            serpentine=self.by_step and bool(one.operands),
            divisible=not sums, dispensable=self._dispensable(one))

    def _entries(self, one: LoopNest) -> FusionGroup:
        return FusionGroup(
            one.kind, LoopOrder.ENTRIES, one.axis, one.equations,
            rows=self._with_rows(_read(one.equations) | one.names),
            alone=any(is_reduction(self.schedule.program, each) for each in one.equations),
            dispensable=self._dispensable(one))

    def _products(self, one: LoopNest) -> FusionGroup:
        shares: dict[str, list[Addend]] = {}
        triples = [(equation, *triple) for equation in one.equations
                   for triple in outer_terms(self.schedule.program, equation) or ()]
        for equation, scale, left, right in triples:
            shares.setdefault(right, []).append(Addend(equation, left, scale, first=False))
        return FusionGroup(one.kind, LoopOrder.PRODUCTS, one.axis, one.equations,
                           reductions=_with_firsts(shares))

    def _declared(self, names: Iterable[str]) -> tuple[str, ...]:
        found = frozenset(names)
        return tuple(one.name for one in self.schedule.program.variables if one.name in found)

    def _with_rows(self, names: set[str]) -> tuple[str, ...]:
        program = self.schedule.program
        return self._declared(name for name in names
                              if name in program and program[name].span is not Span.CONSTANT)

    def _touched(self, one: LoopNest) -> set[str]:
        """What has rows in memory: operands, values read, and values bound but for registers."""
        read = self._read_beside_tiles(one.equations)
        read |= {segment.operand for tile in one.tiles for segment in tile.segments}
        inside = (Place.BATCH, Place.REGISTER)
        return (read - one.names) | {name for name in one.names if self.homes[name] not in inside}

    def _read_beside_tiles(self, equations: Iterable[Equation]) -> set[str]:
        return reads(term for one in equations
                     for term in other_terms(self.schedule.program, one))

    def _cuts(self, one: LoopNest) -> tuple[int, ...]:
        delays = (self.schedule.delay_of(name) for name in _read(one.equations))
        steps = {delay.step for delay in delays if delay is not None}
        return tuple(step for step in EARLIER_THEN_LATER if self.across_edges and step in steps)

    def _dispensable(self, one: LoopNest) -> tuple[str, ...]:
        program, names = self.schedule.program, tuple(sorted(one.names))
        return names if all(self.schedule.is_optional(program[name]) for name in names) else ()

    def _loop(self, one: LoopNest, equations: Sequence[Equation]) -> UnitLoop:
        bound = {each.lhs for each in equations}
        read = self._read_beside_tiles(equations) - bound
        program = self.schedule.program
        variables = [each for each in program.variables if each.name in read]

        def chosen(fits: Callable[[Variable], bool]) -> tuple[str, ...]:
            return tuple(each.name for each in variables if fits(each))

        tiles = enumerate(one.tiles)
        return UnitLoop(
            tuple(self._statement(one, equation) for equation in equations),
            tuple(place for place, tile in tiles if not bound.isdisjoint(tile.gates)),
            chosen(lambda v: v.span is Span.CONSTANT and v.name not in one.names),
            chosen(lambda v: v.span is not Span.CONSTANT and not v.axes),
            chosen(lambda v: v.span is not Span.CONSTANT and bool(v.axes)))

    def _statement(self, one: LoopNest, equation: Equation) -> Statement:
        program = self.schedule.program
        found = split(program, equation)
        return Statement(
            equation,
            tuple(TileSum(place, tile.gates.index(equation.lhs))
                  for place, tile in enumerate(one.tiles) if equation.lhs in tile.gates),
            tuple(WeightedTerm(pair[0], term) for term, pair in found if pair is not None),
            tuple(term for term, pair in found if pair is None),
            is_reduction(program, equation))


def _read(equations: Iterable[Equation]) -> set[str]:
    return {name for one in equations for name in one.reads}


def _with_firsts(shares: dict[str, list[Addend]]) -> tuple[Reduction, ...]:
    """The reductions; the addend of an equation that runs before its others is its first."""
    begun: set[str] = set()
    found = []
    for right, addends in shares.items():
        marked = []
        for one in addends:
            marked.append(Addend(one.equation, one.left, one.scale, one.equation.lhs not in begun))
            begun.add(one.equation.lhs)
        found.append(Reduction(right, tuple(marked)))
    return tuple(found)

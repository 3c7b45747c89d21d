"""The plan of a step of one sample whose sums stay in registers: no tiles, nothing packed twice.

A batch gives a tile its rows; a single sample has one, so its sums are those of as many units as
registers hold. All gates of these units lie side by side, and so do their weights, column by
column: one entry of an operand meets all of them at once. What follows from the sums is computed
while they are in registers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from sympy import Expr

from symrnn.program import Equation, Program, Span, Variable, symbols_in_order
from symrnn.schedule.fusion import FusionGroup, Statement
from symrnn.schedule.loop_nests import Kind
from symrnn.schedule.places import Place
from symrnn.schedule.products import Tile, Weights
from symrnn.schedule.tiled import TiledPlan, Walk

MOST_ORDERS = 5  # kinds of gates whose orders are all tried


@dataclass(frozen=True)
class Columns:
    """One operand, and the weights that some gates, from the ``first`` one on, put on it."""

    operand: str
    first: int
    weights: tuple[Weights, ...]


@dataclass(frozen=True)
class StreamEquation:
    """An equation: the place of its sum, None where no column goes there, and its other terms."""

    equation: Equation
    sum: int | None
    rest: tuple[Expr, ...]


@dataclass(frozen=True)
class StreamGroup:
    """Equations over one axis, and the sums that they begin with.

    ``starts`` are the terms of each sum that are constant: it begins with them. ``constants`` are
    read by the unit, in this order, and packed in front of the weights; ``numbers`` are alike for
    all units. ``units`` are values that the group reads by the unit and does not bind, ``stored``
    those that it binds and others read.
    """

    axis: str
    gates: tuple[str, ...]
    starts: tuple[tuple[Expr, ...], ...]
    columns: tuple[Columns, ...]
    equations: tuple[StreamEquation, ...]
    constants: tuple[str, ...]
    numbers: tuple[str, ...]
    units: tuple[str, ...]
    stored: tuple[str, ...]


@dataclass(frozen=True)
class StreamPlan:
    """The groups of a step in order, and what is computed once, of constants alone."""

    program: Program
    groups: tuple[StreamGroup, ...]
    once: tuple[Equation, ...]

    @property
    def constants(self) -> tuple[str, ...]:
        """Every constant that is read by the unit, once for each group that does."""
        return tuple(name for one in self.groups for name in one.constants)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every constant that is one number."""
        found = dict.fromkeys(name for one in self.groups for name in one.numbers)
        return tuple(one for one in found if self.program[one].span is Span.CONSTANT)


def stream_plan(tiled: TiledPlan) -> StreamPlan | None:
    """The plan of a step, from that of its batches.

    None where some equation does not run over units: a sum over all of them, a matrix of a sample.
    """
    if any(one.kind is not Kind.UNITS for one in tiled.groups):
        return None
    once = tuple(one for chunk in tiled.chunks if chunk.stage.walk is Walk.ONCE
                 for one in chunk.stage.equations)
    program = tiled.schedule.program
    return StreamPlan(program, tuple(_group(program, tiled, one) for one in tiled.groups), once)


def _group(program: Program, tiled: TiledPlan, one: FusionGroup) -> StreamGroup:
    gates = side_by_side([tile.gates for tile in one.tiles])
    parts = [_parted(program, each, each.equation.lhs in gates) for each in one.statements]
    starts = {each.equation.lhs: start for each, (start, _) in zip(one.statements, parts,
                                                                  strict=True)}
    equations = tuple(StreamEquation(
        each.equation, gates.index(each.equation.lhs) if each.equation.lhs in gates else None, rest)
        for each, (_, rest) in zip(one.statements, parts, strict=True))
    read = [name for start, rest in parts for term in (*start, *rest)
            for name in symbols_in_order(term) if name not in one.names]
    return StreamGroup(
        one.axis, gates, tuple(starts[gate] for gate in gates), _columns(one.tiles, gates),
        equations,
        _chosen(program, read, lambda v: v.span is Span.CONSTANT and bool(v.axes)),
        _chosen(program, read, lambda v: not v.axes),
        _chosen(program, read, lambda v: v.span is not Span.CONSTANT and bool(v.axes)),
        tuple(each.lhs for each in one.equations
              if tiled.home(each.lhs) not in (Place.REGISTER, Place.BATCH)))


def _parted(program: Program, one: Statement, summed: bool
            ) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The terms that its sum begins with, and those that are added to it."""
    def is_start(term: Expr) -> bool:
        return summed and all(program[name].span is Span.CONSTANT
                              for name in symbols_in_order(term))
    return (tuple(term for term in one.rest if is_start(term)),
            tuple(term for term in one.rest if not is_start(term)))


def _chosen(program: Program, names: Iterable[str], fits: Callable[[Variable], bool]
            ) -> tuple[str, ...]:
    """Those of some names that fit, each once, as they are read."""
    return tuple(name for name in dict.fromkeys(names) if fits(program[name]))


def side_by_side(some: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """An order in which the gates of each operand stand side by side, where there is one.

    Gates that have the same operands always do; the first order of these kinds that fits is taken.
    """
    kinds: dict[tuple[int, ...], list[str]] = {}
    for gate in dict.fromkeys(gate for gates in some for gate in gates):
        kinds.setdefault(tuple(k for k, gates in enumerate(some) if gate in gates), []).append(gate)
    orders = permutations(kinds) if len(kinds) <= MOST_ORDERS else [tuple(kinds)]
    found = next((one for one in orders if all(_adjoin(one, k) for k in range(len(some)))),
                 tuple(kinds))
    return tuple(gate for kind in found for gate in kinds[kind])


def _adjoin(order: Sequence[tuple[int, ...]], operand: int) -> bool:
    """True where the kinds of gates that meet an operand have no other between them."""
    places = [place for place, kind in enumerate(order) if operand in kind]
    return places[-1] - places[0] < len(places)


def _columns(tiles: Iterable[Tile], gates: tuple[str, ...]) -> tuple[Columns, ...]:
    """The operands; one whose gates lie in several runs stands once for each."""
    found = []
    for tile in tiles:
        for segment in tile.segments:
            by_gate = dict(zip(tile.gates, segment.weights, strict=True))
            for first, last in _runs(sorted(map(gates.index, by_gate))):
                found.append(Columns(segment.operand, first,
                                     tuple(by_gate[one] for one in gates[first:last])))
    return tuple(found)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges of whole numbers, the first of each and the one behind its last."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found

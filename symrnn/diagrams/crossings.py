"""Fewer crossings once the paths of states are on top of their part.

A library orders layers and knows nothing of these paths. So each other vertex is then moved, within
its part, to where its lines cross the fewest others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symrnn.diagrams.vertices import Vertex

SWEEPS = 6

Rows = dict[int, list[Vertex]]
Lines = Sequence[tuple[Vertex, Vertex]]


@dataclass(frozen=True)
class Neighbours:
    """Those before and behind every vertex."""

    before: Mapping[int, tuple[Vertex, ...]]
    behind: Mapping[int, tuple[Vertex, ...]]

    @classmethod
    def of(cls, lines: Lines) -> Neighbours:
        """The neighbours that lines join."""
        before: dict[int, tuple[Vertex, ...]] = {}
        behind: dict[int, tuple[Vertex, ...]] = {}
        for one, other in lines:
            behind[one.key] = (*behind.get(one.key, ()), other)
            before[other.key] = (*before.get(other.key, ()), one)
        return cls(before, behind)


def uncrossed(rows: Rows, lines: Lines) -> None:
    """Reorder the vertices of each layer in place."""
    neighbours = Neighbours.of(lines)
    for sweep in range(SWEEPS):
        for layer in sorted(rows, reverse=bool(sweep % 2)):
            places = {one.key: place for near in (layer - 1, layer + 1)
                      for place, one in enumerate(rows.get(near, ()))}
            for vertex in tuple(rows[layer]):
                _move(rows[layer], vertex, neighbours, places)


def _move(row: list[Vertex], vertex: Vertex, neighbours: Neighbours,
          places: Mapping[int, int]) -> None:
    """Put a vertex where its lines cross the fewest others; where it is if that is as good."""
    own = [place for place, one in enumerate(row) if one.part == vertex.part and one.lane < 0]
    if vertex.lane >= 0 or len(own) < 2:
        return
    now, first, last = row.index(vertex), own[0], own[-1]
    others = [one for one in row if one is not vertex]
    price, prices = 0, {first: 0}  # compared with standing above all others of the part
    for place in range(first, last):
        price += (_crossed(others[place], vertex, neighbours, places)
                  - _crossed(vertex, others[place], neighbours, places))
        prices[place + 1] = price
    best = min(prices, key=lambda place: (prices[place], abs(place - now), place))
    if prices[best] < prices[now]:
        row.remove(vertex)
        row.insert(best, vertex)


def _crossed(upper: Vertex, lower: Vertex, neighbours: Neighbours,
             places: Mapping[int, int]) -> int:
    """How many lines of two vertices cross where one stands above the other."""
    return sum(places[one.key] > places[other.key]
               for near in (neighbours.before, neighbours.behind)
               for one in near.get(upper.key, ()) for other in near.get(lower.key, ()))

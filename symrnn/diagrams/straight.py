"""Which vertices stand at one height, so that the lines between them are straight.

The paths of states come first, then lines that pass several layers, then what is left. Two lines
that cross cannot both be straight; so blocks of one height never stand in each other's way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symrnn.diagrams.layers import Layers
from symrnn.diagrams.vertices import Vertex

Pair = tuple[Vertex, Vertex]


def blocks(layers: Layers) -> dict[int, int]:
    """For every vertex the first one of those at its height."""
    place = {one.key: number for row in layers.rows for number, one in enumerate(row)}
    chosen: dict[int, list[Pair]] = {}
    leaving, entering = set[int](), set[int]()
    for one, other in sorted(layers.lines, key=_Wish(layers, place)):
        taken = one.key in leaving or other.key in entering
        pairs = chosen.setdefault(one.layer, [])
        if taken or any(_cross(place, (one, other), pair) for pair in pairs):
            continue
        pairs.append((one, other))
        leaving.add(one.key)
        entering.add(other.key)
    first: dict[int, int] = {one.key: one.key for row in layers.rows for one in row}
    for layer in sorted(chosen):
        first |= {other.key: first[one.key] for one, other in chosen[layer]}
    return first


class _Wish:
    """How early a line may ask to be straight; of a fan the middle one first."""

    def __init__(self, layers: Layers, place: Mapping[int, int]) -> None:
        self.place = place
        self.going: dict[int, list[int]] = {}
        self.coming: dict[int, list[int]] = {}
        for one, other in layers.lines:
            self.going.setdefault(one.key, []).append(place[other.key])
            self.coming.setdefault(other.key, []).append(place[one.key])

    def __call__(self, pair: Pair) -> tuple[bool, int, float, int, int, int]:
        one, other = pair
        on_lane = one.lane >= 0 and one.lane == other.lane
        off = (_from_middle(self.going[one.key], self.place[other.key])
               + _from_middle(self.coming[other.key], self.place[one.key]))
        return (not on_lane, -(one.passes + other.passes), off, one.layer, self.place[one.key],
                self.place[other.key])


def _from_middle(places: Sequence[int], place: int) -> float:
    """How far a place is from the middle of some."""
    return abs(sorted(places).index(place) - (len(places) - 1) / 2)


def _cross(place: Mapping[int, int], pair: Pair, other: Pair) -> bool:
    """True where two lines between the same layers cross."""
    left = place[pair[0].key] - place[other[0].key]
    right = place[pair[1].key] - place[other[1].key]
    return left * right < 0

"""Lines between layers: across, along a track of their own between two layers, and across again.

All lines of one value share a track, so that they look like one line that branches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from symrnn.diagrams.graph import Edge, Kind
from symrnn.diagrams.layers import Layers
from symrnn.diagrams.shapes import Shape
from symrnn.diagrams.vertices import Vertex

PORTS, RIM = 9.0, 7.0  # between two lines that enter a node; from its corner to the first
ALIKE = 1000  # crossings that are better than two lines upon each other

Point = tuple[float, float]


@dataclass(frozen=True)
class Net:
    """The lines of one value between two layers: the height they come from, those they go to."""

    source: Vertex
    start: float
    ends: tuple[tuple[Vertex, float], ...]

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and the highest of its heights."""
        heights = (self.start, *(height for _, height in self.ends))
        return min(heights), max(heights)

    @property
    def straight(self) -> bool:
        """True where it needs no track."""
        return self.span[0] == self.span[1]

    def crosses(self, other: Net) -> int:
        """How often lines cross where this one has its track to the left of the other's."""
        low, high = self.span
        found = sum(other.span[0] < height < other.span[1] for _, height in self.ends)
        found += low < other.start < high
        upon = any(abs(height - other.start) < 1 for _, height in self.ends)
        return found + ALIKE * upon

    def meets(self, other: Net) -> bool:
        """True where the two need different tracks."""
        return self.span[0] <= other.span[1] + 2 and other.span[0] <= self.span[1] + 2


@dataclass(frozen=True)
class Gap:
    """The nets between two layers, and the track of each, counted from the left."""

    nets: tuple[Net, ...]
    tracks: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many tracks there are."""
        return 1 + max(self.tracks.values(), default=-1)


def ports(layers: Layers, shapes: Mapping[int, Shape], heights: Mapping[int, float],
          round_ones: frozenset[int]) -> dict[tuple[int, int], float]:
    """The height at which a line from one vertex enters another.

    It is that from which it comes, where the box is tall enough, apart from other lines'.
    """
    entering: dict[Vertex, list[Vertex]] = {}
    for one, other in layers.lines:
        entering.setdefault(other, []).append(one)
    found = {}
    for vertex, sources in entering.items():
        middle = heights[vertex.key]
        room = 0.0 if vertex.passes else shapes[vertex.key].height / 2 - RIM + 3 * (
            vertex.key in round_ones)
        sources = sorted(sources, key=lambda one: (heights[one.key], one.key))
        there = _apart([heights[one.key] for one in sources], middle, room)
        for source, height in zip(sources, there, strict=True):
            found[source.key, vertex.key] = height
    return found


def _apart(wishes: Sequence[float], middle: float, room: float) -> list[float]:
    """Heights in this order, apart from each other, as near to the wishes as the room lets them.

    A line that comes straight in stays where it is.
    """
    held = [max(middle - room, min(middle + room, one)) for one in wishes]
    anchor = min(range(len(held)), key=lambda one: (abs(held[one] - wishes[one]),
                                                    abs(held[one] - middle), one))
    found = list(held)
    last = len(held) - 1
    if anchor and held[anchor] - middle + room < anchor * PORTS / 2:
        found[anchor] = middle
    if anchor < last and middle + room - held[anchor] < (last - anchor) * PORTS / 2:
        found[anchor] = middle
    up = min(PORTS, (found[anchor] - middle + room) / max(anchor, 1))
    down = min(PORTS, (middle + room - found[anchor]) / max(last - anchor, 1))
    for place in range(anchor - 1, -1, -1):
        found[place] = max(middle - room + place * up, min(held[place], found[place + 1] - up))
    for place in range(anchor + 1, last + 1):
        found[place] = min(middle + room - (last - place) * down,
                           max(held[place], found[place - 1] + down))
    return [round(one, 1) for one in found]


def gaps(layers: Layers, heights: Mapping[int, float],
         entering: Mapping[tuple[int, int], float]) -> tuple[Gap, ...]:
    """The gap behind each layer but the last."""
    going: dict[int, list[Vertex]] = {}
    known = {one.key: one for row in layers.rows for one in row}
    for one, other in layers.lines:
        going.setdefault(one.key, []).append(other)
    found = []
    for row in layers.rows[:-1]:
        nets = tuple(Net(known[one.key], heights[one.key], tuple(
            (other, entering[one.key, other.key]) for other in going[one.key]))
            for one in row if one.key in going)
        found.append(Gap(nets, _tracks(tuple(net for net in nets if not net.straight))))
    return tuple(found)


def _tracks(nets: Sequence[Net]) -> dict[int, int]:
    """A track for each net: one after the other, that with the fewest crossings to the left."""
    waiting, order = list(nets), list[Net]()
    while waiting:
        best = min(waiting, key=lambda net: (_price(net, waiting), net.source.key))
        order.append(best)
        waiting.remove(best)
    found: dict[int, int] = {}
    for place, net in enumerate(order):
        left = [found[one.source.key] for one in order[:place] if one.meets(net)]
        found[net.source.key] = 1 + max(left, default=-1)
    return found


def _price(net: Net, others: Sequence[Net]) -> int:
    """How many crossings more it has to the left of others than to the right of them."""
    met = [one for one in others if one is not net and one.meets(net)]
    return sum(net.crosses(one) - one.crosses(net) for one in met)


def on_rim(shape: Shape, middle: float, height: float, is_round: bool) -> float:
    """How far from its middle a node's outline is, at a height."""
    if not is_round:
        return shape.width / 2
    radius = shape.width / 2
    return sqrt(max(radius**2 - (height - middle)**2, 0.0))


def is_round(kind: Kind, shape: Shape) -> bool:
    """True for a circle."""
    return kind is Kind.OPERATION and shape.width == shape.height


def route_of(edge: Edge, layers: Layers, heights: Mapping[int, float],
             entering: Mapping[tuple[int, int], float], tracks: Mapping[tuple[int, int], float],
             start: float, end: float) -> tuple[Point, ...]:
    """The corners of an edge from the outline of a node to that of another."""
    route = layers.routes[edge]
    points: list[Point] = [(start, heights[edge.source])]
    for one, other in pairwise(route):
        height = entering[one.key, other.key]
        if height != points[-1][1]:
            x = tracks[one.layer, one.key]
            points += [(x, points[-1][1]), (x, height)]
    return (*points, (end, points[-1][1]))

"""From a graph to a picture: layers, heights, tracks, then coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symrnn.backends.formula import Formula
from symrnn.diagrams.graph import Edge, Graph
from symrnn.diagrams.heights import heights
from symrnn.diagrams.layers import Layers, layered
from symrnn.diagrams.picture import Box, Line
from symrnn.diagrams.routes import Gap, gaps, is_round, on_rim, ports, route_of
from symrnn.diagrams.shapes import Shape, shape, shows_name

TRACK, SIDE = 9.0, 15.0  # between two tracks; from a box to the first track
MARGIN = 14.0
HEAD = 1.5  # how far an arrow ends in front of an outline


@dataclass(frozen=True)
class Laid:
    """Boxes and lines, and how large the whole is."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def laid_out(graph: Graph, names: Mapping[str, Formula]) -> Laid:
    """A graph with coordinates; ``names`` are the symbols of values.

    Raises Misused where the library that orders layers is missing.
    """
    shapes = {one.key: shape(one, names[one.value] if shows_name(graph, one) else None)
              for one in graph.nodes}
    layers = layered(graph)
    high = heights(layers, {key: one.height for key, one in shapes.items()})
    entering = ports(layers, shapes, high, frozenset(
        one.key for one in graph.nodes if is_round(one.kind, shapes[one.key])))
    between = gaps(layers, high, entering)
    across, tracks, width = _across(layers, shapes, between)
    down = MARGIN - min(high[one.key] - shapes[one.key].height / 2 for one in graph.nodes)
    high = {key: round(y + down, 1) for key, y in high.items()}
    entering = {key: round(y + down, 1) for key, y in entering.items()}
    boxes = tuple(Box(one, shapes[one.key], across[one.key], high[one.key],
                      is_round(one.kind, shapes[one.key])) for one in graph.nodes)

    def line(edge: Edge) -> Line:
        end = entering[layers.routes[edge][-2].key, edge.target]
        target = boxes[edge.target]
        rim = on_rim(target.shape, target.y, end, target.is_round)
        start = across[edge.source] + shapes[edge.source].width / 2
        first = min(entering[layers.routes[one][-2].key, edge.target]
                    for one in graph.into(edge.target))
        return Line(edge, route_of(edge, layers, high, entering, tracks, start,
                                   round(across[edge.target] - rim - HEAD, 1)),
                    -1 if end == first else 1)

    height = max(*(one.y + one.shape.height / 2 for one in boxes), *high.values())
    return Laid(boxes, tuple(map(line, graph.edges)), round(width, 1), round(height + MARGIN, 1))


def _across(layers: Layers, shapes: Mapping[int, Shape], between: Sequence[Gap],
            ) -> tuple[dict[int, float], dict[tuple[int, int], float], float]:
    """The middle of every node and the place of every track, from the left, and the whole width."""
    x, across, tracks = MARGIN, dict[int, float](), dict[tuple[int, int], float]()
    for number, row in enumerate(layers.rows):
        own = [shapes[one.key] for one in row if not one.passes]
        half = max((one.width / 2 for one in own), default=0.0)
        across |= {one.key: round(x + half, 1) for one in row if not one.passes}
        x += half + max((one.reach for one in own), default=0.0)
        if number < len(between):
            gap = between[number]
            tracks |= {(row[0].layer, key): round(x + SIDE + TRACK * track, 1)
                       for key, track in gap.tracks.items()}
            x += 2 * SIDE + TRACK * max(gap.count - 1, 0)
    return across, tracks, x + MARGIN

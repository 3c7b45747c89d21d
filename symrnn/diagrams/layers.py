"""The layers of a graph from left to right, and the order in each of them.

A line that crosses several layers has a vertex in each, which all lines of one value share. Which
vertex stands above which, so that few lines cross, a library finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from symrnn.diagrams.crossings import uncrossed
from symrnn.diagrams.graph import Edge, Graph, Kind, Node
from symrnn.diagrams.vertices import Vertex
from symrnn.program import Misused

MISSING = "pictures need a library that is not installed: pip install 'symrnn[docs]'"


@dataclass(frozen=True)
class Layers:
    """Vertices by layer from above to below; the lines between neighbours, by their vertices.

    ``routes`` holds for each edge of the graph the vertices on its way.
    """

    rows: tuple[tuple[Vertex, ...], ...]
    routes: Mapping[Edge, tuple[Vertex, ...]]
    lines: tuple[tuple[Vertex, Vertex], ...]


def layered(graph: Graph) -> Layers:
    """The layers of a graph. Raises Misused where the library is missing."""
    made = _Layers(graph, ranks(graph), _lanes(graph))
    routes = {edge: made.route(edge) for edge in graph.edges}
    lines = dict.fromkeys(pair for route in routes.values()
                          for pair in pairwise(route))
    place = _library(tuple((one.key, other.key) for one, other in lines))
    parts = {part: number for number, part in enumerate(dict.fromkeys(
        node.part for node in graph.nodes))}
    rows: dict[int, list[Vertex]] = {}
    for vertex in dict.fromkeys(one for pair in lines for one in pair):
        rows.setdefault(vertex.layer, []).append(vertex)
    for row in rows.values():
        row.sort(key=lambda one: (parts[one.part], one.lane < 0, one.lane, place[one.key], one.key))
    uncrossed(rows, tuple(lines))
    return Layers(tuple(tuple(rows[layer]) for layer in sorted(rows)), routes, tuple(lines))


@dataclass
class _Layers:
    """Vertices as routes need them."""

    graph: Graph
    ranks: tuple[int, ...]
    lanes: Mapping[int, int]
    passing: dict[tuple[int, int], Vertex] = field(default_factory=dict)

    def route(self, edge: Edge) -> tuple[Vertex, ...]:
        """The vertices on the way of an edge."""
        between = range(self.ranks[edge.source] + 1, self.ranks[edge.target])
        return (self.node(edge.source), *(self.passed(edge.source, layer) for layer in between),
                self.node(edge.target))

    def node(self, key: int) -> Vertex:
        return Vertex(key, self.ranks[key], key, False, self.graph.nodes[key].part,
                      self.lanes.get(key, -1))

    def passed(self, source: int, layer: int) -> Vertex:
        """Where the lines from a node pass a layer; those of a state's path are on its lane."""
        if (source, layer) not in self.passing:
            on = any(one.along_time and self.ranks[one.target] > layer
                     for one in self.graph.out_of(source))
            key = len(self.graph.nodes) + len(self.passing)
            self.passing[source, layer] = Vertex(
                key, layer, source, True, self.graph.nodes[source].part,
                self.lanes.get(source, -1) if on else -1)
        return self.passing[source, layer]


def _lanes(graph: Graph) -> dict[int, int]:
    """The lane of every node on the path of a state; a node on two paths is on the first."""
    found: dict[int, int] = {}
    for lane, start in enumerate(one for one in graph.nodes if one.kind is Kind.BEFORE):
        at: int | None = start.key
        while at is not None and at not in found:
            on = [one.target for one in graph.out_of(at) if one.along_time]
            if not on and at == start.key:
                break
            found[at] = lane
            at = next((one for one in on if one not in found), None)
    return found


def ranks(graph: Graph) -> tuple[int, ...]:
    """The layer of every node: behind all that it reads; a step's ends beside their part."""
    found: dict[int, int] = {}
    for node in graph.nodes:  # a node stands behind what it reads
        if not node.kind.at_edge:
            found[node.key] = 1 + max((found.get(one.source, 0) for one in graph.into(node.key)),
                                      default=0)
    for node in graph.nodes:
        if node.kind.at_edge:
            found[node.key] = _beside(graph, node, found)
    return tuple(found[node.key] for node in graph.nodes)


def _beside(graph: Graph, node: Node, found: Mapping[int, int]) -> int:
    """The layer of what enters or leaves: at the edge of its part."""
    own = [rank for key, rank in found.items()
           if graph.nodes[key].part == node.part and not graph.nodes[key].kind.at_edge]
    if node.kind is Kind.BEFORE:
        return min(own) - 1
    if node.kind is Kind.INPUT:
        return min(found[one.target] for one in graph.out_of(node.key) if one.target in found) - 1
    sources = [found[one.source] for one in graph.into(node.key) if one.source in found]
    return 1 + max(*own, *sources, 0, 0)


def _library(lines: tuple[tuple[int, int], ...]) -> dict[int, tuple[int, float]]:
    """For every vertex where a library puts it across its layer, by connected part."""
    try:
        from fast_sugiyama import from_edges
    except ImportError:
        raise Misused(MISSING) from None
    found = from_edges(lines, crossing_minimization="barycenter", transpose=True,
                       check_layout=False)
    return {int(key): (number, x) for number, (positions, *_) in enumerate(found)
            for key, (x, _) in positions}

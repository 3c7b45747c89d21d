"""The path of each state through a step, from what it was before to what it is after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from heapq import heappop, heappush

from symrnn.diagrams.graph import Edge, Graph, Kind, Node

COST = {Kind.OPERATION: 1, Kind.FUNCTION: 2, Kind.LAYER: 8}
BENT = 1000  # what a path costs that goes through a function which is not linear


def along_time(graph: Graph, states: Iterable[tuple[int, int]]) -> Graph:
    """The graph with the paths of its states marked.

    They go through sums and products alone. Where no state has such a path, as in a simple network,
    the shortest ones are marked.
    """
    found = [path for one in states if (path := _path(graph, *one))]
    straight = [edges for cost, edges in found if cost < BENT]
    marked = {edge for edges in straight or [edges for _, edges in found] for edge in edges}
    return Graph(graph.nodes, tuple(replace(one, along_time=one in marked)
                                    for one in graph.edges))


def _cost(node: Node) -> int:
    return 0 if node.kind.at_edge else COST[node.kind] + BENT * (not node.linear)


def _path(graph: Graph, start: int, end: int) -> tuple[int, tuple[Edge, ...]] | None:
    """The cheapest way between two nodes; of two equal ones that which was found first."""
    waiting: list[tuple[int, int, int, tuple[Edge, ...]]] = [(0, 0, start, ())]
    done, turn = set[int](), 0
    while waiting:
        cost, _, at, edges = heappop(waiting)
        if at == end:
            return cost, edges
        if at in done:
            continue
        done.add(at)
        for edge in graph.out_of(at):
            turn += 1
            heappush(waiting, (cost + _cost(graph.nodes[edge.target]), turn, edge.target,
                               (*edges, edge)))
    return None

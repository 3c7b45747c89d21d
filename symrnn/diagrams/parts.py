"""The layers that a network is made of, as names tell: ``layer1.forward.`` is one.

A layer that remembers goes on along time; one that does not joins others, or is the readout.
"""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.formula import Formula
from symrnn.diagrams.graph import Graph, Kind, Node
from symrnn.program import Delay, Program


@dataclass(frozen=True)
class Part:
    """One layer: what it reads, what it remembers, what leaves the network here.

    ``depth`` counts the layers below it, ``beside`` those of equal depth before it. ``shown`` are
    the values that its box names; one that remembers nothing names its ``weights``.
    """

    prefix: str
    delays: tuple[Delay, ...]
    shown: tuple[str, ...]
    weights: tuple[Formula, ...]
    reads: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    depth: int
    beside: int


def parts(program: Program, graph: Graph) -> tuple[Part, ...]:
    """The layers of a network, from below to above."""
    inner = [one for one in graph.nodes if not one.kind.at_edge]
    names = list(dict.fromkeys(one.part for one in inner))
    reads = {name: _read(graph, name) for name in names}
    depths: dict[str, int] = {}
    while len(depths) < len(names):  # a layer reads layers that stand below it
        for name in names:
            below = [depths.get(one, -1) for one in reads[name]]
            if name not in depths and -1 not in below:
                depths[name] = 1 + max(below, default=-1)
    order = sorted(names, key=lambda name: (depths[name], names.index(name)))
    return tuple(_part(program, graph, name, reads[name], depths[name],
                       sum(depths[one] == depths[name] for one in order[:order.index(name)]))
                 for name in order)


def _read(graph: Graph, part: str) -> tuple[str, ...]:
    """The other layers whose values a layer reads."""
    sources = [graph.nodes[edge.source] for edge in graph.edges
               if graph.nodes[edge.target].part == part
               and not graph.nodes[edge.target].kind.at_edge]
    return tuple(dict.fromkeys(one.part for one in sources
                               if one.part != part and not one.kind.entering))


def _part(program: Program, graph: Graph, prefix: str, reads: tuple[str, ...], depth: int,
          beside: int) -> Part:
    inner = [one for one in graph.nodes if one.part == prefix and not one.kind.at_edge]
    own = {one.key for one in inner}
    states = {one.value for one in graph.nodes if one.kind is Kind.BEFORE and one.part == prefix}
    delays = tuple(one for one in program.delays if one.lhs in states)
    inputs = [graph.nodes[one.source].value for one in graph.edges if one.target in own
              and graph.nodes[one.source].kind is Kind.INPUT]
    outputs = tuple(graph.nodes[one.target].value for one in graph.edges if one.source in own
                    and graph.nodes[one.target].output)
    weights = tuple(weight for one in inner for weight in one.weights)
    kept = dict.fromkeys(one.source for one in delays if not program[one.source].role.given)
    shown = tuple(kept) or (() if outputs else (_last(inner),))
    return Part(prefix, delays, shown, () if delays else weights, reads,
                tuple(dict.fromkeys(inputs)), outputs, depth, beside)


def _last(nodes: list[Node]) -> str:
    """The value of the last node that has one."""
    return next((one.value for one in reversed(nodes) if one.value), "")

"""A stage of a network as one operator of ONNX: what it is as a network, and its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symrnn.backends.onnx_graph import Nodes, Value
from symrnn.program import Program, Role, Span
from symrnn.schedule import Stage

WEIGHTS = ("W", "R", "B", "P")


@dataclass(frozen=True)
class Operator:
    """RNN, LSTM or GRU with attributes and weights by ONNX's names, W [1, gates * m, n].

    ``states`` are those of the network in the operator's order.
    """

    op_type: str
    attributes: Mapping[str, Any]
    weights: Mapping[str, Any]
    states: tuple[str, ...]


Chooser = Callable[[Program], Operator | None]  # an operator that is proved to be a network


def network_of(program: Program, stage: Stage, read: Sequence[str],
               wanted: Sequence[str]) -> Program | None:
    """A stage as a network by itself, of what it reads; None where it reads what is computed once.

    Sizes that the whole computes are inputs' own here.
    """
    edges = [name for one in stage.delays for name in (one.initial, one.final)]
    constants = {name for one in stage.equations for name in one.reads
                 if program[name].span is Span.CONSTANT}
    if any(program[name].role not in (Role.PARAMETER, Role.SELECTOR) for name in constants):
        return None
    roles = {**dict.fromkeys(read, Role.INPUT), **{one.initial: Role.INITIAL
                                                   for one in stage.delays}}
    kept = {*stage.names, *edges, *constants, *read}
    variables = tuple(replace(one, role=roles.get(one.name, one.role))
                      for one in program.variables if one.name in kept)
    axes = {axis for one in variables for axis in one.axes}
    return replace(program, variables=variables, equations=stage.equations, delays=stage.delays,
                   outputs=tuple(wanted),
                   sizes=tuple(replace(one, value=None) for one in program.sizes
                               if one.name in axes))


def add_operator(graph: Nodes, one: Operator, x: str, y: str, initial: Sequence[Value],
                 finals: Sequence[str]) -> None:
    """The operator's node, from x [T, B, n] to y [T, B, m], and states [B, m] in and out."""
    graph.equation = y
    weights = {key: graph.constants.put(f"{y} {key}", array) for key, array in one.weights.items()}
    first = [graph.reshaped(value, [0]).name for value in initial]
    given = [x, *(weights.get(key, "") for key in WEIGHTS[:3]), "", *first]
    graph.add(one.op_type, [*given, *([weights["P"]] if "P" in weights else [])],
              [f"{name} of one direction" for name in (y, *finals)],
              hidden_size=one.weights["R"].shape[-1], **one.attributes)
    for name, axis in ((y, 1), *((name, 0) for name in finals)):
        axes = graph.constants.put(f"axes {axis}", [axis], np.int64)
        graph.add("Squeeze", [f"{name} of one direction", axes], [name])


def names_read(nodes: Sequence[Any]) -> Iterator[str]:
    """Every name that nodes read, those inside of scans too."""
    for node in nodes:
        yield from node.input
        for attribute in node.attribute:
            yield from names_read(attribute.g.node)

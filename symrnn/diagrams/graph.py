"""The data-flow graph of one step: what is computed of what, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from symrnn.backends.formula import Formula


class Kind(Enum):
    """What a node is."""

    INPUT = "input"
    BEFORE = "state before the step"
    LAYER = "weighted sum"
    FUNCTION = "function"
    OPERATION = "operation"
    AFTER = "state after the step"
    OUTPUT = "output"

    @property
    def at_edge(self) -> bool:
        """True for what comes into the step or leaves it."""
        return self in (Kind.INPUT, Kind.BEFORE, Kind.AFTER, Kind.OUTPUT)

    @property
    def entering(self) -> bool:
        """True for what the step is given."""
        return self in (Kind.INPUT, Kind.BEFORE)


@dataclass(frozen=True)
class Node:
    """A node: its ``label`` and below it its ``weights``, as formulas.

    ``value`` is the variable that leaves it, empty where that has no name, and ``equations`` the
    numbers of the equations that it belongs to. ``linear`` tells that each value which enters
    is only added to others or multiplied by them; ``part`` is the prefix of the layer it is in, and
    ``unnamed`` tells that readers see a formula in place of the name.
    """

    key: int
    kind: Kind
    label: Formula
    value: str = ""
    weights: tuple[Formula, ...] = ()
    equations: tuple[int, ...] = ()
    linear: bool = False
    part: str = ""
    output: bool = False
    unnamed: bool = False


@dataclass(frozen=True)
class Edge:
    """What flows from one node to another, and the equation that reads it.

    ``negative`` marks what is subtracted, ``along_time`` the path of a state from one step to
    the next.
    """

    source: int
    target: int
    equation: int
    value: str = ""
    negative: bool = False
    along_time: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes and edges of one step; a node's key is its place."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def into(self, key: int) -> tuple[Edge, ...]:
        """The edges that enter a node."""
        return tuple(one for one in self.edges if one.target == key)

    def out_of(self, key: int) -> tuple[Edge, ...]:
        """The edges that leave a node."""
        return tuple(one for one in self.edges if one.source == key)

"""A laid-out picture: where every box, line and letter stands."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.diagrams.graph import Edge, Node
from symrnn.diagrams.routes import Point
from symrnn.diagrams.shapes import Shape


@dataclass(frozen=True)
class Box:
    """A node with the middle of its outline."""

    node: Node
    shape: Shape
    x: float
    y: float
    is_round: bool = False


@dataclass(frozen=True)
class Line:
    """An edge with the corners of its way; ``side`` is where its sign stands, -1 above its end.

    ``thickness`` is that of the line where it is measured, and 0 where nothing flows.
    """

    edge: Edge
    points: tuple[Point, ...]
    side: int = -1
    thickness: float | None = None


@dataclass(frozen=True)
class Key:
    """What a thickness of lines means: a stroke, of no thickness where nothing flows, and words."""

    x: float
    y: float
    thickness: float
    words: str


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn; ``keys`` explain lines that are measured."""

    name: str
    title: str
    description: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    keys: tuple[Key, ...] = ()

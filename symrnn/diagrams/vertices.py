"""A vertex of the layers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vertex:
    """A node in its layer, or where the lines of a value pass a layer.

    ``lane`` counts the states whose path through the step it is on, ``-1`` for none.
    """

    key: int
    layer: int
    source: int
    passes: bool
    part: str
    lane: int = -1

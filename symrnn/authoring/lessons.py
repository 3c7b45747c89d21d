"""Worked examples of lecture notes: data beside the cell that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Rows = tuple[tuple[float, ...], ...]  # one a step
Numbers = Any  # a number for all entries, or nested tuples of them


@dataclass(frozen=True)
class Lesson:
    """A network, numbers for all that it is given, and the outputs that the notes tell.

    ``options`` are those of the builder. What ``parameters`` lacks is zero, and so are states
    before the first step. ``inputs`` and ``outputs`` are rows, one a step; ``others`` are further
    pairs of them. Outputs are met within ``bound``: notes round what a closed gate lets through.
    """

    name: str
    told: str
    source: str
    options: Mapping[str, Any]
    sizes: Mapping[str, int]
    parameters: Mapping[str, Numbers]
    inputs: Rows
    outputs: Rows
    others: tuple[tuple[Rows, Rows], ...] = ()
    bound: float = 0.0

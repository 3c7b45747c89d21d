"""What pieces make of the states before them, and where each piece therefore begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from symrnn.parallel.pieces import Block, Values
from symrnn.runtime.shapes import Array


@dataclass(frozen=True)
class Map:
    """What pieces make of one state before them: last states from zero, and derivatives by it.

    ``ends`` are arrays [pieces, B, ...] by the names of final states, ``slopes`` [entries of a
    block, pieces, B, ...].
    """

    block: Block
    ends: Values
    slopes: Values


def first_states(maps: Mapping[str, Map], begin: Values, order: Iterable[int],
                 last: Mapping[str, str]) -> Values:
    """Where pieces begin, [pieces, B, ...]: the first one of ``begin``, others behind another.

    ``last`` are the names of final states by those of initial ones.
    """
    count = len(next(iter(maps.values())).ends[next(iter(last.values()))])
    starts = {name: np.empty((count, *one.shape), one.dtype) for name, one in begin.items()}
    for piece in order:
        for name, one in begin.items():
            starts[name][piece] = one
        begin = {name: behind(maps, final, begin, piece) for name, final in last.items()}
    return starts


def behind(maps: Mapping[str, Map], final: str, begin: Values, piece: int) -> Array:
    """A state behind a piece, from all states before it."""
    made: Array = next(iter(maps.values())).ends[final][piece]
    for name, one in maps.items():
        if final in one.slopes:
            slopes = one.slopes[final][:, piece]
            made = made + (slopes * one.block.entries(begin[name], slopes.ndim - 2)).sum(0)
    return made

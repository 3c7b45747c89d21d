"""How high each vertex stands: near what it is joined to, at a distance from its neighbours.

What is to be joined by a straight line has one height.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from symrnn.diagrams.layers import Layers
from symrnn.diagrams.straight import blocks

APART, LINES_APART = 16.0, 12.0  # between two nodes; where one of the two is a line
TURNS = 200
STRAIGHT = {0: 1.0, 1: 2.0, 2: 8.0}  # the pull of a line, by how many of its ends only pass

def heights(layers: Layers, tall: Mapping[int, float]) -> dict[int, float]:
    """The height of the middle of every vertex; ``tall`` are those of the boxes."""
    block_of = blocks(layers)
    above, below = _neighbours(layers, tall, block_of)
    pulls = _pulls(layers, block_of)
    order = _from_above(above, below)
    at: dict[int, float] = {}
    for block in order:
        at[block] = max((at[other] + apart for other, apart in above[block].items()), default=0.0)
    for turn in range(TURNS):
        for block in order if turn % 2 else reversed(order):
            at[block] = _settled(block, at, above, below, pulls)
    top = min(at.values())
    return {key: round(at[block] - top, 1) for key, block in block_of.items()}


Distances = dict[int, dict[int, float]]


def _neighbours(layers: Layers, tall: Mapping[int, float],
                block_of: Mapping[int, int]) -> tuple[Distances, Distances]:
    """For every block those right above and right below it, and how far away they must be."""
    above: Distances = {one: {} for one in block_of.values()}
    below: Distances = {one: {} for one in block_of.values()}
    for row in layers.rows:
        for upper, lower in pairwise(row):
            apart = (tall.get(upper.key, 0) + tall.get(lower.key, 0)) / 2
            apart += LINES_APART if upper.passes or lower.passes else APART
            one, other = block_of[upper.key], block_of[lower.key]
            below[one][other] = above[other][one] = max(apart, below[one].get(other, 0))
    return above, below


def _pulls(layers: Layers, block_of: Mapping[int, int]) -> dict[int, list[tuple[int, float]]]:
    """What each block is joined to, and how strongly it is drawn there."""
    found: dict[int, list[tuple[int, float]]] = {}
    for one, other in layers.lines:
        weight = STRAIGHT[one.passes + other.passes]
        first, second = block_of[one.key], block_of[other.key]
        if first != second:
            found.setdefault(first, []).append((second, weight))
            found.setdefault(second, []).append((first, weight))
    return found


def _from_above(above: Distances, below: Distances) -> list[int]:
    """The blocks, each behind those above it."""
    missing = {block: len(others) for block, others in above.items()}
    order = [block for block, count in missing.items() if not count]
    for block in order:
        for other in below[block]:
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    return order


def _settled(block: int, at: Mapping[int, float], above: Distances, below: Distances,
             pulls: Mapping[int, list[tuple[int, float]]]) -> float:
    """Where a block would be, as far as its neighbours let it."""
    drawn = pulls.get(block, [])
    weight = sum(one for _, one in drawn)
    wish = sum(at[other] * one for other, one in drawn) / weight if weight else at[block]
    low = max((at[other] + apart for other, apart in above[block].items()), default=wish)
    high = min((at[other] - apart for other, apart in below[block].items()), default=wish)
    return max(low, min(wish, high)) if low <= high else at[block]

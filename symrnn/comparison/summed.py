"""Orders of summed indices that do not depend on their names: a graph's canonical labelling.

Factors are nodes that indices connect. An index is told from another by the factors that it
stands in, and then by what the other indices of these are told by, again and again (colour
refinement). Only indices that nothing tells apart are tried in every order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, permutations, product
from math import factorial, prod
from typing import Protocol


class Keyed(Protocol):
    """What has a key that says what it is."""

    @property
    def key(self) -> str:
        """Equal for equal things."""


Factors = Sequence[tuple[Keyed, tuple[int, ...]]]


def orders(factors: Factors, most: int) -> Iterator[tuple[int, ...]]:
    """The orders of the summed indices, which are negative; none where there are over ``most``."""
    colours = refined(factors)
    alike = [tuple(group) for _, group in groupby(sorted(colours, key=colours.__getitem__),
                                                  key=colours.__getitem__)]
    if prod(factorial(len(one)) for one in alike) > most:
        return
    for parts in product(*map(permutations, alike)):
        yield tuple(index for part in parts for index in part)


def refined(factors: Factors) -> Mapping[int, int]:
    """A number for each summed index; two that have the same one play the same part."""
    colours = {index: 0 for _, at in factors for index in at if index < 0}
    while True:
        seen = {index: (colour, _surroundings(index, factors, colours))
                for index, colour in colours.items()}
        ranks = {one: place for place, one in enumerate(sorted(set(seen.values())))}
        if len(ranks) == len(set(colours.values())):
            return colours
        colours = {index: ranks[one] for index, one in seen.items()}


def _surroundings(index: int, factors: Factors, colours: Mapping[int, int]) -> tuple[
        tuple[str, tuple[tuple[int, ...], ...]], ...]:
    """The factors that an index stands in: where it stands, and what the others are told by."""
    return tuple(sorted((one.key, tuple((0, 0) if other == index else
                                        (1, colours[other]) if other < 0 else (2, other)
                                        for other in at))
                        for one, at in factors if index in at))

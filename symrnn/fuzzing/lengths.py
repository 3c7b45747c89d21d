"""How long the arrays of a random cell are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Lengths:
    """Steps, samples, and the least of a cell's sizes, of which each is one more than the last."""

    steps: int = 3
    samples: int = 2
    smallest: int = 2

    @property
    def are_small(self) -> bool:
        """True where a number for every entry of a state and every parameter is not too much."""
        return self.smallest <= 3 and self.samples <= 3

    def __str__(self) -> str:
        return f"T={self.steps}, B={self.samples}, sizes from {self.smallest} on"


USUAL = Lengths()


def lengths() -> st.SearchStrategy[Lengths]:
    """Short sequences most of the time; sizes of one, odd ones, and more than a vector holds."""
    return st.builds(Lengths, _often(3, 6, 1, 2, 4, 5, 7, 12, 20), _often(2, 6, 1, 3, 5, 9),
                     _often(2, 8, 1, 3, 5, 9, 17))


def _often(usual: int, times: int, *others: int) -> Any:
    """One number more often than each of some others."""
    return st.sampled_from((usual,) * times + others)

"""What every adapter gives: something to time, and the numbers that it computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrnn.runtime.shapes import Array


@dataclass(frozen=True)
class Trial:
    """One contender, ready for one case.

    ``call`` is timed. ``results`` computes what ``Case.expected`` holds, by the same names.
    """

    name: str
    call: Callable[[], object]
    results: Callable[[], dict[str, Array]]

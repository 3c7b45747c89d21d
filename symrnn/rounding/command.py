"""What ``symrnn accuracy`` does, without a terminal: read options, measure."""

from __future__ import annotations

import json as library

from symrnn.catalogue import find
from symrnn.program import Misused, quoted
from symrnn.rounding.asked import accuracy as measured
from symrnn.rounding.result import HEAD, Accuracy

__all__ = ["HEAD", "accuracy", "json"]


def accuracy(cell: str, sizes: str, steps: int, limits: str, dtype: str, kernel: str,
             seed: int) -> Accuracy:
    """Measure what was asked for. Raises UnknownName, Misused, ProgramError."""
    return measured(find(cell).build(), sizes=_sizes(sizes), steps=steps, range=_limits(limits),
                    dtype=dtype, kernel=kernel, seed=seed)


def json(found: Accuracy) -> str:
    """The measurement as JSON."""
    return library.dumps(found.data(), indent=2)


def _sizes(text: str) -> dict[str, int]:
    found = {}
    for one in filter(None, text.split(",")):
        name, _, number = (half.strip() for half in one.partition("="))
        if not name or not number.isdecimal():
            raise Misused(f"--sizes {quoted(one)} is not understood; write a name and a whole "
                          f"number, such as m=4")
        found[name] = int(number)
    return found


def _limits(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise Misused(f"--range {quoted(text)} is not understood; write two numbers, such as "
                      f"-1,1") from None
    return low, high

"""What a package takes in bytes: as a compiler says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symrnn.runtime.measure import code_sizes, small_compilers


@dataclass(frozen=True)
class Measured:
    """The code of the step, and of all that learns, from one compiler."""

    compiler: str
    step: int
    learning: tuple[int, ...]


def measured(files: Mapping[str, str], step: Sequence[str],
             learning: Sequence[str]) -> tuple[Measured, ...]:
    """The sizes from every compiler that there is, none where there is none."""
    found = []
    for name, command, size in small_compilers():
        told = code_sizes(files, (*step, *learning), command, size)
        if told is not None:
            found.append(Measured(name, sum(told[one] for one in step),
                                  (sum(told[one] for one in learning),) if learning else ()))
    return tuple(found)

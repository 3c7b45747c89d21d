"""The step of one sample in vectors, as a package has it beside the portable one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.backends.c_stream import StreamVectors, stream_vectors
from symrnn.packaging.content import BYTES, Model, lengths
from symrnn.schedule import Plan

IN_VECTORS = (
    "Sums and activations run in vectors of the target: compile with -O3 -march=native, or for",
    "the processor that it is to run on. tanh and sigmoid are within 5e-7. Other compilers than",
    "those of C by GCC and Clang, double, targets that compute float in double, and who defines",
    "{upper}_FAST_PORTABLE get the step of {name}.c. C++ calls it; compile it as C.")
PORTABLE = (
    "Some equation of this network does not run unit by unit: a sum over all units, or a matrix of",
    "a sample. So these functions run the step of {name}.c, and are no faster.")


@dataclass(frozen=True)
class Fast:
    """What the fast source holds: room for its constants, and its step in vectors, if any."""

    numbers: int
    vectors: tuple[StreamVectors, ...]
    told: tuple[str, ...]

    @property
    def portable(self) -> bool:
        """True where the step is the portable one everywhere."""
        return not self.vectors

    @property
    def weight_bytes(self) -> int:
        """What the copy of all parameters takes."""
        return BYTES * self.numbers


def fast(plan: Plan, own: Model, sizes: Mapping[str, int]) -> tuple[Fast, ...]:
    """The fast source of a model; none where it does not stream or its weights are narrow."""
    if not own.streams or not own.whole:
        return ()
    found = stream_vectors(plan, own.name, lengths(plan.program, sizes))
    lines = PORTABLE if found is None else IN_VECTORS
    told = tuple(line.format(name=own.name, upper=own.upper) for line in lines)
    most = max(own.count, 1, 0 if found is None else found.numbers)
    return (Fast(most, () if found is None else (found,), told),)

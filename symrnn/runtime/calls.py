"""What kernels and those who call them pass around."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from symrnn.program import Program
from symrnn.runtime.shapes import Array, Arrays, Sizes


class Relation(Enum):
    """Other kernels that come from the same equations."""

    MASKED = "takes a mask"
    PUSHED = "carries a tangent along"
    PUSHED_EACH = "carries along a tangent for each sample"
    SECOND_ORDER = "carries the tangents of the gradients along"


@dataclass(frozen=True)
class Given:
    """The checked arguments of one call."""

    parameters: Arrays
    inputs: Arrays
    initial: Arrays
    sizes: Sizes

    def by_variable(self, program: Program) -> dict[str, Array]:
        """All arrays by the names of the program's variables."""
        initial = {one.initial: self.initial[one.state] for one in program.delays}
        return {**self.parameters, **self.inputs, **initial}

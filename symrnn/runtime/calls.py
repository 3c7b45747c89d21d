"""What kernels and those who call them pass around."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

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


class Engine(Protocol):
    """What runs the generated code; arrays by name, already checked."""

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        ...

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        ...

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        ...


@dataclass(frozen=True)
class Parameter:
    """Axes and meaning of one parameter."""

    axes: tuple[str, ...]
    meaning: str

    def __str__(self) -> str:
        return f"[{', '.join(self.axes)}] {self.meaning}"

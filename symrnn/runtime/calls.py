"""What kernels and those who call them pass around."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol

import numpy as np

from symrnn.program import Program, counted
from symrnn.runtime.shapes import Array, Arrays, Sizes


class Relation(Enum):
    """Other kernels that come from the same equations."""

    MASKED = "takes a mask"
    JVP = "carries a tangent along"
    JVP_EACH_SAMPLE = "carries along a tangent for each sample"
    SECOND_ORDER = "carries the tangents of the gradients along"


class Packed(Mapping[str, Array]):
    """Parameters that are packed for the kernels that read them, each once.

    Made by ``kernel.pack``; goes wherever parameters go. The arrays are copies, read-only:
    after a change of the parameters, pack anew.
    """

    def __init__(self, arrays: Mapping[str, Array], known: Mapping[str, int],
                 dtype: np.dtype[Any], weights: str = "") -> None:
        self._arrays, self.known, self.dtype = dict(arrays), dict(known), dtype
        self.weights = weights  # what matrices are rounded to, where they are
        self._blocks: dict[Hashable, Any] = {}
        shapes = {name: array.shape for name, array in self._arrays.items()}
        self.key = str(shapes)  # text, which keeps its hash

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} = {size}" for name, size in self.known.items())
        return f"<Packed {counted(len(self), 'parameter')}: {self.dtype}; {sizes}>"

    def __copy__(self) -> Packed:
        return self  # its arrays are read-only

    def __deepcopy__(self, memo: object) -> Packed:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _packed_again, (self._arrays, self.known, self.dtype, self.weights)

    def block(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What one engine made of the parameters, such as packed weights; made once."""
        if key not in self._blocks:  # of two threads that make it at the same time the first one
            return self._blocks.setdefault(key, make())
        return self._blocks[key]

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def _packed_again(arrays: Mapping[str, Array], known: Mapping[str, int], dtype: np.dtype[Any],
                  weights: str) -> Packed:
    for array in arrays.values():
        array.flags.writeable = False
    return Packed(arrays, known, dtype, weights)


class Given(NamedTuple):
    """The checked arguments of one call, and what else its kernels ``kept`` for it."""

    parameters: Arrays
    inputs: Arrays
    initial: Arrays
    sizes: Sizes
    kept: dict[Hashable, Any]

    def by_variable(self, program: Program) -> dict[str, Array]:
        """All arrays by the names of the program's variables."""
        initial = {one.initial: self.initial[one.state] for one in program.delays}
        return {**self.parameters, **self.inputs, **initial}


class Engine(Protocol):
    """What runs the generated code; arrays by name, already checked."""

    def shapes(self, arrays: Mapping[str, Any], names: tuple[str, ...]) -> Hashable | None:
        """What tells the shapes of parameters; None unless all lie ready to be read."""
        ...

    def is_plain(self, array: Any, dtype: np.dtype[Any]) -> bool:
        """True for an array that is read as it lies there."""
        ...

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        ...

    def infer(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and final states, with nothing kept for backward."""
        ...

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        ...

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        ...

    def bound_step(self, given: Given, outputs: Arrays) -> Callable[[], None]:
        """A call without arguments: one step from ``given`` into ``outputs``, state in place."""
        ...


@dataclass(frozen=True)
class Parameter:
    """Axes and meaning of one parameter."""

    axes: tuple[str, ...]
    meaning: str

    def __str__(self) -> str:
        return f"[{', '.join(self.axes)}] {self.meaning}"

"""Weights in fewer bits than float32: how they are rounded, and the kernel that rounds its own.

What is computed stays float32. The fast profile keeps the weights of products narrow in memory;
whatever reads them otherwise reads the same numbers as float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from symrnn.loops import BFLOAT16, INT8, Scalar
from symrnn.program import Program, ProgramError
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.kernel import Kernel
from symrnn.runtime.shapes import Array
from symrnn.schedule.products import weighted_terms
from symrnn.transforms import matrices, row_scale

MOST = 127  # of int8, on both sides


@dataclass(frozen=True)
class Narrow:
    """A type of weights: what C calls it, its bytes, and the numbers that it makes of a matrix.

    ``rounded`` takes the places of the axes along which rows have a scale each.
    """

    scalar: Scalar
    bytes: int
    rounded: Callable[[Array, Sequence[int]], Array]


def bfloat16(weights: Array) -> tuple[Array, Array]:
    """The upper half of each float32, rounded to the nearest one, to even ones of two.

    Returns the bits, and the numbers that they stand for.
    """
    bits = weights.astype(np.float32).view(np.uint32)
    half = ((bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype(np.uint16)
    return half, (half.astype(np.uint32) << 16).view(np.float32)


def int8(weights: Array, places: Sequence[int]) -> tuple[Array, Array]:
    """Every row as whole numbers from -127 to 127, and the scale that they are multiplied by.

    A row is what the axes at some ``places`` leave; without places all weights are one.
    """
    others = tuple(place for place in range(weights.ndim) if place not in places)
    top = np.abs(weights).max(others, keepdims=True, initial=0)
    step = np.where(top > 0, top / np.float32(MOST), np.float32(1)).astype(np.float32)
    whole = np.clip(np.rint(weights / step), -MOST, MOST).astype(np.int8)
    return whole, step.squeeze(others)


def _multiples(weights: Array, places: Sequence[int]) -> Array:
    whole, step = int8(weights, places)
    wide = [size if place in places else 1 for place, size in enumerate(weights.shape)]
    return whole.astype(np.float32) * step.reshape(wide)


TYPES = {"bfloat16": Narrow(BFLOAT16, 2, lambda weights, places: bfloat16(weights)[1]),
         "int8": Narrow(INT8, 1, _multiples)}


def narrowed(program: Program) -> dict[str, tuple[int, ...]]:
    """The parameters that become narrow, and the places of the axes of their rows.

    Those are what contractions alone read and sum over, and all matrices of products ``W x``.
    """
    names = [one.name for one in matrices(program)]
    names += [weights.matrix for equation in program.equations
              for _, weights in weighted_terms(program, equation)]
    return {name: row_scale(program, name).places for name in dict.fromkeys(names)}


class NarrowKernel(Kernel):
    """A kernel with narrow weights: it streams and infers, and nothing is derived from it."""

    def __init__(self, *arguments: Any, weights: str) -> None:
        super().__init__(*arguments)
        self.weights, self._narrowed = weights, narrowed(self.program)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, weights {self.weights}>"

    def pack(self, params: Mapping[str, Any]) -> Packed:
        """The parameters, rounded, that this kernel reads without packing them again.

        Use it where the same parameters serve several calls. Raises ShapeError, ProgramError for
        weights that are not finite when they are rounded.
        """
        if type(params) is Packed and params.weights == self.weights:
            return params
        packed = super().pack(params)
        arrays = dict(packed)
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused
            for name, places in self._narrowed.items():
                arrays[name] = TYPES[self.weights].rounded(packed[name], places)
                self._check(name, packed[name], arrays[name])
        return Packed(arrays, packed.known, packed.dtype, self.weights)

    def _check(self, name: str, given: Array, rounded: Array) -> None:
        if not (np.isfinite(given).all() and np.isfinite(rounded).all()):
            raise ProgramError(f"{self.program.name}: '{name}' has weights that are not finite as "
                               f"{self.weights}; compile it without weights=")
        rounded.flags.writeable = False

    def given(self, params: Mapping[str, Any], x: Any, state: Mapping[str, Any] | None,
              lost: int = 0) -> Given:
        """The checked arguments of a call, weights rounded."""
        return super().given(self.pack(params), x, state, lost)


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(self: NarrowKernel, *arguments: Any, **named: Any) -> NoReturn:
        raise ProgramError(f"{self.program.name} has {self.weights} weights, and rounding has no "
                           f"derivative, so there is no {name}; train a kernel that was compiled "
                           f"without weights=, and pack its parameters for this one")

    refuse.__name__ = name
    refuse.__doc__ = f"There is no {name} of narrow weights. Raises ProgramError."
    return refuse


for _name in ("backward", "jvp", "hvp", "truncated", "checkpointed", "rtrl", "state_jacobian"):
    setattr(NarrowKernel, _name, _refused(_name))

"""Weights in fewer bits than float32: what a package stores, and how far its numbers are off.

Matrices alone are stored so, and only where that takes less room; all else stays float32. What is
computed stays float32 too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.loops import BFLOAT16, FLOAT16, INT8, Scalar
from symrnn.packaging.drawn import vectors
from symrnn.program import Program, ProgramError, Variable, quoted
from symrnn.runtime.narrow import bfloat16, int8
from symrnn.transforms import Scale, matrices, row_scale, scaled_rows

Array = npt.NDArray[Any]
Bits = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True)
class Difference:
    """How far an output or a final state is off: at most, and as a share of its largest entry."""

    name: str
    largest: float
    share: float

    def __str__(self) -> str:
        return (f"{self.name} differs from that of float32 by {self.largest_told}, "
                f"{self.share_told} of its largest entry")

    @property
    def largest_told(self) -> str:
        """Two digits of the largest difference."""
        return f"{self.largest:.2g}"

    @property
    def share_told(self) -> str:
        """Two digits of its share."""
        return f"{self.share:.2g}"


@dataclass(frozen=True)
class Weights:
    """What a package computes with: ``params`` as numbers, ``stored`` as they lie in memory.

    ``types`` are those of parameters that are no float32, ``differences`` what they cost, and
    ``wide_bytes`` what all would take as float32. ``kept`` stay float32, and
    ``scaled`` tells the matrices that have scales, in one line, where there are some.
    """

    network: Program
    params: Mapping[str, Array]
    stored: Mapping[str, Array]
    kind: str = ""
    types: Mapping[str, Scalar] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    wide_bytes: int = 0
    kept: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()


def stored(network: Program, sizes: Mapping[str, int], params: Mapping[str, Array], kind: str,
           tolerance: float) -> Weights:
    """The weights as a package stores them; as they are where no ``kind`` is told.

    Raises ProgramError for another kind, for weights that it does not reach, and where an output
    or a final state is off by more than the ``tolerance``, a share of its largest entry.
    """
    if not kind:
        return Weights(network, params, params)
    if kind not in KINDS:
        raise ProgramError(f"weights are not stored as {quoted(kind)}; there are "
                           f"{', '.join(KINDS)}")
    made = KINDS[kind](network, params)
    differences = _differences(network, sizes, params, made)
    for one in differences:
        if not one.share <= tolerance:
            raise ProgramError(f"{network.name}: with weights in {kind} {one}, more than the "
                               f"tolerance {tolerance:g}; store them in more bits, or allow more "
                               f"with --tolerance")
    return replace(made, kind=kind, differences=differences,
                   wide_bytes=sum(4 * one.size for one in params.values()),
                   kept=tuple(name for name in params if name not in made.types))


def _differences(network: Program, sizes: Mapping[str, int], wide: Mapping[str, Array],
                 narrow: Weights) -> tuple[Difference, ...]:
    """Both on the same sequence in float64: what is left is of the weights alone."""
    before = vectors(network, sizes, wide)
    after = vectors(narrow.network, sizes, narrow.params)
    told = [(name, before.outputs[name], after.outputs[name]) for name in before.outputs]
    told += [(f"final {name}", before.final[name], after.final[name]) for name in before.final]
    return tuple(difference(*one) for one in told)


def difference(name: str, wide: Array, narrow: Array) -> Difference:
    """How far a result of narrow weights is from that of the weights as they are."""
    largest, top = float(np.abs(narrow - wide).max()), float(np.abs(wide).max())
    return Difference(name, largest, largest / top if top else inf if largest else 0.0)


def _in_int8(network: Program, params: Mapping[str, Array]) -> Weights:
    """Every row as whole numbers from -127 to 127, with the scale that they are multiplied by."""
    every = (row_scale(network, one.name) for one in matrices(network))
    scales = [one for one in every if _saves(params[one.matrix], one)]
    found, stored = dict(params), dict(params)
    for one in scales:
        whole, scale = int8(params[one.matrix], one.places)
        stored[one.matrix], found[one.matrix] = whole, whole.astype(np.float32)
        stored[one.name] = found[one.name] = scale
    return Weights(scaled_rows(network, scales), found, stored,
                   types={one.matrix: INT8 for one in scales},
                   scaled=(", ".join(one.matrix for one in scales),) if scales else ())


def _saves(weights: Array, scale: Scale) -> bool:
    """True where whole numbers and scales take less than float32: rows of one entry do not."""
    rows = int(np.prod([weights.shape[place] for place in scale.places]))
    return weights.size + 4 * rows < 4 * weights.size


def _in_halves(kind: Scalar, bits: Bits) -> Callable[[Program, Mapping[str, Array]], Weights]:
    """Every matrix in 16 bits, whose numbers need no scale."""
    def made(network: Program, params: Mapping[str, Array]) -> Weights:
        chosen = matrices(network)
        pairs = {one.name: bits(params[one.name]) for one in chosen}
        _refuse_endless(network, chosen, {name: one for name, (_, one) in pairs.items()}, kind)
        return Weights(network, {**params, **{name: one for name, (_, one) in pairs.items()}},
                       {**params, **{name: one for name, (one, _) in pairs.items()}},
                       types=dict.fromkeys(pairs, kind))
    return made


def _refuse_endless(network: Program, chosen: Sequence[Variable], found: Mapping[str, Array],
                    kind: Scalar) -> None:
    for one in chosen:
        if not np.isfinite(found[one.name]).all():
            raise ProgramError(f"{network.name}: '{one.name}' has weights that {kind.name} does "
                               f"not reach; store them as another type")


def _float16(weights: Array) -> tuple[Array, Array]:
    with np.errstate(over="ignore"):
        half = weights.astype(np.float16)
    return half.view(np.uint16), half.astype(np.float32)


KINDS: dict[str, Callable[[Program, Mapping[str, Array]], Weights]] = {
    "int8": _in_int8, "float16": _in_halves(FLOAT16, _float16),
    "bfloat16": _in_halves(BFLOAT16, bfloat16)}

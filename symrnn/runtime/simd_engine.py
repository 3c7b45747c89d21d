"""Runs the fast profile of the generated C: packed weights, shared tiles, a team of threads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.c import c_backend
from symrnn.backends.simd_parts import SimdPart, parts_of, simd_parts
from symrnn.loops import REAL
from symrnn.rendering import rendered, shared
from symrnn.runtime.c_engine import NAME, Ready
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.compiler import (CompilerMissing, begun, find_compiler, object_file,
                                     shared_library)
from symrnn.runtime.foreign import compiled_extension
from symrnn.runtime.memory import Lease
from symrnn.runtime.narrow import TYPES
from symrnn.runtime.team_engine import TeamEngine, flags_of
from symrnn.schedule import Plan

TILES = """#define SYMRNN_TILES_SHARED
#define {which}
typedef {type} real;
#include "symrnn_simd.h"
"""
OF_ROWS, TRANSPOSED = "SYMRNN_TRANSPOSED_APART", "SYMRNN_TRANSPOSED_ALONE"
APART = "SYMRNN_TILES_APART"


def begin(dtype: npt.DTypeLike, threads: int, weights: str = "") -> None:
    """Compile what all networks share while one of them is being derived.

    What goes wrong is told when it is asked for.
    """
    def both() -> Path:
        tiles(OF_ROWS, np.dtype(dtype), flags_of(threads), weights)
        return compiled_extension()

    try:
        find_compiler()
    except CompilerMissing:
        return
    begun(both)


def tiles(which: str, dtype: np.dtype[Any], flags: tuple[str, ...], weights: str) -> Path:
    """Products of tiles, compiled once for all networks: those of rows, or of reductions."""
    double = dtype == np.float64
    text = TILES.format(which=which, type="double" if double else "float")
    return object_file({"tiles.c": text, **shared()},
                       (*(("SYMRNN_DOUBLE",) if double else ()), *_of_panels(weights)), flags)


def _of_panels(weights: str) -> tuple[str, ...]:
    """What chooses the type of panels, where it is another one than that of all else."""
    return (f"SYMRNN_{weights.upper()}",) if weights else ()


@lru_cache(maxsize=64)
def _parts(plan: Plan, weights: str) -> tuple[Mapping[str, str], Mapping[str, SimdPart]]:
    """The headers of one network, and the parts of its source."""
    header, parts = simd_parts(plan, NAME, TYPES[weights].scalar if weights else REAL)
    return rendered((c_backend(plan, NAME)[0], header)), parts


class SimdEngine(TeamEngine):
    """The fast profile: weights are packed, once where the caller holds them packed."""

    prefix, title = f"{NAME}_simd_", "fast C"

    def __init__(self, plan: Plan, dtype: npt.DTypeLike, threads: int = 1, weights: str = ""
                 ) -> None:
        self.weights = weights
        super().__init__(plan, dtype, threads)

    def parts(self, function: str) -> tuple[str, ...]:
        return parts_of(function)

    def files(self, part: str) -> dict[str, str]:
        """One part, in a folder of its own beside the shared header."""
        headers, parts = _parts(self.plan, self.weights)
        own = {**headers, **rendered((parts[part].source,))}
        return {f"{NAME}/{name}": text for name, text in own.items()} | shared()

    def linked(self, parts: tuple[str, ...]) -> Path:
        """The network's own parts and the tiles, which are compiled at the same time."""
        known, flags = _parts(self.plan, self.weights)[1], self.flags
        defines = (*self.defines, *_of_panels(self.weights), APART)
        has_reductions = any(known[part].has_reductions for part in parts)
        jobs = [*(partial(tiles, one, self.dtype, flags, self.weights)
                  for one in ((OF_ROWS, TRANSPOSED) if has_reductions else (OF_ROWS,))),
                *(partial(object_file, self.files(part), defines, flags) for part in parts)]
        *others, last = jobs
        pending = list(map(begun, others))
        return shared_library({}, (), flags, [last(), *(one.result() for one in pending)])

    def packed(self, given: Given, ready: Ready, kind: str, parameters: Any) -> tuple[Any, ...]:
        key = (self, kind)
        if type(given.parameters) is Packed:
            lease: Lease = given.parameters.block(key, lambda: self._pack(ready, kind, parameters))
        elif key in given.kept:
            lease = given.kept[key]
        else:  # of two threads that pack at the same time the first one's block is read by both
            lease = given.kept.setdefault(key, self._pack(ready, kind, parameters))
        return (lease.block,)

    def _pack(self, ready: Ready, kind: str, parameters: Any) -> Lease:
        lease = self.lend(ready, f"{kind}_packed")
        self.calls[f"pack_{kind}"](ready.words, parameters, lease.block)
        return lease

    def entries(self, ready: Ready, block: str) -> int:
        entries = super().entries(ready, block)
        if self.weights and block.endswith("packed"):  # memory is lent in numbers of the dtype
            return -(-entries * TYPES[self.weights].bytes // self.dtype.itemsize)
        return entries

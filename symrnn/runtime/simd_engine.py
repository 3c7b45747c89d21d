"""Runs the fast profile of the generated C: packed weights, shared tiles, a team of threads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.simd import simd_backend
from symrnn.rendering import shared
from symrnn.runtime.c_engine import NAME, CEngine, Ready, sources
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.compiler import SIMD, CompilerFailed, object_file, shared_library
from symrnn.runtime.memory import Lent
from symrnn.schedule import Plan

TILES = """#define SYMRNN_TILES_SHARED
typedef {type} real;
#include "symrnn_simd.h"
"""


class SimdEngine(CEngine):
    """The fast profile: weights are packed, once where the caller holds them packed."""

    prefix = f"{NAME}_simd_"

    def __init__(self, plan: Plan, dtype: npt.DTypeLike, threads: int = 1) -> None:
        self.threads = threads
        self.flags = (*SIMD, "-fopenmp") if threads > 1 else SIMD
        super().__init__(plan, dtype)
        self.team = (self.threads,)

    def compiled(self) -> Path:
        """For a team where the compiler has OpenMP, else for one thread."""
        try:
            return self._linked()
        except CompilerFailed:
            if self.threads == 1:
                raise
            print("symrnn: the C compiler has no OpenMP, so one thread computes", file=sys.stderr)
            self.threads, self.flags = 1, SIMD
            return self._linked()

    def _linked(self) -> Path:
        """The network's own part, with tiles that are compiled once for all networks."""
        double = self.dtype == np.float64
        tiles = {"tiles.c": TILES.format(type="double" if double else "float"), **shared()}
        part = object_file(tiles, ("SYMRNN_DOUBLE",) if double else (), self.flags)
        return shared_library(self.files(), (*self.defines, "SYMRNN_TILES_APART"), self.flags,
                              [part])

    def files(self) -> dict[str, str]:
        """The sources, in a folder of their own beside the shared header."""
        both = {**super().files(), **sources(simd_backend, self.plan)}
        return {f"{NAME}/{name}": text for name, text in both.items()
                if name != f"{NAME}.c"} | shared()

    def kinds(self) -> tuple[str, ...]:
        return (*super().kinds(), "pack_forward", "pack_backward")

    def packed(self, given: Given, ready: Ready, kind: str, parameters: Any) -> tuple[Any, ...]:
        key = (self, kind)
        if type(given.parameters) is Packed:
            lent: Lent = given.parameters.block(key, lambda: self._pack(ready, kind, parameters))
        elif key in given.kept:
            lent = given.kept[key]
        else:  # of two threads that pack at the same time the first one's block is read by both
            lent = given.kept.setdefault(key, self._pack(ready, kind, parameters))
        return (lent.block,)

    def _pack(self, ready: Ready, kind: str, parameters: Any) -> Lent:
        lent = self.lend(ready, f"{kind}_packed")
        self.calls[f"pack_{kind}"](ready.words, parameters, lent.block)
        return lent

    def entries(self, ready: Ready, block: str) -> int:
        members = (self.threads,) if block.endswith("work") else ()
        return self.told(ready, block, *members)

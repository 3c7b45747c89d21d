"""Runs the fast profile with the products of a BLAS library in place of the tiles."""

from __future__ import annotations

import os
from pathlib import Path

import numpy.typing as npt

from symrnn.rendering import shared
from symrnn.runtime.compiler import SIMD, CompilerFailed, shared_library
from symrnn.runtime.simd_engine import SimdEngine
from symrnn.schedule import Plan

USUAL = ("-lopenblas", "-lcblas", "-lblas")
PROBE = """typedef float real;
#include "symrnn_simd.h"
int main(void) { return (int)(size_t)BLAS(gemm); }
"""


class BlasEngine(SimdEngine):
    """The fast profile on the library that :func:`blas_flags` finds."""

    def __init__(self, plan: Plan, dtype: npt.DTypeLike, threads: int = 1) -> None:
        self.flags_of_blas = blas_flags()
        super().__init__(plan, dtype, threads)

    def __str__(self) -> str:
        return f"{super().__str__()}, BLAS"

    def linked(self, parts: tuple[str, ...]) -> Path:
        files = {name: text for part in parts for name, text in self.files(part).items()}
        return shared_library(files, (*self.defines, "SYMRNN_BLAS"), self.flags,
                              libraries=self.flags_of_blas)


def blas_flags() -> tuple[str, ...]:
    """Flags of a library with the C interface of BLAS: ``$SYMRNN_BLAS``, else the usual ones.

    Raises CompilerFailed where none links.
    """
    named = os.environ.get("SYMRNN_BLAS", "").strip()
    tried = (named,) if named else USUAL
    for flags in tried:
        if _links(flags.split()):
            return tuple(flags.split())
    raise CompilerFailed(f"no BLAS with a C interface links (tried {', '.join(tried)}); install "
                         f"libopenblas-dev, or name the flags in $SYMRNN_BLAS, such as "
                         f"\"-I/opt/blas/include -L/opt/blas/lib -lopenblas\"")


def _links(library: list[str]) -> bool:
    """A program tells it: a shared library may lack what it calls."""
    program = [flag for flag in SIMD if flag != "-shared"]
    try:
        shared_library({"probe.c": PROBE, **shared()}, ("SYMRNN_BLAS",), program,
                       libraries=library)
    except CompilerFailed:
        return False
    return True

"""What kernels are compiled by and run on, for whoever states what they computed."""

from __future__ import annotations

import platform

from symrnn.runtime import compiler

# Macros of compilers, and what people call what they tell.
SETS = {"__AVX512F__": "AVX-512", "__AVX2__": "AVX2", "__AVX__": "AVX", "__FMA__": "FMA",
        "__SSE2__": "SSE2", "__ARM_FEATURE_SVE": "SVE", "__ARM_NEON": "NEON"}


def machine() -> dict[str, str]:
    """The processor's kind, its vector instructions, the compiler and its version."""
    command = compiler.find_compiler()
    words = set(compiler.target(compiler.SIMD).split())
    sets = ", ".join(name for macro, name in SETS.items() if macro in words)
    first = compiler.version(command).splitlines()
    return {"processor": platform.machine(), "instructions": sets or "not told",
            "compiler": first[0] if first else "not told", "system": platform.system()}

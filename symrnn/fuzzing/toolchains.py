"""The same C by other compilers, at other levels and for narrower vectors, where they are."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace

from symrnn.fuzzing.campaign import FAST, KERNELS, LEAN, NUMPY, PORTABLE, QUICK, SAMPLES, Made
from symrnn.runtime.compiler import NATIVE, Toolchain, compiled_by, target

TCC = Toolchain(("tcc",))  # plain C99 in a tenth of the time, without vectors
ZIG = (sys.executable, "-m", "ziglang", "cc")
COMPILERS = {"gcc": ("gcc",), "clang": ("clang",), "zig": ZIG}
SSE, AVX2 = ("-march=x86-64",), ("-march=x86-64", "-mavx2", "-mfma")
AVX512 = (*AVX2, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw")
WIDTHS = {"SSE": SSE, "AVX2": AVX2, "AVX-512": AVX512}
# Unoptimised without functions that nobody calls: they would want more than is linked. Zig's
# linker would leave out those that are called as well, and wants no more.
LEVELS = {"-O0": ("-O0", "-ffunction-sections", "-Wl,--gc-sections"), "-O3": ("-O3",)}
LEVELS_OF_ZIG = {"-O0": ("-O0",), "-O3": ("-O3",)}
MARKS = {"AVX2": "__AVX2__", "AVX-512": "__AVX512F__"}  # what a compiler defines for this machine


def daily_kernels() -> tuple[Made, ...]:
    """What takes little time of each cell, and the rest of a few: by day, for many cells.

    Portable C goes through tcc where it is, which compiles without thinking.
    """
    portable = next(_of_tcc(), PORTABLE)
    return (replace(NUMPY, rungs=LEAN), replace(NUMPY, every=8),
            replace(portable, rungs=LEAN, every=2), replace(portable, every=16),
            replace(FAST, every=32), replace(SAMPLES, every=32))


def all_kernels() -> tuple[Made, ...]:
    """Every kernel, then those of all compilers, levels, widths and teams that this machine has."""
    return (*KERNELS, *_of_compilers(), *_of_tcc(), *_of_widths(),
            *(Made(f"{one.name}, 2 threads", "c", one.profile, threads=2, rungs=QUICK)
              for one in (FAST, SAMPLES)))


def _of_compilers() -> Iterator[Made]:
    for name, command in COMPILERS.items():
        if _is_here(name, command):
            for level, flags in (LEVELS_OF_ZIG if name == "zig" else LEVELS).items():
                for profile in ("portable", "simd", "samples"):
                    yield Made(f"C, {profile}, {name} {level}", "c", profile, rungs=QUICK,
                               toolchain=Toolchain(command), level=flags)


def _of_tcc() -> Iterator[Made]:
    if shutil.which("tcc"):
        yield replace(PORTABLE, name="C, portable, tcc", toolchain=TCC, level=("-O0",))


def _of_widths() -> Iterator[Made]:
    if platform.machine() not in ("x86_64", "AMD64") or not shutil.which("gcc"):
        return
    with compiled_by(Toolchain(("gcc",))):
        native = target((NATIVE,)).split()
    for name, machine in WIDTHS.items():
        if MARKS.get(name, "__SSE2__") in native:
            for one in (FAST, SAMPLES):
                yield replace(one, name=f"{one.name}, {name}",
                              toolchain=Toolchain(("gcc",), machine))


def _is_here(name: str, command: tuple[str, ...]) -> bool:
    if name == "zig":
        return importlib.util.find_spec("ziglang") is not None
    return shutil.which(command[0]) is not None

"""What the machine can do: its best matrix product, and how fast it reads a matrix once.

The probe reads panels one behind the other, as a well-packed matrix-vector product does. The
matrix is as large as half of each cache, so that it stays where it is meant to be.
"""

from __future__ import annotations

import ctypes
import importlib.util
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from symrnn.runtime.compiler import shared_library
from symrnn.runtime.shapes import Array

ROWS, SIDE, BYTES = 128, 2048, 4  # rows of a panel; of the square matrices; of a float32
CACHES = {"L1": 32 << 10, "L2": 1 << 20, "L3": 16 << 20}  # where the system does not tell

PROBE = """
#include <stddef.h>
typedef float v16 __attribute__((vector_size(64)));
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void probe(size_t count, const float *panels, float *y, size_t repeats)
{
    for (size_t r = 0; r < repeats; r++) {
        v16 sum[8] = {{0}};
        const v16 *a = (const v16 *)panels;
        for (size_t j = 0; j < count; j++, a += 8)
            for (int k = 0; k < 8; k++)
                sum[k] += a[k] * (float)(j & 1);
        for (int k = 0; k < 8; k++)
            for (int i = 0; i < 16; i++)
                y[16 * k + i] += sum[k][i];
    }
}
"""


@dataclass(frozen=True)
class Limits:
    """Floating point operations a second; bytes a second by place; the caches' sizes."""

    peak: float
    bandwidth: dict[str, float]
    caches: dict[str, int]

    def reading(self, size: float) -> float:
        """The bandwidth of the first place that a working set of so many bytes fits into."""
        fitting = (name for name, bytes_ in self.caches.items() if size <= bytes_)
        return self.bandwidth[next(fitting, "memory")]


def measured(threads: int, hurry: bool = False) -> Limits:
    """The limits of so many threads; with ``hurry`` one short try each."""
    caches, tries = cache_sizes(), 1 if hurry else 5
    sizes = {name: size // 2 for name, size in caches.items()}
    sizes["memory"] = 8 << 20 if hurry else 6 * max(caches.values())
    bandwidth = {name: _bandwidth(size, threads, tries) for name, size in sizes.items()}
    return Limits(_peak(256 if hurry else SIDE, tries), bandwidth, caches)


def cache_sizes() -> dict[str, int]:
    """The data caches of one core by level, as the system tells."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text().strip()
                             for name in ("type", "level", "size"))
        if kind != "Instruction" and size.endswith("K"):
            found[f"L{level}"] = int(size[:-1]) << 10
    return {name: found.get(name, size) for name, size in CACHES.items()}


def _peak(side: int, tries: int) -> float:
    """The best that an installed library reaches."""
    return max(2 * side**3 / _fastest(product, tries) for product in _products(side))


def _products(side: int) -> Iterator[Callable[[], object]]:
    left = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    out = np.empty_like(left)
    yield lambda: np.matmul(left, left, out=out)
    if importlib.util.find_spec("torch") is not None:
        import torch

        other = torch.from_numpy(left)
        yield lambda: torch.mm(other, other)


def _bandwidth(size: int, threads: int, tries: int) -> float:
    """Bytes a second of a matrix of ``size`` bytes, which the threads share."""
    count = max(1, size // (ROWS * BYTES * threads))
    parts = [(_aligned(count * ROWS), _aligned(ROWS)) for _ in range(threads)]
    read = count * ROWS * BYTES
    repeats = max(1, (256 << 20) // read)
    function = ctypes.CDLL(str(shared_library({"probe.c": PROBE}, ()))).probe
    function.argtypes = (ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

    def run(part: tuple[Array, Array]) -> None:
        function(count, part[0].ctypes.data, part[1].ctypes.data, repeats)

    with ThreadPoolExecutor(threads) as pool:
        took = _fastest(lambda: list(pool.map(run, parts)), tries + 1)
    return read * threads * repeats / took


def _aligned(count: int) -> Array:
    """Ones, at an address that wide vectors want."""
    whole = np.ones(count + 16, np.float32)
    start = -whole.ctypes.data % 64 // BYTES
    return whole[start:start + count]


def _fastest(call: Callable[[], object], tries: int) -> float:
    """The least seconds of some calls: a limit is what was reached once."""
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - started)
    return best

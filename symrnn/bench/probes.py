"""What the machine can do at best, measured in C: multiplications and additions, and reading.

The probes are compiled as kernels are, with their vectors. Reading goes through panels one
behind the other, as a well-packed matrix-vector product does, in one or four streams, with and
without fetching ahead; the best of these counts.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np

from symrnn.rendering import shared
from symrnn.runtime.compiler import SIMD, shared_library
from symrnn.runtime.memory import aligned
from symrnn.runtime.shapes import Array

READING = ("read_1_0", "read_1_1", "read_4_0", "read_4_1")
VECTORS, BYTES = 8, 4  # vectors that a round of a stream reads; of a float32
SOURCE = """
typedef float real;
#include "symrnn_simd.h"

enum { HALF = VECTOR_BYTES == 64 ? 12 : 6 }; /* sums in registers, none waits for another */

size_t lanes(void) { return LANES; }
size_t registers(void) { return 2 * HALF; }

void multiply_add(size_t rounds, const real *factors, real *to)
{
    const vec factor = splat(factors[0]), term = splat(factors[1]);
    vec one[HALF], other[HALF];
    UNROLLED for (int k = 0; k < HALF; ++k)
        one[k] = splat(k), other[k] = splat(-k);
    for (size_t round = 0; round < rounds; ++round) {
        UNROLLED for (int k = 0; k < HALF; ++k)
            one[k] = one[k] * factor + term;
        UNROLLED for (int k = 0; k < HALF; ++k)
            other[k] = other[k] * factor + term;
    }
    UNROLLED for (int k = 0; k < HALF; ++k)
        store(to, load(to) + one[k] + other[k]);
}

#define READ(STREAMS, FETCHING)                                                                 \\
    void read_##STREAMS##_##FETCHING(size_t count, const real *from, real *to, size_t rounds)   \\
    {                                                                                           \\
        vec sum[8] = {{0}};                                                                     \\
        for (size_t round = 0; round < rounds; ++round)                                         \\
            for (size_t at = 0; at < count / STREAMS; at += 8 / STREAMS)                        \\
                UNROLLED for (int k = 0; k < 8; ++k) {                                          \\
                    const real *const one = from + (k / (8 / STREAMS) * (count / STREAMS)       \\
                                                    + at + k % (8 / STREAMS)) * LANES;          \\
                    if (FETCHING)                                                               \\
                        __builtin_prefetch((const char *)one + 4096);                           \\
                    sum[k] += load(one);                                                        \\
                }                                                                               \\
        for (int k = 0; k < 8; ++k)                                                             \\
            store(to, load(to) + sum[k]);                                                       \\
    }
READ(1, 0) READ(1, 1) READ(4, 0) READ(4, 1)
"""


@cache
def library() -> Any:
    """The probes, compiled."""
    return ctypes.CDLL(str(shared_library({"probes.c": SOURCE, **shared()}, (), SIMD)))


def multiply_add(threads: int, tries: int, rounds: int = 2_000_000) -> float:
    """Operations a second of all threads, two for each multiplication with its addition."""
    probes = library()
    operations = 2 * rounds * int(probes.registers()) * int(probes.lanes())
    factors = np.array([0.5, 1.0], np.float32)

    def run(to: Array) -> None:
        probes.multiply_add(ctypes.c_size_t(rounds), address(factors), address(to))

    parts = [zeros(int(probes.lanes())) for _ in range(threads)]
    return threads * operations / _fastest_of_all(run, parts, tries)


def reading(size: int, threads: int, tries: int) -> float:
    """Bytes a second of a matrix of ``size`` bytes, which the threads share."""
    probes = library()
    round_of_all = 4 * VECTORS * int(probes.lanes())
    entries = max(1, size // (BYTES * threads * round_of_all)) * round_of_all
    rounds = max(1, (256 << 20) // (entries * BYTES * threads))

    def run(name: str, part: tuple[Array, Array]) -> None:
        getattr(probes, name)(ctypes.c_size_t(entries // int(probes.lanes())), address(part[0]),
                              address(part[1]), ctypes.c_size_t(rounds))

    parts = [(zeros(entries), zeros(int(probes.lanes()))) for _ in range(threads)]
    best = min(_fastest_of_all(partial(run, name), parts, tries) for name in READING)
    return entries * BYTES * threads * rounds / best


def fastest(call: Callable[[], object], tries: int) -> float:
    """The least seconds of some calls: a limit is what was reached once."""
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - started)
    return best


def address(array: Array) -> ctypes.c_void_p:
    """Where an array's entries begin."""
    return ctypes.c_void_p(array.ctypes.data)


def _fastest_of_all(run: Callable[[Any], None], parts: list[Any], tries: int) -> float:
    with ThreadPoolExecutor(len(parts)) as pool:
        return fastest(lambda: list(pool.map(run, parts)), tries + 1)


def zeros(entries: int) -> Array:
    """An aligned array."""
    made = aligned(entries, np.float32)
    made[...] = 0
    return made

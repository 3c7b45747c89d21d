"""A machine's constants: those of one core, those that cores share, and what a meeting costs."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from symrnn.bench import limits, probes
from symrnn.rendering import shared
from symrnn.runtime.compiler import SIMD, shared_library

ROUNDS = 2000
SOURCE = """
typedef float real;
#include "symrnn_simd.h"

size_t vector_bytes(void) { return VECTOR_BYTES; }

/* So many barriers of a team, behind each of which nothing is done. */
static void meet(size_t rounds, size_t thread, size_t threads)
{
    (void)thread;
    for (size_t round = 0; round < rounds; ++round) {
        BARRIER
    }
}

void barriers(size_t rounds, size_t team)
{
    TEAM(meet, rounds)
}

void regions(size_t rounds, size_t team)
{
    for (size_t round = 0; round < rounds; ++round) {
        TEAM(meet, 0)
    }
}

/* Full tiles: their panel of 256 entries and their rows stay in the first cache. */
enum { ENTRIES = 256, HEIGHT = 6 };

void full_tiles(size_t rounds, const real *from, real *to)
{
    const operand by = {from, ENTRIES + LANES, ENTRIES, from + HEIGHT * (ENTRIES + LANES)};
    for (size_t round = 0; round < rounds; ++round)
        product(HEIGHT, 0, WIDEST, &by, 1, &(tile_batch){1, 0, 0, 0, to, 0});
}

size_t of_tiles(void) { return HEIGHT * WIDEST * LANES * ENTRIES; }

void functions(size_t rounds, const real *from, real *to)
{
    for (size_t round = 0; round < rounds; ++round)
        for (size_t j = 0; j < 1024; j += 2 * LANES) {
            store(to + j, vec_tanh(load(from + j)));
            store(to + j + LANES, vec_sigmoid(load(from + j + LANES)));
        }
}
"""


@dataclass(frozen=True)
class Machine:
    """What the model knows of a machine.

    ``cores`` there are; ``tiles`` are operations a second of one core in full tiles, ``call`` the
    seconds of a function such as exp, ``other`` those of another operation, of one number each.
    ``one`` has bytes a second that one core reads, ``every`` those of all cores together, by place;
    ``caches`` are their sizes for one core. ``barrier`` and ``region`` are seconds of two threads:
    to meet, and to begin and end a team; with more threads both are taken to grow as their number.
    """

    name: str
    cores: int
    vector_bytes: int
    tiles: float
    call: float
    other: float
    one: dict[str, float]
    every: dict[str, float]
    caches: dict[str, int]
    barrier: float
    region: float

    def reading(self, size: float, threads: int) -> float:
        """Bytes a second of each of some cores, from where so many bytes fit."""
        place = next((name for name, most in self.caches.items() if size <= most), "memory")
        return min(self.one[place], self.every[place] / threads)

    def meeting(self, threads: int) -> float:
        """Seconds of a barrier."""
        return self.barrier * threads / 2 if threads > 1 else 0.0

    def beginning(self, threads: int) -> float:
        """Seconds of a team's beginning and end."""
        return self.region * threads / 2 if threads > 1 else 0.0


def measured(tries: int = 5) -> Machine:
    """This machine. What two cores cannot tell, it takes from one and two of them."""
    caches, own = limits.cache_sizes(), library()
    sizes = {name: size // 2 for name, size in caches.items()}
    sizes["memory"] = 4 * max(caches.values())
    one, two = ({name: probes.reading(size, threads, tries) for name, size in sizes.items()}
                for threads in (1, 2))
    source, to = probes.zeros(1 << 16), probes.zeros(1 << 16)
    given = probes.address(source), probes.address(to)
    tiles = 2 * own.of_tiles() / _each(lambda count: own.full_tiles(count, *given), tries)
    call = _each(lambda count: own.functions(count, *given), tries) / 1024
    return Machine(
        "this machine", 2, int(own.vector_bytes()), tiles, call, 2 / tiles, one, two, caches,
        _each(lambda count: own.barriers(count, ctypes.c_size_t(2)), tries),
        _each(lambda count: own.regions(count, ctypes.c_size_t(2)), tries))


def _each(call: Callable[[Any], object], tries: int) -> float:
    """The least seconds of one of many rounds."""
    call(ctypes.c_size_t(10))
    best = float("inf")
    for _ in range(10 * tries):  # short ones: nobody else may take the second core meanwhile
        started = time.perf_counter()
        call(ctypes.c_size_t(ROUNDS // 10))
        best = min(best, (time.perf_counter() - started) / (ROUNDS // 10))
    return best


@cache
def library() -> Any:
    """The probes of this module, compiled as kernels are."""
    made = ctypes.CDLL(str(shared_library({"cores.c": SOURCE, **shared()}, (),
                                          (*SIMD, "-fopenmp"))))
    made.of_tiles.restype = ctypes.c_size_t
    return made


def larger(like: Machine, cores: int) -> Machine:
    """A machine with more of the same cores.

    First and second caches, and the parts of the third one, come with the cores; memory does not:
    it grows as in servers of today, half as fast as the number of cores.
    """
    every = {place: rate * cores / like.cores for place, rate in like.every.items()}
    every["memory"] = like.every["memory"] * max(1.0, cores / like.cores / 2)
    return replace(like, name=f"{cores} such cores", cores=cores, every=every)

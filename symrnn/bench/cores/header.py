"""How the fast kernels divide work: the shared header is asked, so that nothing is said twice."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache
from typing import Any

from symrnn.rendering import shared
from symrnn.runtime.compiler import SIMD, shared_library

SOURCE = """
typedef float real;
#include "symrnn_simd.h"

size_t told_lanes(void) { return LANES; }
size_t told_widest(void) { return WIDEST; }
size_t told_vectors(size_t gates) { return MOST_VECTORS(gates); }
size_t told_height(size_t width) { return rows_of[width - 1]; }
size_t told_padded(size_t entries) { return padded(entries); }
size_t told_ahead(size_t batch, size_t entries) { return ahead_of(batch, entries); }
size_t told_steps_ahead(size_t T, size_t B, size_t row) { return steps_ahead(T, B, row); }
size_t told_steps_together(size_t T, size_t B, size_t row) { return steps_together(T, B, row); }
size_t told_steps_stacked(size_t T, size_t B, size_t row) { return steps_stacked(T, B, row); }
size_t told_rows_at_once(void) { return ROWS_AT_ONCE; }

size_t told_team(size_t threads, size_t multiplications, size_t woken)
{
    return team_of(threads, multiplications, woken ? SHARE_OF_STEP : SHARE_OF_LOOP);
}

size_t told_steps_beside(size_t T, size_t span, size_t behind)
{
    return steps_beside(T, span, behind);
}

size_t told_team_of_sides(size_t team, size_t threads, size_t count, size_t fewest, size_t spared)
{
    return team_of_sides(team, threads, count, fewest, spared);
}

void told_sides(const size_t *given, size_t count, size_t steps, size_t threads, size_t *told)
{
    const side *const sides = (const side *)given;
    for (size_t k = 0; k < count; ++k) {
        told[2 * k] = threads_before(sides, count, k, threads);
        told[2 * k + 1] = team_parts(sides, count, steps, threads)
                          ? threads_of(sides, count, k, threads) : 0;
    }
}

void told_share(size_t count, size_t rows, size_t thread, size_t threads, size_t *told)
{
    const block_share own = share_of(count, rows, thread, threads);
    told[0] = own.to - own.from, told[1] = own.lane, told[2] = own.lanes;
    told[3] = row_from(rows, own.lane + 1, own.lanes) - row_from(rows, own.lane, own.lanes);
}

void told_columns(size_t columns, size_t units, size_t thread, size_t threads, size_t *told)
{
    const reduction one = {.units = units};
    const block_share own = columns_of(columns, &one, 1, thread, threads);
    told[0] = own.to - own.from, told[1] = own.lane, told[2] = own.lanes;
    const share_of_tiles tiles = tiles_of(units, rows_of[WIDEST - 1], own.lane, own.lanes);
    told[3] = edge_of_tile(&tiles, tiles.last) - edge_of_tile(&tiles, tiles.first);
}
"""


@dataclass(frozen=True)
class Part:
    """What one thread does of a nest: so many blocks, and so many rows of each (or units)."""

    blocks: int
    rows: int
    lanes: int


@dataclass(frozen=True)
class Side:
    """What C knows of a side: multiplications of a step, weights that it reads, its meetings.

    And how many steps it is behind the one before it, which it follows.
    """

    multiplications: int
    weights: int
    meets: int
    behind: int = 0


@dataclass(frozen=True)
class Taken:
    """The threads that take a side: the first, and how many; none where a team does not part."""

    first: int
    threads: int


class Header:
    """The header's answers for vectors of so many bytes."""

    def __init__(self, vector_bytes: int) -> None:
        self.vector_bytes = vector_bytes
        flags = (*(one for one in SIMD if one != "-march=native"), "-Wno-psabi")
        self._library: Any = ctypes.CDLL(str(shared_library(
            {"header.c": SOURCE, **shared()}, (f"VECTOR_BYTES={vector_bytes}",), flags)))

    def ask(self, name: str, *given: int) -> int:
        """A number that the header tells by ``told_NAME``."""
        function = getattr(self._library, f"told_{name}")
        function.restype = ctypes.c_size_t
        return int(function(*map(ctypes.c_size_t, given)))

    @property
    def lanes(self) -> int:
        """Numbers in a vector."""
        return self.ask("lanes")

    def parts(self, blocks: int, rows: int, threads: int) -> tuple[Part, ...]:
        """The share of every thread in blocks of so many rows."""
        return self._parts("share", blocks, rows, threads)

    def columns(self, columns: int, units: int, threads: int) -> tuple[Part, ...]:
        """The share of every thread in a reduction: panels of columns, and units of each."""
        return self._parts("columns", columns, units, threads)

    def sides(self, given: Sequence[Side], threads: int, steps: int = 1) -> tuple[Taken, ...]:
        """The threads of every side; of sides with ``behind`` fewer threads than sides."""
        members = [number for one in given for number in astuple(one)]
        told = (ctypes.c_size_t * (2 * len(given)))()
        self._library.told_sides((ctypes.c_size_t * len(members))(*members),
                                 *map(ctypes.c_size_t, (len(given), steps, threads)), told)
        return tuple(Taken(*told[at:at + 2]) for at in range(0, len(told), 2))

    def _parts(self, name: str, *given: int) -> tuple[Part, ...]:
        *sizes, threads = given
        return tuple(self._part(name, [*sizes, thread, threads]) for thread in range(threads))

    def _part(self, name: str, given: Sequence[int]) -> Part:
        told = (ctypes.c_size_t * 4)()
        getattr(self._library, f"told_{name}")(*map(ctypes.c_size_t, given), told)
        blocks, _, lanes, rows = told
        return Part(blocks, rows, lanes)


@cache
def header(vector_bytes: int) -> Header:
    """The header for vectors of so many bytes, compiled once."""
    return Header(vector_bytes)

"""Aligned blocks of memory that calls lend and give back: the system hands out pages slowly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symrnn.runtime.shapes import Array

ALIGNMENT = 64  # bytes: one line of the cache, and the widest vector
MOST_SIZES, MOST_OF_ONE = 16, 2  # blocks that are kept


class Pool:
    """Blocks of one type. Threads may lend at the same time."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._free: dict[int, list[Array]] = {}

    def lend(self, entries: int) -> Array:
        """A block of at least so many entries, not cleared."""
        try:
            return self._free[entries].pop()
        except (KeyError, IndexError):
            return self._larger(entries)

    def _larger(self, entries: int) -> Array:
        """A block that is not much larger, else a new one.

        Then those that nearly are as large go: sizes that grow leave them behind.
        """
        for size in sorted(self._free):
            if entries <= size <= 4 * entries + 4096:
                try:
                    return self._free[size].pop()
                except (KeyError, IndexError):  # it is lent, or another thread was quicker
                    continue
        for size in list(self._free):
            if size < entries <= 4 * size:
                self._free.pop(size, None)
        return aligned(entries, self.dtype)

    def give_back(self, block: Array) -> None:
        """The block may be lent again; the oldest sizes are forgotten when there are too many."""
        same = self._free.get(block.size)
        if same is None:
            for oldest in list(self._free)[:max(0, len(self._free) - MOST_SIZES + 1)]:
                self._free.pop(oldest, None)
            self._free[block.size] = [block]
        elif len(same) < MOST_OF_ONE:
            same.append(block)


def aligned(entries: int, dtype: npt.DTypeLike) -> Array:
    """An array that begins at a line of the cache."""
    kind = np.dtype(dtype)
    raw = np.empty(entries * kind.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start:start + entries * kind.itemsize].view(kind)


class Lease:
    """A block that a pool lent, given back when nobody holds it any more."""

    __slots__ = ("_pool", "block")

    def __init__(self, pool: Pool, block: Array) -> None:
        self._pool, self.block = pool, block

    def __del__(self) -> None:
        self._pool.give_back(self.block)

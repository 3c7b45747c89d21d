"""Aligned blocks of memory that calls lend and give back: the system hands out pages slowly."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from symrnn.runtime.shapes import Array

ALIGNMENT = 64  # bytes: one line of the cache, and the widest vector
KEPT = 16


class Pool:
    """Blocks of one type. Threads may lend at the same time."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._free: deque[Array] = deque(maxlen=KEPT)

    def lend(self, entries: int) -> Array:
        """A block of at least so many entries, not cleared.

        Where none is large enough, those that nearly are go: sizes that grow leave them behind.
        """
        for _ in range(len(self._free)):
            try:
                block = self._free.popleft()
            except IndexError:
                break
            if entries <= block.size <= 4 * entries + 4096:
                return block
            if not block.size < entries <= 4 * block.size:
                self._free.append(block)
        return aligned(entries, self.dtype)

    def give_back(self, block: Array) -> None:
        """The block may be lent again; the oldest one is forgotten when there are too many."""
        self._free.append(block)


def aligned(entries: int, dtype: npt.DTypeLike) -> Array:
    """An array that begins at a line of the cache."""
    kind = np.dtype(dtype)
    raw = np.empty(entries * kind.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start:start + entries * kind.itemsize].view(kind)


class Lent:
    """A block of a pool, given back when nobody holds it any more."""

    __slots__ = ("_pool", "block")

    def __init__(self, pool: Pool, entries: int) -> None:
        self.block = pool.lend(entries)
        self._pool = pool

    def __del__(self) -> None:
        if hasattr(self, "_pool"):  # a block that there is no room for is not lent
            self._pool.give_back(self.block)

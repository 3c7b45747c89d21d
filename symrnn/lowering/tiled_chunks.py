"""How many steps the chunks of a plan have: C chooses that from sizes, for loops and for memory."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from symrnn.loops import Call, Expression, total
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.schedule import TiledChunk

Named = tuple[str, Expression]


def steps_of_chunks(to: TiledArrays, used: Collection[str]) -> tuple[Named, ...]:
    """The steps of all chunks whose name is used; stacked ones have the same."""
    return tuple((to.chunk_name(one).text, _steps(one, to)) for one in to.tiled.chunks
                 if to.is_chunked(one) and one == to.tiled.stack_of(one)[0]
                 and to.chunk_name(one).text in used)


def _steps(chunk: TiledChunk, to: TiledArrays) -> Expression:
    """What the rows of a chunk need fits in the cache."""
    rows = dict.fromkeys(_row(one, to) for one in to.tiled.stack_of(chunk))
    longest = reduce(lambda one, other: Call("max_size", (one, other)), rows)
    which = "stacked" if chunk.stacked else "together" if chunk.reduces else "ahead"
    return Call(f"steps_{which}", (to.steps, to.batch, longest))


def _row(chunk: TiledChunk, to: TiledArrays) -> Expression:
    """Entries of a row of what is shared and of the sums that are computed ahead."""
    rows = [to.stride(to.schedule.program[name]) for name in chunk.shared]
    return total(rows + [to.row_of_tile(tile.gates) for tile in chunk.ahead])

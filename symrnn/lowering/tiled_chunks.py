"""How many steps the chunks of a plan have: C chooses that from sizes, for loops and for memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce

from symrnn.loops import Call, Expression, Whole, total
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.schedule import SideBySide, TiledChunk

Named = tuple[str, Expression]


def steps_of_chunks(to: TiledArrays, used: Collection[str]) -> tuple[Named, ...]:
    """The steps of all chunks whose name is used, and of the spans that they are parts of."""
    return tuple(named for one in to.tiled.chunks
                 if to.is_chunked(one) and one == to.tiled.stack_of(one)[0]
                 for named in _named(one, to, used))


def _named(chunk: TiledChunk, to: TiledArrays, used: Collection[str]) -> Iterator[Named]:
    run, name = to.tiled.run_of(chunk), to.chunk_name(chunk).text
    steps = to.steps if run is None else to.span_of(run)
    if run is not None and run.joining and not {name, to.span_name(run).text}.isdisjoint(used):
        yield to.span_name(run).text, _span(run, to)
    if name in used:
        yield name, _steps(chunk, steps, to)


def _span(run: SideBySide, to: TiledArrays) -> Expression:
    """What the rows need that are read once more fits in the cache."""
    row = total([to.stride(to.schedule.program[name]) for name in run.shared])
    return Call("steps_together", (to.steps, to.batch, row if run.shared else Whole(1)))


def _steps(chunk: TiledChunk, steps: Expression, to: TiledArrays) -> Expression:
    """What the rows of a chunk need fits in the cache; stacked ones have equally many steps."""
    rows = dict.fromkeys(_row(one, to) for one in to.tiled.stack_of(chunk))
    longest = reduce(lambda one, other: Call("max_size", (one, other)), rows)
    return Call(chunk.length_rule, (steps, to.batch, longest))


def _row(chunk: TiledChunk, to: TiledArrays) -> Expression:
    """Entries of a row of what is shared and of the sums that are computed ahead."""
    rows = [to.stride(to.schedule.program[name]) for name in chunk.shared]
    return total(rows + [to.row_of_tile(tile.gates) for tile in chunk.ahead])

"""What kinds of stages a network's functions are made of: a few cells have all that there are."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.schedule import Plan
from symrnn.schedule.tiled import TiledChunk, TiledPlan


def kinds(plan: Plan) -> set[tuple[object, ...]]:
    """Orders and walks of stages, loop orders of groups, homes of values, features of chunks."""
    tiled = plan.tiled
    found = {"forward": tiled.forward, "infer": tiled.infer, "backward": tiled.backward}
    if tiled.step is not None:
        found["step"] = tiled.step
    return {(name, *kind) for name, one in found.items() for kind in _of(one)}


def _of(plan: TiledPlan) -> Iterator[tuple[object, ...]]:
    yield from (("home", one.place) for one in plan.homes)
    yield from (("side by side", len(one.sides), one.stacked) for one in plan.beside)
    for chunk in plan.chunks:
        yield _features(chunk)
        for stage in chunk.stages:
            yield stage.order, stage.walk, stage.apart
            yield from ((group.kind, group.nest, group.serpentine, group.alone, bool(group.cuts))
                        for group in stage.every)


def _features(chunk: TiledChunk) -> tuple[object, ...]:
    return ("chunk", bool(chunk.joining), bool(chunk.ahead), bool(chunk.passing), chunk.reduces)

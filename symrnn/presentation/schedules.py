"""The loops over time of a network and what a fast kernel does in them, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from symrnn.pipeline import derive
from symrnn.presentation import as_json
from symrnn.program import Misused, Program
from symrnn.schedule import (FusionGroup, Kind, Place, Reduction, Tile, TiledChunk, TiledPlan,
                             TiledStage, Walk)

AHEAD = "ahead, several steps at a time, unless one step has many rows and small weights"
BESIDE = ", beside that scan or behind it"
STACKED = ", some steps behind that scan or when it is done"
JOINING = ", after every few steps of those scans"
TITLES = {"forward": "forward", "backward": "backward", "step": "one streaming step"}
Data = dict[str, Any]


def schedule_data(program: Program) -> Data:
    """The tiled plans of a network: loops over time, fusion groups, and where values live.

    ``forward``, ``infer``, ``backward`` and ``step`` (where there is one) are lists of loops;
    ``passes`` are the fusion groups of each; of loops that may run side by side each but the first
    is ``beside`` the one before it, and ``stacked`` where it reads that one; a loop that ``joins``
    follows every few steps of those. ``memory`` tells of each function where its values live, which
    weights it packs and what it clears; ``saved`` and ``recomputed`` what backward reads of the
    forward pass.
    """
    derived = derive(program)
    found = {name: plan for name, plan in vars(derived.tiled).items() if plan is not None}
    return {**{name: list(_loops(plan)) for name, plan in found.items()},
            "memory": {name: _memory(plan) for name, plan in found.items()},
            "saved": list(derived.tape), "recomputed": list(derived.recomputed)}


def _loops(plan: TiledPlan) -> Iterator[Data]:
    """Every loop over time in order."""
    beside = {side.chunk.number: run.stacked for run in plan.beside for side in run.sides[1:]}
    for chunk in plan.chunks:
        yield {**_loop(chunk), "beside": chunk.number in beside,
               "stacked": beside.get(chunk.number, False),
               "joins": any(chunk in run.joining for run in plan.beside)}


def _loop(chunk: TiledChunk) -> Data:
    """A stage, those that run every few steps of it, and what lives in those steps alone."""
    return {**_stage(chunk.stage), "joining": [_stage(one) for one in chunk.joining],
            "shared": list(chunk.shared), "passing": list(chunk.passing)}


def _stage(stage: TiledStage) -> Data:
    return {"order": stage.order.value, "walk": stage.walk.value,
            "equations": [one.lhs for one in stage.equations],
            "passes": [_group(one) for one in stage.every]}


def _group(one: FusionGroup) -> Data:
    """A fusion group: its loops, the products that fill its tiles, what it carries and keeps."""
    return {"kind": one.kind.value, "axis": one.axis if one.kind is Kind.UNITS else None,
            "nest": one.nest.value, "equations": [each.lhs for each in one.equations],
            "products": [product for tile in one.tiles for product in _products(tile)],
            "loops": [[each.equation.lhs for each in loop.statements] for loop in one.loops],
            "carried": list(one.carried), "kept": list(one.kept), "serpentine": one.serpentine,
            "reductions": [_reduction(each) for each in one.reductions],
            "dispensable": bool(one.dispensable)}


def _products(tile: Tile) -> list[Data]:
    return [{"gates": list(tile.gates), "ahead": product.ahead,
             "operands": [segment.operand for segment in product.segments]}
            for product in tile.products]


def _reduction(one: Reduction) -> Data:
    return {"right": one.right,
            "into": [{"name": each.equation.lhs, "left": each.left} for each in one.addends]}


def _memory(plan: TiledPlan) -> Data:
    return {"homes": {one.name: one.place.value for one in plan.homes},
            "packed": [{"gates": list(weights.gates), "operand": weights.segment.operand,
                        "weights": [each.matrix for each in weights.segment.weights]}
                       for weights in plan.packed],
            "read directly": list(plan.read_directly), "cleared": list(plan.cleared),
            "cleared if there are no rows": list(plan.cleared_if_empty),
            "spare rows": list(plan.spare)}


def schedule_text(program: Program) -> str:
    """The same in words, without ``infer``: it is forward with nothing saved."""
    data, lines = schedule_data(program), []
    for name in [one for one in TITLES if one in data]:
        lines.append(f"{TITLES[name]}:")
        for loop in data[name]:
            lines += _stage_text(loop, _when(loop))
            for one in loop["joining"]:
                lines += _stage_text(one, ", after every few steps of that scan")
            lines += _listed("    kept for those steps alone: ", loop["passing"])
        lines += _memory_text(data["memory"][name])
    lines.append(f"saved for backward: {', '.join(data['saved']) or 'nothing'}")
    lines.append(f"recomputed in backward: {', '.join(data['recomputed']) or 'nothing'}")
    return "\n".join(lines)


def _when(loop: Mapping[str, Any]) -> str:
    """When a loop runs, if not behind the one before it."""
    if loop["joins"]:
        return JOINING
    return STACKED if loop["stacked"] else BESIDE if loop["beside"] else ""


def _listed(title: str, names: Sequence[str]) -> list[str]:
    """A line with names; none where there are none."""
    return [f"{title}{', '.join(names)}"] if names else []


def _stage_text(stage: Mapping[str, Any], when: str) -> Iterator[str]:
    walk = f", {stage['walk']}" if stage["walk"] == Walk.CHUNKS.value else ""
    order = stage["order"] if stage["walk"] != Walk.STEP.value else "stage"
    yield f"  {order}{walk}{when}: {', '.join(stage['equations'])}"
    for one in stage["passes"]:
        yield from _group_text(one)


def _group_text(one: Mapping[str, Any]) -> Iterator[str]:
    of = f" of {one['axis']}" if one["axis"] else ""
    turns = ", forwards and backwards by turns" if one["serpentine"] else ""
    wanted = " (left out where nobody wants it)" if one["dispensable"] else ""
    yield f"    {one['kind']}{of}{turns}: {', '.join(one['equations'])}{wanted}"
    for product in one["products"]:
        yield (f"      stacked for {', '.join(product['gates'])}: products with "
               f"{', '.join(product['operands'])}, {AHEAD if product['ahead'] else 'in the loop'}")
    for place, loop in enumerate(one["loops"][1:], 2):
        yield f"      in loop {place}, behind the functions that they wait for: {', '.join(loop)}"
    yield from _listed("      carried from loop to loop: ", one["carried"])
    for each in one["reductions"]:
        yield (f"      summed with the rows of {each['right']}: "
               f"{', '.join(row['left'] for row in each['into'])}")


def _memory_text(memory: Mapping[str, Any]) -> Iterator[str]:
    """Where values live, which weights are packed, what starts at zero."""
    yield "  values live in"
    for place in Place:
        yield from _listed(f"    {place.value}: ", [
            name for name, home in memory["homes"].items() if home == place.value])
    rows = [f"[{', '.join(one['weights'])}] for {one['operand']}" for one in memory["packed"]]
    yield from _listed("  weights packed, in this order: ", rows)
    yield from _listed("  constants read as they are: ", memory["read directly"])
    yield from _listed("  cleared before rows are added: ", memory["cleared"])


SCHEDULE: dict[str, Callable[[Program], str]] = {
    "unicode": schedule_text, "json": lambda program: as_json(schedule_data(program)),
}


def schedule(program: Program, style: str = "unicode") -> str:
    """The loops over time in a style. Raises Misused for another than unicode and json."""
    if style not in SCHEDULE:
        raise Misused(f"a schedule holds loops and no formulas, so --schedule does not go with "
                      f"--format {style}; take {' or '.join(SCHEDULE)}")
    return SCHEDULE[style](program)

"""The loops over time of a network, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from symrnn.pipeline import derive
from symrnn.presentation import as_json
from symrnn.program import Misused, Program
from symrnn.schedule import Chunk, Kind, Order, Pass, Schedule, Stage, chunks, passes

AHEAD = "ahead, several steps at a time, unless one step has many rows and small weights"
Data = dict[str, Any]


def schedule_data(program: Program) -> Data:
    """The loops over time that the dependency graph gives, forward and backward.

    Inside a loop stand the passes of the fast kernel: which products are computed ahead of
    the scan, which are stacked into one tile, which equations share it.
    """
    derived = derive(program)
    return {"forward": _loops(derived.forward), "backward": _loops(derived.backward),
            "saved": list(derived.tape)}


def _loops(schedule: Schedule) -> list[Data]:
    return [_loop(schedule, chunk) for chunk in chunks(schedule)]


def _loop(schedule: Schedule, chunk: Chunk) -> Data:
    """A stage, those that run every few steps of it, and what lives in those steps alone."""
    equations = schedule.program.equations
    return {**_stage(schedule, chunk.stage),
            "joining": [_stage(schedule, one) for one in chunk.joining],
            "passing": [one.lhs for one in equations if one.lhs in chunk.passing]}


def _stage(schedule: Schedule, stage: Stage) -> Data:
    found = () if stage.order is Order.ONCE else passes(schedule.program, stage)
    return {"order": stage.order.value, "equations": [one.lhs for one in stage.equations],
            "passes": [_pass(one) for one in found]}


def _pass(one: Pass) -> Data:
    """One pass: how it runs, its equations, and the products that fill its tiles."""
    products = [{"gates": list(tile.gates), "ahead": product.ahead,
                 "operands": [segment.operand for segment in product.segments]}
                for tile in one.tiles for product in tile.products]
    return {"kind": one.kind.value, "axis": one.axis if one.kind is Kind.UNITS else None,
            "equations": [each.lhs for each in one.equations], "products": products,
            "loops": [[each.lhs for each in loop] for loop in one.loops]}


def schedule_text(program: Program) -> str:
    """The loops over time in words: see :func:`schedule_data`."""
    data, lines = schedule_data(program), []
    for title in ("forward", "backward"):
        lines.append(f"{title}:")
        for loop in data[title]:
            lines += _stage_text(loop, "")
            for one in loop["joining"]:
                lines += _stage_text(one, ", after every few steps of that scan")
            if loop["passing"]:
                lines.append(f"    kept for those steps alone: {', '.join(loop['passing'])}")
    lines.append(f"saved for backward: {', '.join(data['saved']) or 'nothing'}")
    return "\n".join(lines)


def _stage_text(stage: Mapping[str, Any], when: str) -> Iterator[str]:
    yield f"  {stage['order']}{when}: {', '.join(stage['equations'])}"
    for one in stage["passes"]:
        of = f" of {one['axis']}" if one["axis"] else ""
        yield f"    {one['kind']}{of}: {', '.join(one['equations'])}"
        for product in one["products"]:
            yield (f"      stacked for {', '.join(product['gates'])}: products with "
                   f"{', '.join(product['operands'])}, "
                   f"{AHEAD if product['ahead'] else 'in the loop'}")
        for place, loop in enumerate(one["loops"][1:], 2):
            yield (f"      in loop {place}, behind the functions that they wait for: "
                   f"{', '.join(loop)}")


SCHEDULE: dict[str, Callable[[Program], str]] = {
    "unicode": schedule_text, "json": lambda program: as_json(schedule_data(program)),
}


def schedule(program: Program, style: str = "unicode") -> str:
    """The loops over time in a style. Raises Misused for another than unicode and json."""
    if style not in SCHEDULE:
        raise Misused(f"a schedule holds loops and no formulas, so --schedule does not go with "
                      f"--format {style}; take {' or '.join(SCHEDULE)}")
    return SCHEDULE[style](program)

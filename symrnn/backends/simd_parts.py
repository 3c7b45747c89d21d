"""The fast C in parts that compile apart: few callers need all of it, and compilers work at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symrnn.backends.base import Artefact
from symrnn.backends.simd import Function, SimdSource, simd_backend
from symrnn.schedule import Plan

# The functions of each part. The first one has the sizes of memory and the packing, too.
FIRST = "forward"
PARTS = {FIRST: ("forward", "infer"), "backward": ("backward",), "step": ("steps",)}


@dataclass(frozen=True)
class SimdPart:
    """The source of one part, and whether it sums products over all rows."""

    source: Artefact
    has_totals: bool


def simd_parts(plan: Plan, name: str) -> tuple[Artefact, Mapping[str, SimdPart]]:
    """The header, and the source in its parts."""
    header, source = simd_backend(plan, name)
    whole: SimdSource = source.content
    return header, {part: _part(source, whole, part) for part in PARTS}


def part_of(function: str) -> str:
    """The part that a function stands in."""
    return function if function in PARTS else FIRST


def _part(source: Artefact, whole: SimdSource, name: str) -> SimdPart:
    own: tuple[Function, ...] = tuple(one for kind in PARTS[name] for one in getattr(whole, kind))
    others = {kind: () for kinds in PARTS.values() for kind in kinds if kind not in PARTS[name]}
    left = {} if name == FIRST else {"memories": (), "packings": ()}
    content = replace(whole, **others, **left, teams=tuple(one.team for one in own))
    return SimdPart(replace(source, content=content), any(one.scratch for one in own))

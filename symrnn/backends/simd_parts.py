"""The fast C in parts that compile apart: few callers need all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symrnn.backends.base import Artefact
from symrnn.backends.simd import Dialect, SimdSource, simd_backend
from symrnn.loops import REAL, Scalar
from symrnn.schedule import Plan

MEMORY, FIRST = "memory", "forward"
PARTS = {MEMORY: (), FIRST: ("forward", "infer"), "backward": ("backward",), "step": ("step",)}


@dataclass(frozen=True)
class SimdPart:
    """The source of one part, and whether it sums products over all rows."""

    source: Artefact
    has_reductions: bool


def simd_parts(plan: Plan, name: str, weights: Scalar = REAL
               ) -> tuple[Artefact, Mapping[str, SimdPart]]:
    """The header, and the source in its parts, with ``weights`` of some type in panels.

    One has the sizes of memory and the packing; the others have a few functions each.
    """
    header, source = simd_backend(plan, name, Dialect(weights=weights))
    whole: SimdSource = source.content
    return header, {part: _part(source, whole, part) for part in PARTS}


def parts_of(function: str) -> tuple[str, ...]:
    """The parts that serve a function: those of one library."""
    return (function,) if function in ("backward", "step") else (MEMORY, FIRST)


def _part(source: Artefact, whole: SimdSource, name: str) -> SimdPart:
    own = tuple(one for one in whole.teams if one.kind in PARTS[name])
    content = replace(whole, teams=own) if name == MEMORY else replace(
        whole, teams=own, memories=(), packings=())
    artefact = Artefact(f"{whole.name}_{name}.c", source.template, content)
    return SimdPart(artefact, any(one.reduces for one in own))

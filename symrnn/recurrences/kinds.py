"""Kinds of recurrences, proved from the equations: what may run in parallel over time, and how.

States that depend on one another are one part. What a part reads of another one is there before
it runs, so every part is of a kind of its own, and a network of that which runs in parallel worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from symrnn.program import Delay, Program
from symrnn.recurrences.ways import Way, is_affine, ways
from symrnn.transforms.rewiring import recurrence, recurrent


class Structure(Enum):
    """Which entries of the last states an entry of the next ones depends on."""

    DIAGONAL = "entries at the same place"
    RANK_ONE = "diagonal plus rank one"
    BLOCKS = "block diagonal"
    DENSE = "dense"


class Kind(Enum):
    """The kinds, from that which parallel scans like best to that which they like least."""

    AFFINE_DIAGONAL = "affine-diagonal"
    AFFINE_STRUCTURED = "affine-structured"
    AFFINE_DENSE = "affine-dense"
    NONLINEAR_DIAGONAL = "nonlinear-diagonal"
    NONLINEAR_DENSE = "nonlinear-dense"


@dataclass(frozen=True)
class Part:
    """States that depend on one another, and how the next ones follow from the last.

    Where they are ``affine``, no factor of the Jacobian depends on a state. ``kept`` are the axes
    along which no entry meets another, at these ``places``: all of them where the structure is
    diagonal. ``pairs`` tell which next state (by its name) depends on which last one (by the
    delayed name).
    """

    delays: tuple[Delay, ...]
    affine: bool
    structure: Structure
    kept: tuple[str, ...]
    places: tuple[int, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> Kind:
        """Its kind."""
        if self.structure is Structure.DIAGONAL:
            return Kind.AFFINE_DIAGONAL if self.affine else Kind.NONLINEAR_DIAGONAL
        if not self.affine:
            return Kind.NONLINEAR_DENSE
        dense = self.structure is Structure.DENSE
        return Kind.AFFINE_DENSE if dense else Kind.AFFINE_STRUCTURED


def kind_of(some: Iterable[Part]) -> Kind | None:
    """The kind of a network of these parts: the last of theirs. None where there are no parts."""
    order = list(Kind)
    return max((one.kind for one in some), key=order.index, default=None)


@cache
def parts(program: Program) -> tuple[Part, ...]:
    """The parts of a network, by the first of their delays."""
    groups: dict[frozenset[str], list[Delay]] = {}
    for delay in recurrent(program):
        groups.setdefault(recurrence(program, delay.source), []).append(delay)
    return tuple(_part(program, names, tuple(some)) for names, some in groups.items())


def _part(program: Program, names: frozenset[str], delays: tuple[Delay, ...]) -> Part:
    every = {one.lhs: ways(program, names, one) for one in delays}
    found = {(new.source, old.lhs): every[old.lhs][new.source] for new in delays for old in delays
             if new.source in every[old.lhs]}
    kept = _kept(program, delays, [way for some in found.values() for way in some])
    return Part(delays, is_affine(program, names), _structure(program, delays, kept, found),
                tuple(program[delays[0].lhs].axes[place] for place in kept), kept, tuple(found))


def _kept(program: Program, delays: Sequence[Delay], some: Sequence[Way]) -> tuple[int, ...]:
    """The places of axes that every way keeps at their place.

    States whose axes differ share those in front, up to the first that differs.
    """
    shared = []
    for place, axes in enumerate(zip(*(program[one.lhs].axes for one in delays), strict=False)):
        if len(set(axes)) > 1:
            break
        shared.append(place)
    return tuple(one for one in shared if all((one, one) in way.kept for way in some))


def _structure(program: Program, delays: Sequence[Delay], kept: Sequence[int],
               found: Mapping[tuple[str, str], frozenset[Way]]) -> Structure:
    axes = {program[one.lhs].axes for one in delays}
    if all(len(one) == len(kept) for one in axes):
        return Structure.DIAGONAL
    if len(delays) == 1 and _is_rank_one(program, len(*axes), kept, *found.values()):
        return Structure.RANK_ONE
    return Structure.BLOCKS if kept else Structure.DENSE


def _is_rank_one(program: Program, axes: int, kept: Sequence[int], some: frozenset[Way]) -> bool:
    """True where all ways that lose an axis pass one value, whose axes are the kept ones alone."""
    own = frozenset((one, one) for one in kept)
    whole = frozenset((one, one) for one in range(axes))
    losing = [way for way in some if way.kept != whole]
    passed = frozenset.intersection(*(way.through for way in losing))
    return all(way.kept == own for way in losing) and any(
        len(program[name].axes) == len(kept) for name in passed)

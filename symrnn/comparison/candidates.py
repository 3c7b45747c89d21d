"""The likeliest correspondence of two programs, whether or not they are one function.

Parameters go together by what they are for (a convention tells it, or a common name), then
by where they stand: inside which functions, beside which factors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from symrnn.comparison.correspondence import Correspondence, Names, Pair
from symrnn.comparison.normal import Normal
from symrnn.comparison.polynomial import PARAMETER, Call, Leaf, Poly
from symrnn.comparison.subject import Subject, matched_sizes, targets
from symrnn.program import Program, Role

Group = tuple[str, ...]


def closest(left: Subject, right: Subject, side: Correspondence,
            by_name: bool = True) -> Correspondence:
    """Each group of parameters with the likeliest one of the other side.

    What finds none stands alone. Without ``by_name`` only their places count.
    """
    ours, theirs = _places(left.program), _places(right.program)
    scores = sorted(((_score(left, right, group, other, by_name),
                      _common(ours[group[0]], theirs[other[0]]), -first, -second)
                     for first, group in enumerate(left.groups)
                     for second, other in enumerate(right.groups)), reverse=True)
    free, open_ = set(range(len(left.groups))), set(range(len(right.groups)))
    sizes, pairs = side.sizes, list[tuple[int, Pair]]()
    for _, _, first, second in scores:
        if -first in free and -second in open_:
            fitted = _fitted(left, right, left.groups[-first], right.groups[-second], sizes)
            if fitted is not None:
                pair, sizes = fitted
                pairs.append((-first, pair))
                free.discard(-first)
                open_.discard(-second)
    ordered = tuple(pair for _, pair in sorted(pairs, key=lambda one: one[0]))
    return replace(side, sizes=sizes, parameters=ordered,
                   alone_left=_names(left.groups, free), alone_right=_names(right.groups, open_))


def _names(groups: Sequence[Group], numbers: set[int]) -> Group:
    return tuple(name for number in sorted(numbers) for name in groups[number])


def _score(left: Subject, right: Subject, one: Group, other: Group, by_name: bool) -> int:
    """How many parameters of two groups are for the same."""
    ours, theirs = {left.slot(name) for name in one}, {right.slot(name) for name in other}
    return len(ours & theirs) if by_name else 0


def _common(ours: Counter[str], theirs: Counter[str]) -> float:
    """The share of places that two parameters have in common."""
    return sum((ours & theirs).values()) / max(1, sum((ours | theirs).values()))


def _fitted(left: Subject, right: Subject, one: Group, other: Group,
            sizes: Names) -> tuple[Pair, Names] | None:
    """Two groups as a pair, members for the same thing together; None where axes differ."""
    own, axes = left.program[one[0]].axes, right.program[other[0]].axes
    if len(own) != len(axes):
        return None
    straight = tuple(range(len(own)))
    transposed = len(own) == 2 and left.transposed(one[0]) != right.transposed(other[0])
    for order in (straight[::-1],) if transposed else (straight,):
        known = matched_sizes(sizes, [(own, tuple(axes[place] for place in order))])
        if known is not None:
            return Pair(one, _ordered(left, right, one, other), 1, order), known
    return None


def _ordered(left: Subject, right: Subject, one: Group, other: Group) -> Group:
    wanted = [left.slot(name) for name in one]
    rank = {slot: place for place, slot in enumerate(wanted)}
    return tuple(sorted(other, key=lambda name: rank.get(right.slot(name), len(rank))))


@lru_cache(maxsize=128)  # many are compared with many
def _places(program: Program) -> Mapping[str, Counter[str]]:
    """Where each parameter stands, in words that do not depend on names of parameters."""
    found = {one.name: Counter[str]() for one in program.with_role(Role.PARAMETER)}
    normal = Normal(program, oriented=False)
    for poly in targets(program, normal).values():
        for name, place in _walked(poly, ""):
            found[name][place] += 1
    return found


def _walked(poly: Poly, inside: str) -> Iterator[tuple[str, str]]:
    for term in poly.terms:
        for place, (atom, _) in enumerate(term.factors):
            beside = sorted(_word(other) for number, (other, _) in enumerate(term.factors)
                            if number != place)
            around = f"{inside}/{' '.join(beside)}"
            if isinstance(atom, Leaf) and atom.kind == PARAMETER:
                yield atom.name, around
            elif isinstance(atom, Call):
                for part in atom.arguments:
                    yield from _walked(part, f"{around}/{atom.name}")


def _word(atom: Leaf | Call) -> str:
    if isinstance(atom, Call):
        return atom.name
    return PARAMETER if atom.kind == PARAMETER else f"{atom.kind} {len(atom.axes)}"

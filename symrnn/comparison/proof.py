"""A proof that two programs are one function: equal normal forms under a correspondence.

The search proposes; :func:`proved` decides. It builds both normal forms anew, with every
parameter written by the other side's, and compares them next state by next state and output
by output. Nothing that the search did is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from symrnn.comparison.candidates import closest
from symrnn.comparison.correspondence import Correspondence, Pair, Shares, shares_poly
from symrnn.comparison.merging import every_sum
from symrnn.comparison.normal import Normal, leaf_of, leaf_poly
from symrnn.comparison.polynomial import PARAMETER, ZERO, Leaf, Poly
from symrnn.comparison.search import Binding, Bound, GivenUp, Search
from symrnn.comparison.subject import Subject, interfaces, target_names, targets
from symrnn.program import Program

STEPS = 20_000
MOST_FLIPS = 64


@dataclass(frozen=True)
class Step:
    """One part of a proof: what is equal on both sides, and the rules that it took."""

    left: str
    right: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """A correspondence, and for each next state and output what made them equal."""

    correspondence: Correspondence
    steps: tuple[Step, ...]


def prove(left: Subject, right: Subject) -> Proof | None:
    """A proof that two programs are one function, None where none is found. Raises TooLarge."""
    for candidate in proposals(left, right):
        steps = proved(left.program, right.program, candidate)
        if steps is not None:
            return Proof(candidate, steps)
    return None


def proposals(left: Subject, right: Subject) -> Iterator[Correspondence]:
    """Correspondences worth a proof: by what the parameters are for, then by search."""
    sides = list(interfaces(left.program, right.program))
    for one in sides:
        found = closest(left, right, one)
        if found.whole:
            yield found
    if len(left.groups) != len(right.groups):
        return  # another number of parameters that count: no renaming exists
    for one in sides:
        yield from _searched(left, right, one)


def proved(left: Program, right: Program, found: Correspondence) -> tuple[Step, ...] | None:
    """The steps of the proof, None where two normal forms differ."""
    ours, theirs = found.shares()
    first = Normal(left, _leaves(left, ours, found.alone_left))
    second = Normal(right, {**_leaves(right, theirs, found.alone_right),
                            **_interface(left, right, found)},
                    {new: old for old, new in found.sizes})
    one, other = target_names(left), target_names(right)
    steps = []
    for name, counterpart in _targets(found):
        if first.value(one[name]).key != second.value(other[counterpart]).key:
            return None
        rules = first.rules(one[name]) | second.rules(other[counterpart])
        used = _parameters_in(first.value(one[name]))
        steps.append(Step(name, counterpart, (*_uses(found, used), *sorted(rules))))
    return tuple(steps)


def _parameters_in(poly: Poly) -> set[str]:
    return {atom.name for one in every_sum([poly]) for term in one.terms
            for atom, _ in term.factors if isinstance(atom, Leaf) and atom.kind == PARAMETER}


def _uses(found: Correspondence, used: set[str]) -> Iterator[str]:
    """What the correspondence does to the parameters that one value depends on."""
    pairs = [pair for pair in found.parameters if used & _common_names(pair)]
    yield "sums and products in any order"
    if any(set(pair.left) != set(pair.right) for pair in pairs):
        yield "parameters renamed"
    if any(pair.order != tuple(sorted(pair.order)) for pair in pairs):
        yield "matrices transposed"
    if any(pair.sign < 0 for pair in pairs):
        yield "signs of parameters turned"
    for pair in pairs:
        if pair.merges:
            yield f"{' + '.join(pair.left)} = {' + '.join(pair.right)}"


def _common_names(pair: Pair) -> set[str]:
    return {share.name for side in pair.shares() for own in side.values() for share in own}


def _targets(found: Correspondence) -> Iterator[tuple[str, str]]:
    yield from ((f"state {one}", f"state {other}") for one, other in found.states)
    yield from ((f"output {one}", f"output {other}") for one, other in found.outputs)


def _leaves(program: Program, shares: Mapping[str, Shares],
            alone: tuple[str, ...]) -> dict[str, Poly]:
    """The parameters over common ones; those without counterpart are zero."""
    found = {name: shares_poly(own, program[name].axes) for name, own in shares.items()}
    return found | dict.fromkeys(alone, ZERO)


def _interface(left: Program, right: Program, found: Correspondence) -> dict[str, Poly]:
    """The right's inputs and remembered states as the left's."""
    leaves = {other: leaf_poly(leaf_of(left, one)) for one, other in found.inputs}
    delays = {one.state: one.lhs for one in left.delays}
    others = {one.state: one.lhs for one in right.delays}
    return leaves | {others[other]: leaf_poly(leaf_of(left, delays[one]))
                     for one, other in found.states}


def _searched(left: Subject, right: Subject, side: Correspondence) -> Iterator[Correspondence]:
    """What a search finds, for each way to turn the right's gates round."""
    first = targets(left.program, _merged(left))
    plain = _merged(right)
    targets(right.program, plain)
    sites = plain.sites
    flips = [frozenset(chosen) for count in range(len(sites) + 1)
             for chosen in combinations(sites, count)][:MOST_FLIPS]
    for flipped in flips:
        second = targets(right.program, _merged(right, flipped))
        pairs = sorted(((first[one], second[other]) for one, other in _targets(side)),
                       key=lambda pair: len(pair[0].terms))
        try:
            binding = next(Search(STEPS).pairs(pairs, _bound(left.program, right.program, side)),
                           None)
        except GivenUp:
            continue
        if binding is not None:
            yield _corresponding(left, right, side, binding)


def _merged(subject: Subject, flipped: frozenset[tuple[str, int]] = frozenset()) -> Normal:
    """The program with one parameter standing for each group."""
    rest = [name for group in subject.groups for name in group[1:]]
    return Normal(subject.program, dict.fromkeys(rest, ZERO), oriented=False, flipped=flipped)


def _bound(left: Program, right: Program, side: Correspondence) -> Binding:
    """Inputs, states and sizes, which are bound before the search begins."""
    leaves = {}
    for one, other in side.inputs:
        leaf = leaf_of(left, one)
        leaves[leaf.kind, one] = Bound(other, 1, tuple(range(len(leaf.axes))))
    delays = {one.state: one.lhs for one in left.delays}
    for one, other in side.states:
        leaf = leaf_of(left, delays[one])
        leaves[leaf.kind, one] = Bound(other, 1, tuple(range(len(leaf.axes))))
    return Binding(leaves, dict(side.sizes))


def _corresponding(left: Subject, right: Subject, side: Correspondence,
                   binding: Binding) -> Correspondence:
    """A binding as a correspondence: each group with its counterpart."""
    ours = {group[0]: group for group in left.groups}
    theirs = {group[0]: group for group in right.groups}
    pairs = tuple(Pair(ours[name], theirs[bound.name], bound.sign, bound.order)
                  for (kind, name), bound in binding.leaves.items() if kind == PARAMETER)
    return replace(side, parameters=pairs, sizes=tuple(binding.sizes.items()))

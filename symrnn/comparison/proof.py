"""A proof that two programs are one function: equal normal forms under a correspondence.

The search proposes; :func:`proved` decides. It builds both normal forms anew, with every
parameter written by the other side's, and compares them next state by next state and output
by output. Nothing that the search did is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from symrnn.comparison.candidates import closest
from symrnn.comparison.correspondence import Correspondence, Pair, Shares, shares_poly
from symrnn.comparison.merging import every_sum
from symrnn.comparison.normal import Normal, Site, leaf_of, leaf_poly
from symrnn.comparison.polynomial import PARAMETER, STATE, ZERO, Leaf, Poly
from symrnn.comparison.search import Binding, Bound, GivenUp, Search, States
from symrnn.comparison.subject import (MOST_INTERFACES, Subject, few_ends, interfaces,
                                       target_names, targets)
from symrnn.program import Program

STEPS = 20_000
MOST_FLIPS = 64
MOST_FOUND = 4


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


@dataclass(frozen=True)
class Attempt:
    """A proof if there is one; ``complete`` where the search tried all that there is to try."""

    proof: Proof | None
    complete: bool


def prove(left: Subject, right: Subject) -> Attempt:
    """Try what the parameters are for, then search. Raises TooLarge."""
    for name in interfaces(left.program, right.program):
        candidate = closest(left, right, name)
        if candidate.whole and (steps := proved(left.program, right.program, candidate)):
            return Attempt(Proof(candidate, steps), True)
    if len(left.groups) != len(right.groups) or len(left.program.delays) != \
            len(right.program.delays):
        return Attempt(None, True)  # no renaming is one to one
    search = Proposals(left, right)
    for candidate in search:
        steps = proved(left.program, right.program, candidate)
        if steps is not None:
            return Attempt(Proof(candidate, steps), True)
    return Attempt(None, search.complete)


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
        yield "signs of parameters changed"
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


class Proposals:
    """What searches find. ``complete`` turns False where one is cut short."""

    def __init__(self, left: Subject, right: Subject) -> None:
        self.left, self.right = left, right
        self.sides = tuple(interfaces(left.program, right.program, with_states=False))
        self.complete = len(self.sides) < MOST_INTERFACES and few_ends(left.program, right.program)

    def __iter__(self) -> Iterator[Correspondence]:
        plain = _merged(self.right)
        targets(self.right.program, plain)
        flips = [frozenset(chosen) for count in range(len(plain.sites) + 1)
                 for chosen in islice(combinations(plain.sites, count), MOST_FLIPS)]
        self.complete &= len(flips) <= MOST_FLIPS
        for flipped, side in product(flips[:MOST_FLIPS], self.sides):
            try:
                yield from self._found(side, flipped)
            except GivenUp:
                self.complete = False

    def _found(self, side: Correspondence,
               flipped: frozenset[Site]) -> Iterator[Correspondence]:
        """What one search finds, with these gates of the right complemented."""
        first = targets(self.left.program, _merged(self.left))
        second = targets(self.right.program, _merged(self.right, flipped))
        states = States(_remembered(self.left.program, first),
                        _remembered(self.right.program, second))
        pairs = [(first[f"output {one}"], second[f"output {other}"]) for one, other in side.outputs]
        search = Search(STEPS, states)
        for binding in islice(search.pairs(pairs, _bound(self.left.program, side)), MOST_FOUND):
            yield _corresponding(self.left, self.right, side, binding)


def _remembered(program: Program, values: Mapping[str, Poly]) -> tuple[tuple[Leaf, Poly], ...]:
    return tuple((leaf_of(program, one.lhs), values[f"state {one.state}"])
                 for one in program.delays)


def _merged(subject: Subject, flipped: frozenset[Site] = frozenset()) -> Normal:
    """The program with one parameter standing for each group."""
    rest = [name for group in subject.groups for name in group[1:]]
    return Normal(subject.program, dict.fromkeys(rest, ZERO), oriented=False, flipped=flipped)


def _bound(left: Program, side: Correspondence) -> Binding:
    """Inputs and their sizes, which are bound before a search begins."""
    leaves = {}
    for one, other in side.inputs:
        leaf = leaf_of(left, one)
        leaves[leaf.kind, one] = Bound(other, 1, tuple(range(len(leaf.axes))))
    return Binding(leaves, dict(side.sizes))


def _corresponding(left: Subject, right: Subject, side: Correspondence,
                   binding: Binding) -> Correspondence:
    """A binding as a correspondence: each group with its counterpart."""
    ours = {group[0]: group for group in left.groups}
    theirs = {group[0]: group for group in right.groups}
    pairs = tuple(Pair(ours[name], theirs[bound.name], bound.sign, bound.order)
                  for (kind, name), bound in binding.leaves.items() if kind == PARAMETER)
    states = tuple((name, bound.name) for (kind, name), bound in binding.leaves.items()
                   if kind.startswith(STATE))
    return replace(side, states=states, parameters=pairs, sizes=tuple(binding.sizes.items()))

"""Search for a renaming: which parameter of one normal form is which of another.

Both normal forms are walked from their outputs down. Sums and products are matched in any
order; a parameter is bound, with its sign and the order of its axes, where it is first met.
What differs in shape, in its functions or in its numbers is never tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from symrnn.comparison.normal import is_odd
from symrnn.comparison.polynomial import (PARAMETER, SELECTOR, STATE, Call, Factor, Leaf, Poly,
                                          Term, resized)


@dataclass(frozen=True)
class Bound:
    """What a leaf of the left is on the right; axis j is axis ``order[j]`` of the right's."""

    name: str
    sign: int
    order: tuple[int, ...]


@dataclass(frozen=True)
class Binding:
    """Leaves and sizes bound so far, one to one."""

    leaves: Mapping[tuple[str, str], Bound]
    sizes: Mapping[str, str]

    def with_sizes(self, left: Sequence[str], right: Sequence[str]) -> Binding | None:
        """These sizes bound too, None where they contradict."""
        sizes = dict(self.sizes)
        for one, other in zip(left, right, strict=True):
            if sizes.setdefault(one, other) != other:
                return None
        return replace(self, sizes=sizes) if len(set(sizes.values())) == len(sizes) else None

    def with_leaf(self, kind: str, name: str, bound: Bound) -> Binding | None:
        """This leaf bound too, None where its counterpart is taken."""
        if any(one.name == bound.name for (other, _), one in self.leaves.items() if other == kind):
            return None
        return replace(self, leaves={**self.leaves, (kind, name): bound})


class GivenUp(Exception):
    """The search took more steps than it may."""


Indices = Mapping[int, int]


@dataclass(frozen=True)
class States:
    """The remembered states of both sides as leaves, and their next values by name."""

    left: tuple[tuple[Leaf, Poly], ...]
    right: tuple[tuple[Leaf, Poly], ...]


class Search:
    """One search, with a number of steps that it may take. Raises GivenUp beyond."""

    def __init__(self, steps: int, states: States) -> None:
        self.steps, self.states = steps, states

    def pairs(self, pairs: Sequence[tuple[Poly, Poly]], binding: Binding,
              done: frozenset[str] = frozenset()) -> Iterator[Binding]:
        """Bindings under which every left sum is its right one, and so is every next state.

        A state is bound where it is met, then its next value must be that of its counterpart.
        """
        if pairs:
            for found in self.sums(*pairs[0], 1, binding):
                yield from self.pairs(pairs[1:], found, done)
            return
        waiting = [one for one in self.states.left if one[0].name not in done]
        if not waiting:
            yield binding
            return
        met = [one for one in waiting if (one[0].kind, one[0].name) in binding.leaves]
        leaf, following = (met or waiting)[0]
        for other, value in self.states.right:
            for bound in _bounds(leaf, other, binding) if leaf.skeleton == other.skeleton else ():
                found_ = _bind(leaf, other, bound, binding)
                if found_ is not None:
                    yield from self.pairs([(following, value)], found_, done | {leaf.name})

    def sums(self, left: Poly, right: Poly, sign: int, binding: Binding) -> Iterator[Binding]:
        """Bindings under which ``left = sign * right``."""
        if left.skeleton == right.skeleton:
            often = Counter(one.skeleton for one in right.terms)
            first = sorted(left.terms, key=lambda one: (often[one.skeleton], one.key))
            yield from self._terms(first, list(right.terms), sign, binding)

    def _terms(self, left: list[Term], right: list[Term], sign: int,
               binding: Binding) -> Iterator[Binding]:
        if not left:
            yield binding
            return
        for place, other in enumerate(right):
            if left[0].skeleton == other.skeleton:
                for found in self._term(left[0], other, sign, binding):
                    yield from self._terms(left[1:], right[:place] + right[place + 1:], sign, found)

    def _term(self, left: Term, right: Term, sign: int, binding: Binding) -> Iterator[Binding]:
        self.steps -= 1
        if self.steps < 0:
            raise GivenUp
        ratio = resized(left.coefficient, binding.sizes) / (sign * right.coefficient)
        if ratio in (1, -1):
            yield from self._factors(left.factors, right.factors, int(ratio), {}, binding)

    def _factors(self, left: tuple[Factor, ...], right: tuple[Factor, ...], sign: int,
                 indices: Indices, binding: Binding) -> Iterator[Binding]:
        """``sign`` is what the factors' own signs must multiply to."""
        if not left:
            if sign == 1:
                yield binding
            return
        for place, other in enumerate(right):
            if left[0][0].skeleton == other[0].skeleton and len(left[0][1]) == len(other[1]):
                for found, own, after in self._factor(left[0], other, indices, binding):
                    yield from self._factors(left[1:], right[:place] + right[place + 1:],
                                             sign * own, after, found)

    def _factor(self, left: Factor, right: Factor, indices: Indices,
                binding: Binding) -> Iterator[tuple[Binding, int, Indices]]:
        atom, other = left[0], right[0]
        if isinstance(atom, Leaf) and isinstance(other, Leaf):
            for bound in _bounds(atom, other, binding):
                after = _matched(indices, left[1], [right[1][place] for place in bound.order])
                found = _bind(atom, other, bound, binding)
                if after is not None and found is not None:
                    yield found, bound.sign, after
        elif isinstance(atom, Call) and isinstance(other, Call) and atom.name == other.name:
            after = _matched(indices, left[1], right[1])
            for sign in (1, -1) if is_odd(atom.name) else (1,):
                if after is not None:
                    for found in self._arguments(atom.arguments, other.arguments, sign, binding):
                        yield found, sign, after

    def _arguments(self, left: Sequence[Poly], right: Sequence[Poly], sign: int,
                   binding: Binding) -> Iterator[Binding]:
        if not left:
            yield binding
        elif len(left) == len(right):
            for found in self.sums(left[0], right[0], sign, binding):
                yield from self._arguments(left[1:], right[1:], sign, found)


def _bounds(leaf: Leaf, other: Leaf, binding: Binding) -> Iterator[Bound]:
    """What a leaf may be bound to: as before, or for a new parameter any sign and order."""
    known = binding.leaves.get((leaf.kind, leaf.name))
    straight = tuple(range(len(leaf.axes)))
    if known is not None:
        if known.name == other.name:
            yield known
    elif leaf.kind == PARAMETER:
        for order in permutations(straight):
            yield Bound(other.name, 1, order)
            yield Bound(other.name, -1, order)
    elif leaf.kind.startswith(STATE) or leaf.kind == SELECTOR:
        yield Bound(other.name, 1, straight)


def _bind(leaf: Leaf, other: Leaf, bound: Bound, binding: Binding) -> Binding | None:
    if (leaf.kind, leaf.name) in binding.leaves:
        return binding
    found = binding.with_sizes(leaf.axes, [other.axes[place] for place in bound.order])
    return found and found.with_leaf(leaf.kind, leaf.name, bound)


def _matched(indices: Indices, left: Sequence[int], right: Sequence[int]) -> Indices | None:
    """Indices of one product with those of another; a value's own stay what they are."""
    found = dict(indices)
    for one, other in zip(left, right, strict=True):
        if (one >= 0 or other >= 0) and one != other:
            return None
        if found.setdefault(one, other) != other:
            return None
    return found if len(set(found.values())) == len(found) else None

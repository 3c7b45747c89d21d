"""Parameters of which only the sum counts, such as two biases of one gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from symrnn.comparison.polynomial import PARAMETER, Call, Leaf, Poly, Term, canonical


def merged_groups(polys: Iterable[Poly], names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The parameters in groups: those of a group stand, with equal factors, in the same sums.

    A parameter that stands in no sum is in no group.
    """
    places: dict[str, Counter[str]] = {}
    for poly in dict.fromkeys(every_sum(polys)):
        for term in poly.terms:
            for name, place in _places(poly, term):
                places.setdefault(name, Counter())[place] += 1
    groups: dict[frozenset[tuple[str, int]], list[str]] = {}
    for name in names:
        if name in places:
            groups.setdefault(frozenset(places[name].items()), []).append(name)
    return tuple(map(tuple, groups.values()))


def every_sum(polys: Iterable[Poly]) -> Iterator[Poly]:
    """The sums, and those inside their calls, each once by its key."""
    seen: set[str] = set()
    waiting = list(polys)
    while waiting:
        poly = waiting.pop()
        if poly.key not in seen:
            seen.add(poly.key)
            yield poly
            waiting += [inner for term in poly.terms for atom, _ in term.factors
                        if isinstance(atom, Call) for inner in atom.arguments]


def _places(poly: Poly, term: Term) -> Iterator[tuple[str, str]]:
    """Each parameter of a term, with what stands around it; twice in a product is its own."""
    counts = Counter(atom.name for atom, _ in term.factors
                     if isinstance(atom, Leaf) and atom.kind == PARAMETER)
    for place, (atom, at) in enumerate(term.factors):
        if isinstance(atom, Leaf) and atom.name in counts:
            hole = Leaf("" if counts[atom.name] == 1 else atom.name, "hole", atom.axes)
            rest = (*term.factors[:place], (hole, at), *term.factors[place + 1:])
            around = Term(term.coefficient, canonical(rest))
            yield atom.name, f"{poly.key} {term.coefficient} {around.key} {','.join(atom.axes)}"

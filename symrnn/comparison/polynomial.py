"""Sums of products over named indices: the normal form in which two cells are compared.

A value with axes is a :class:`Poly`: a sum of terms, each a coefficient times factors. A factor
is an atom with an index for each of its axes; indices from 0 on are the value's own axes,
negative ones are summed over. So ``W x``, ``r * h`` and ``U (r * h)`` are all terms, and what
distributes is written out. Equal keys mean equal sums, whatever the order they were written in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from sympy import Expr, Integer, Symbol, expand

from symrnn.comparison.summed import orders
from symrnn.program import SizeSymbol

MOST_TERMS = 3000
MOST_ORDERS = 5040
PARAMETER = "parameter"
STATE = "state"
SELECTOR = "selector"


class TooLarge(ValueError):
    """A cell whose normal form outgrows the limits, or holds what it has no words for."""


def _digest(*parts: str) -> str:
    return blake2b("\n".join(parts).encode("utf-8"), digest_size=16).hexdigest()


@dataclass(frozen=True, eq=False)
class Leaf:
    """What nothing defines: an input, a parameter, a remembered state."""

    name: str
    kind: str
    axes: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """Equal for equal leaves."""
        return _digest("leaf", self.kind, self.name)

    @cached_property
    def skeleton(self) -> str:
        """Equal for leaves that a renaming could map to each other."""
        return f"{self.kind}{len(self.axes)}"


@dataclass(frozen=True, eq=False)
class Call:
    """A function of sums, opaque but for its arguments: ``tanh(W x + b)``."""

    name: str
    arguments: tuple[Poly, ...]

    @cached_property
    def key(self) -> str:
        """Equal for equal calls."""
        return _digest("call", self.name, *(one.key for one in self.arguments))

    @cached_property
    def skeleton(self) -> str:
        """The same without names and signs of parameters."""
        return _digest("call", self.name, *(one.skeleton for one in self.arguments))


Atom = Leaf | Call
Factor = tuple[Atom, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Term:
    """A coefficient, which may hold sizes, times factors."""

    coefficient: Expr
    factors: tuple[Factor, ...]

    @cached_property
    def key(self) -> str:
        """Equal for terms that differ by their coefficients alone."""
        return _digest("term", *(f"{atom.key}{at}" for atom, at in self.factors))

    @cached_property
    def skeleton(self) -> str:
        """The same without names and signs of parameters."""
        number = self.coefficient
        number = -number if number.could_extract_minus_sign() else number
        bare = number.xreplace({one: Symbol("size") for one in number.atoms(SizeSymbol)})
        return _digest(str(bare), *sorted(f"{atom.skeleton} {len(at)}"
                                          for atom, at in self.factors))


@dataclass(frozen=True, eq=False)
class Poly:
    """A sum of terms in canonical order."""

    terms: tuple[Term, ...]

    @cached_property
    def key(self) -> str:
        """Equal for equal sums."""
        return _digest("sum", *(f"{one.coefficient} {one.key}" for one in self.terms))

    @cached_property
    def skeleton(self) -> str:
        """The same without names and signs of parameters."""
        return _digest("sum", *sorted(one.skeleton for one in self.terms))

    @property
    def number(self) -> Expr | None:
        """The value of a sum without factors, else None."""
        if not self.terms:
            return Integer(0)
        lone = self.terms[0]
        return lone.coefficient if len(self.terms) == 1 and not lone.factors else None

    @property
    def negative(self) -> bool:
        """True where the first term has a minus: one of a sum and its negation has."""
        return bool(self.terms and self.terms[0].coefficient.could_extract_minus_sign())


ZERO, ONE = Poly(()), Integer(1)


def resized(value: Expr, sizes: Mapping[str, str]) -> Expr:
    """A formula of sizes under other names."""
    return value.xreplace({SizeSymbol(old): SizeSymbol(new) for old, new in sizes.items()})


def constant(value: Expr) -> Poly:
    """A number, or a formula of sizes."""
    return total([Term(expand(value), ())])


def single(atom: Atom, at: tuple[int, ...], coefficient: Expr = ONE) -> Poly:
    """One atom with its indices, times a number."""
    return Poly((Term(coefficient, ((atom, at),)),))


def total(terms: Iterable[Term]) -> Poly:
    """The sum of terms, like ones gathered. Raises TooLarge."""
    gathered: dict[str, Term] = {}
    for term in terms:
        old = gathered.get(term.key)
        value = term.coefficient if old is None else expand(old.coefficient + term.coefficient)
        gathered[term.key] = Term(value, term.factors)
    if len(gathered) > MOST_TERMS:
        raise TooLarge(f"a sum has more than {MOST_TERMS} terms")
    return Poly(tuple(gathered[key] for key in sorted(gathered)
                      if gathered[key].coefficient != 0))


def plus(parts: Iterable[Poly]) -> Poly:
    """The sum of sums."""
    return total(term for part in parts for term in part.terms)


def scaled(poly: Poly, number: Expr) -> Poly:
    """A number times a sum."""
    return total(Term(expand(number * one.coefficient), one.factors) for one in poly.terms)


def times(left: Poly, right: Poly) -> Poly:
    """The product of two sums over the same indices, multiplied out."""
    return total(_product(one, other) for one in left.terms for other in right.terms)


def _product(left: Term, right: Term) -> Term:
    """Two terms multiplied; what the right one sums over gets indices of its own."""
    lowest = min((index for _, at in left.factors for index in at), default=0)
    shift = min(lowest, 0)
    moved = [(atom, tuple(index + shift if index < 0 else index for index in at))
             for atom, at in right.factors]
    return Term(expand(left.coefficient * right.coefficient),
                canonical((*left.factors, *moved)))


def placed(poly: Poly, places: Mapping[int, int]) -> Poly:
    """The same sum with its own indices moved; two that meet in one place are a product."""
    lowest = min((*places.values(), 0))
    def moved(at: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(index + lowest if index < 0 else places[index] for index in at)

    return total(Term(one.coefficient, canonical(
        tuple((atom, moved(at)) for atom, at in one.factors))) for one in poly.terms)


def canonical(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Factors in an order, and summed indices under names, that depend on neither."""
    found = tuple({index: -1 - place for place, index in enumerate(order)}
                  for order in orders(factors, MOST_ORDERS))
    if not found:
        raise TooLarge(f"a product is summed over indices that nothing tells apart, in more than "
                       f"{MOST_ORDERS} orders")
    return min((_sorted(factors, names) for names in found), key=_factors_key)


def _sorted(factors: tuple[Factor, ...], names: Mapping[int, int]) -> tuple[Factor, ...]:
    renamed = [(atom, tuple(names.get(index, index) for index in at)) for atom, at in factors]
    return tuple(sorted(renamed, key=lambda one: (one[0].key, one[1])))


def _factors_key(factors: tuple[Factor, ...]) -> list[tuple[str, tuple[int, ...]]]:
    return [(atom.key, at) for atom, at in factors]


def called(name: str, arguments: Iterable[Poly]) -> Poly:
    """A function of sums over the same indices; it has those that its arguments have."""
    given = tuple(arguments)
    used = own_indices(given)
    inner = {index: place for place, index in enumerate(used)}
    return single(Call(name, tuple(placed(one, inner) for one in given)), used)


def own_indices(polys: Iterable[Poly]) -> tuple[int, ...]:
    """The indices of the values themselves, those that are not summed over."""
    return tuple(sorted({index for one in polys for term in one.terms
                         for _, at in term.factors for index in at if index >= 0}))

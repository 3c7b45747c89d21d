"""The derivation as data: each term of a differential, and what its transpose adds.

``z = W x`` has the differential ``dz = W dx``; transposed, ``x_bar`` receives ``W^T z_bar``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr

from symrnn.adjoint.rules import Linear, linearise
from symrnn.program import Delay, Equation, Origin, Program, Rule, terms

Received = dict[tuple[str, str], list[tuple[Equation, Expr]]]


@dataclass(frozen=True)
class Source:
    """What a contribution is derived from.

    ``origin`` is an equation with one ``term`` of its differential, a delay, or the name of an
    output, whose cotangent is given.
    """

    rule: Rule
    origin: Equation | Delay | str
    term: Linear | None = None

    @property
    def key(self) -> tuple[str, str]:
        """From what to what: the names that an :class:`Origin` of the adjoint has."""
        if isinstance(self.origin, Delay):
            return self.origin.lhs, self.origin.source
        if self.term is not None and isinstance(self.origin, Equation):
            return self.origin.lhs, self.term.source
        return str(self.origin), str(self.origin)


@dataclass(frozen=True)
class Contribution:
    """One line of a derivation: where it comes from, and what is added to which cotangent."""

    source: Source
    equation: Equation  # of the adjoint, whose left-hand side receives it
    part: Expr  # the term of its right-hand side


def contributions(program: Program, gradient: Program) -> tuple[Contribution, ...]:
    """Every contribution to a cotangent, in the order of the equations that it comes from."""
    received = _received(gradient)
    found = []
    for source in _sources(program):
        for equation, part in received[source.key][:1]:
            found.append(Contribution(source, equation, part))
        del received[source.key][:1]
    return tuple(found)


def _received(gradient: Program) -> Received:
    """The terms of every cotangent by the origin that each has: from what, to what."""
    found: Received = defaultdict(list)
    for equation in gradient.equations:
        pairs: list[tuple[Origin, Expr]] = list(zip(equation.origins, terms(equation.rhs),
                                                    strict=bool(equation.origins)))
        for origin, part in pairs:
            found[origin.source, origin.target].append((equation, part))
    return found


def _sources(program: Program) -> Iterator[Source]:
    """Every term that the derivation pulls back."""
    for equation in program.equations:
        for term in sorted(linearise(equation), key=lambda one: equation.reads.index(one.source)):
            yield Source(term.rule, equation, term)
    for delay in program.delays:
        yield Source(Rule.DELAY, delay)
    for name in program.outputs:
        yield Source(Rule.GIVEN, name)

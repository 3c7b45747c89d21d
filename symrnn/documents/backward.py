"""The backward pass derived rule by rule, each term with its number in the worked example."""

from __future__ import annotations

from collections import defaultdict

from symrnn.backends.derivation import Contribution, contributions
from symrnn.backends.formula import Formula
from symrnn.documents.equations import Equations
from symrnn.documents.example import Worked
from symrnn.documents.page import Backward, Derived, Step
from symrnn.documents.symbols import edges
from symrnn.program import FED, Role, symbols_in_order

OUTSIDE = (Role.PARAMETER, Role.SELECTOR, *FED)  # what a forward pass does not bind


def backward(forward: Equations, gradient: Equations, worked: Worked) -> Backward:
    """The backward pass, each equation with the steps that lead to its terms."""
    found = defaultdict[str, list[Contribution]](list)
    for one in contributions(forward.program, gradient.program):
        found[one.into.lhs].append(one)
    program = gradient.program
    derived = {name: Derived(row, tuple(_step(forward, one, worked)
                                        for one in sorted(found[name], key=_place)))
               for name, row in gradient.by_name.items()}
    ends = {name for name in derived if program[name].role is Role.GRADIENT}
    given = tuple(gradient.printer.glyph(one.name) for one in program.with_role(Role.COTANGENT))
    return Backward(given, tuple(one for name, one in derived.items() if name not in ends),
                    tuple(one for name, one in derived.items() if name in ends), edges(program))


def _place(one: Contribution) -> int:
    """Where the term stands in its equation."""
    return one.place


def _step(forward: Equations, one: Contribution, worked: Worked) -> Step:
    source = () if one.source is None else forward.of(one.source)
    return Step(one.rule.name.lower(), source, (one.local,) if source else (), one.received,
                _saved(forward, one), worked.term(one.into.lhs, one.place, one.received),
                worked.total(one.into.lhs, one.place, one.received))


def _saved(forward: Equations, one: Contribution) -> tuple[Formula, ...]:
    """The forward values that a term reads."""
    program, names = forward.program, symbols_in_order(one.into.terms[one.place])
    return tuple(forward.printer.symbol(name) for name in names
                 if name in program and program[name].role not in OUTSIDE)

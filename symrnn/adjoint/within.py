"""The derivatives within one step: how what it computes depends on one thing that it is given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.adjoint.forward_mode import tangent
from symrnn.program import Equation, Program, add, reached, reads, symbols_in_order, terms


@dataclass(frozen=True)
class Within:
    """The tangent of one step, of which ``seed`` alone is given; ``moving`` depends on it.

    The equations stand in the order of the step, and hold no term of anything else; ``parts`` are
    the changes of parts for which documents print their formulas.
    """

    program: Program
    seed: str
    moving: frozenset[str]
    parts: frozenset[str]

    def tangent_of(self, name: str) -> str | None:
        """The tangent of a variable; None where the seed does not reach it."""
        return next((one for one in sorted(self.moving) if self.program[one].of == name), None)

    @property
    def is_matrix(self) -> bool:
        """True where a vector changes by vectors all the way, so that each derivative is a matrix.

        That of a vector by a matrix has three indices, which no product of matrices has.
        """
        known = self.program.axes
        return len(known[self.seed]) == 1 and all(len(known[one]) <= 1 for one in self.moving)

    def leading_to(self, name: str) -> Within:
        """The same without what a tangent does not need."""
        needed = reached({name}, reads(self.program))
        kept = tuple(one for one in self.program.equations if one.lhs in needed)
        return Within(replace(self.program, equations=kept), self.seed, self.moving & needed,
                      self.parts & needed)


def within_step(program: Program, by: str) -> Within:
    """The derivatives by a remembered state, a parameter or an input, all else held fixed.

    Nothing is derived here: the equations are those of the tangent, without terms of other
    directions.
    """
    delayed = [one.initial for one in program.delays]
    derived = tangent(program, delayed if program.delay_of(by) else [by])
    seed = next(one.name for one in derived.variables if one.of == by)
    known, kept = {seed}, list[Equation]()
    for equation in derived.equations:
        own = [term for term in terms(equation.rhs) if known & set(symbols_in_order(term))]
        if own:
            known.add(equation.lhs)
            kept.append(replace(equation, rhs=add(own)))
    alone = replace(derived, equations=tuple(kept), delays=(), outputs=())
    parts = frozenset(one.lhs for one in kept
                      if program[derived[one.lhs].of].stands_for is not None)
    return Within(alone, seed, frozenset(known), parts)

"""Every term of an equation as a value of its own, for who wants to see it.

That of a sum over time has a value at every step besides, which the sum adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import Expr

from symrnn.program import (Ein, Equation, Program, Role, Span, Variable, add, contraction_term,
                            free_name)


@dataclass(frozen=True)
class Terms:
    """A program with values for its terms; ``names`` by the name of an equation, in its order.

    An equation of several terms is their sum; one of a single term is that term. ``at_steps``
    are the values of each step by the name of a term that is a sum over time.
    """

    program: Program
    names: Mapping[str, tuple[str, ...]]
    at_steps: Mapping[str, str]


def with_terms(program: Program, avoided: Program) -> Terms:
    """The same program with a value for every term; new names avoid those of another one, too."""
    taken = {one.name for each in (program, avoided) for one in each.variables}
    apart = _Apart(program, taken)
    names = {one.lhs: apart.equation(one) for one in program.equations}
    found = replace(program, variables=(*program.variables, *apart.variables),
                    equations=tuple(apart.equations))
    return Terms(found, names, apart.at_steps)


class _Apart:
    """Equations taken apart, and the variables that this needs."""

    def __init__(self, program: Program, taken: set[str]) -> None:
        self.program, self.taken = program, taken
        self.variables, self.equations = list[Variable](), list[Equation]()
        self.at_steps: dict[str, str] = {}

    def equation(self, equation: Equation) -> tuple[str, ...]:
        """The names of an equation's terms."""
        whole = self.program[equation.lhs]
        if len(equation.terms) < 2:
            self._bind(equation, whole, equation.rhs)
            return (whole.name,)
        parts = [self._made(whole, f"term_{place}", f"term {place} of {whole.name}")
                 for place in range(1, len(equation.terms) + 1)]
        for part, term in zip(parts, equation.terms, strict=True):
            self._bind(replace(equation, lhs=part.name, origins=()), part, term)
        self.equations.append(replace(equation, rhs=add([part.symbol for part in parts])))
        return tuple(part.name for part in parts)

    def _bind(self, equation: Equation, lhs: Variable, term: Expr) -> None:
        """The equation of one term, behind that of its steps where it adds these up."""
        if lhs.span is Span.CONSTANT and self._over_time(term):
            step = self._made(replace(lhs, span=Span.SEQUENCE), "at_step",
                              f"{lhs.name}, of one step")
            letters = contraction_term(term)[1].letters.output  # type: ignore[index]
            self.equations.append(replace(equation, lhs=step.name, rhs=term, origins=()))
            self.at_steps[lhs.name] = step.name
            term = Ein(f"{letters}->{letters}", step.symbol)
        self.equations.append(replace(equation, rhs=term))

    def _over_time(self, term: Expr) -> bool:
        found = contraction_term(term)
        return found is not None and any(
            self.program[one.name].span is Span.SEQUENCE for one in found[1].operands
            if one.name in self.program)

    def _made(self, whole: Variable, ending: str, meaning: str) -> Variable:
        name = free_name(self.taken, f"{whole.name}_{ending}")
        self.taken.add(name)
        made = replace(whole, name=name, role=Role.INTERMEDIATE, stands_for=None, of="",
                       meaning=meaning)
        self.variables.append(made)
        return made

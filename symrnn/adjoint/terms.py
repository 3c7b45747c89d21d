"""Every term of an equation that has several as a value of its own, for who wants to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symrnn.program import Equation, Program, Role, Variable, add, free_name


@dataclass(frozen=True)
class Terms:
    """A program with values for its terms; ``names`` by the name of an equation, in its order.

    An equation of several terms is their sum; one of a single term is that term.
    """

    program: Program
    names: Mapping[str, tuple[str, ...]]


def with_terms(program: Program, avoided: Program) -> Terms:
    """The same program with a value for every term; new names avoid those of another one, too."""
    taken = {one.name for each in (program, avoided) for one in each.variables}
    variables, equations = list(program.variables), list[Equation]()
    names: dict[str, tuple[str, ...]] = {}
    for equation in program.equations:
        own = [equation.lhs]
        if len(equation.terms) > 1:
            parts = [_part(program[equation.lhs], place, taken)
                     for place in range(1, len(equation.terms) + 1)]
            variables += parts
            equations += [replace(equation, lhs=part.name, rhs=term, origins=())
                          for part, term in zip(parts, equation.terms, strict=True)]
            own = [part.name for part in parts]
            equation = replace(equation, rhs=add([part.symbol for part in parts]))
        names[equation.lhs] = tuple(own)
        equations.append(equation)
    return Terms(replace(program, variables=tuple(variables), equations=tuple(equations)), names)


def _part(whole: Variable, place: int, taken: set[str]) -> Variable:
    name = free_name(taken, f"{whole.name}_term_{place}")
    taken.add(name)
    return replace(whole, name=name, role=Role.INTERMEDIATE, stands_for=None, of="",
                   meaning=f"term {place} of {whole.name}")

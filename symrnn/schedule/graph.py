"""The dependency graph: which names need which, within a step and across steps."""

from __future__ import annotations

from dataclasses import dataclass

from sympy.utilities.iterables import strongly_connected_components

from symrnn.program import Program, ProgramError, reads


@dataclass(frozen=True)
class Component:
    """Names that depend on each other through time, or one name that does not.

    ``step`` is the sign of the delays inside: +1 scans forward, -1 in reverse, 0 needs no
    order in time. ``place`` is the position of its first equation in the program.
    """

    names: frozenset[str]
    step: int
    place: int


def bound_names(program: Program) -> list[str]:
    """Every name that an equation or a delay binds: delays first, then equations in order."""
    return [delay.lhs for delay in program.delays] + [one.lhs for one in program.equations]


def dependencies(program: Program) -> dict[str, set[str]]:
    """For every bound name the bound names that it reads, across time or not."""
    bound, read = dict.fromkeys(bound_names(program)), reads(program)
    return {name: read[name] & bound.keys() for name in bound}


def components(program: Program) -> list[Component]:
    """The strongly connected components. Raises ProgramError where one cannot be scanned."""
    names, needs = bound_names(program), dependencies(program)
    place = {name: number for number, name in enumerate(names)}
    edges = [(name, other) for name in names
             for other in sorted(needs[name], key=place.__getitem__)]
    return [_component(program, frozenset(found), place, needs)
            for found in strongly_connected_components((names, edges))]


def _component(program: Program, names: frozenset[str], place: dict[str, int],
               needs: dict[str, set[str]]) -> Component:
    cyclic = len(names) > 1 or any(name in needs[name] for name in names)
    steps = {delay.step for delay in program.delays if delay.lhs in names} if cyclic else {0}
    if len(steps) != 1:
        listed = ", ".join(sorted(names))
        why = "both directions of time" if steps else "each other within one step"
        raise ProgramError(f"{program.name}: {listed} depend on {why}")
    equations = [place[name] for name in names if program.definition(name)]
    return Component(names, steps.pop(), min(equations, default=min(place[one] for one in names)))

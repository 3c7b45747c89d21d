"""Derived programs as systems: what they read, and how they join what they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symrnn.adjoint.rules import Linear
from symrnn.program import (Delay, Equation, Program, Role, Variable, finished, lower, of_network,
                            reached, reversed_edges, symbols_in_order)

DIFFERENTIABLE = (Role.INPUT, Role.PARAMETER, Role.INITIAL, Role.COTANGENT, Role.TANGENT)


def influenced(program: Program, terms: Mapping[str, tuple[Linear, ...]],
               given: Iterable[str]) -> frozenset[str]:
    """Every name whose value depends on the given ones, through time too.

    ``terms`` holds the differential of every equation; what it leaves out (a peak) is constant.
    """
    edges = reversed_edges({name: {one.source for one in parts} for name, parts in terms.items()})
    for delay in program.delays:  # a state that depends on them does so from its start to its end
        for one in (delay.source, delay.initial):
            edges.setdefault(one, set()).update(
                (delay.lhs, delay.source, delay.initial, delay.final))
    return frozenset(reached(given, edges))


def names_used(program: Program) -> set[str]:
    """Every name that an equation or a delay reads."""
    used = {delay.source for delay in program.delays}
    return used.union(*(symbols_in_order(equation.rhs) for equation in program.equations))


def as_derived(primal: Program, kind: str, variables: tuple[Variable, ...],
               equations: tuple[Equation, ...], delays: tuple[Delay, ...],
               outputs: tuple[str, ...]) -> Program:
    """A derived program: the forward values that it reads become given."""
    read = {name for one in equations for name in symbols_in_order(one.rhs)}
    shown = with_shown(primal, read)
    saved = tuple(one if one.role.given and one.name in read else replace(one, role=Role.SAVED)
                  for one in primal.variables if one.name in shown)
    derived = replace(
        primal, name=f"{primal.name}_{kind}", title=f"{primal.title}: {kind}", notes=(),
        variables=(*saved, *variables), equations=equations, delays=delays, outputs=outputs)
    return finished(lower(derived, {one.name for one in primal.variables}))


def with_shown(program: Program, names: set[str]) -> set[str]:
    """The names, and those that documents print in place of some of them."""
    return reached(names, {one.name: symbols_in_order(one.stands_for)
                           for one in program.variables if one.stands_for is not None})


@of_network
def join(program: Program, derived: Program) -> Program:
    """One system of both: what the derived program reads as saved, the first one binds.

    ``derived`` is its :func:`adjoint` or :func:`tangent`. Raises ProgramError for what is no
    network, and for another program's.
    """
    known = {variable.name for variable in program.variables}
    added = tuple(one for one in derived.variables if one.name not in known)
    return finished(replace(
        program, name=derived.name, title=derived.title,
        variables=(*program.variables, *added),
        equations=(*program.equations, *derived.equations),
        delays=(*program.delays, *derived.delays),
        outputs=(*program.outputs, *derived.outputs)))

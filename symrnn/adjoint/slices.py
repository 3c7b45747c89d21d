"""The part of an adjoint program that leads from some outputs to one gradient."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress

from symrnn.adjoint.systems import with_shown
from symrnn.program import (Equation, Program, Role, UnknownName, add, quoted, reached, reads,
                            reversed_edges, symbols_in_order, terms)


def gradient_of(program: Program, name: str) -> str:
    """The name of the gradient that belongs to a variable. Raises UnknownName if there is none."""
    for one in program.with_role(Role.GRADIENT):
        if one.of == name:
            return one.name
    known = ", ".join(one.of for one in program.with_role(Role.GRADIENT))
    raise UnknownName(f"there is no gradient with respect to {quoted(name)}; there are {known}")


def leading_to(program: Program, *targets: str) -> Program:
    """The equations and delays that the targets depend on, and no others."""
    return _only(program, reached(targets, reads(program)), program.equations)


def restricted(program: Program, of: str) -> Program:
    """The program with every given cotangent but that of ``of`` set to zero.

    Each adjoint term is linear in one cotangent, so a term of a zero one vanishes; one that is
    given at the edge of a recursion stays, to be given as zero. Raises UnknownName where ``of`` is
    no output and no final state.
    """
    given = program.with_role(Role.COTANGENT)
    chosen = {one.name for one in given if one.of == of}
    if not chosen:
        known = ", ".join(one.of for one in given)
        raise UnknownName(f"{quoted(of)} is no output or final state; there are {known}")
    alive = reached(chosen, reversed_edges(reads(program)))
    zero = {one.name for one in program.variables if one.of} - alive
    kept = [_without(equation, zero) for equation in program.equations if equation.lhs in alive]
    edges = {one.initial for one in program.delays if one.lhs in alive}
    return _only(program, {one.name for one in program.variables} - zero | edges, tuple(kept))


def _without(equation: Equation, zero: set[str]) -> Equation:
    """The equation without its terms of zero cotangents, and without where these came from."""
    alive = [not zero & set(symbols_in_order(term)) for term in terms(equation.rhs)]
    origins = compress(equation.origins, alive)
    return replace(equation, rhs=add([*compress(terms(equation.rhs), alive)]),
                   origins=tuple(origins))


def _only(program: Program, names: set[str], equations: tuple[Equation, ...]) -> Program:
    names = with_shown(program, names)
    names |= {one.final for one in program.delays if one.lhs in names}
    return replace(
        program,
        variables=tuple(one for one in program.variables if one.name in names),
        equations=tuple(one for one in equations if one.lhs in names),
        delays=tuple(one for one in program.delays if one.lhs in names),
        outputs=tuple(one for one in program.outputs if one in names))

"""What transforms have in common: who feeds back into whom, and equations put between others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import replace

from sympy import Expr, Symbol

from symrnn.program import (Delay, Equation, Glyph, Program, Role, Variable, free_name, local,
                            reached, reads, rename, reversed_edges, symbols_in_order)


def recurrent(program: Program) -> tuple[Delay, ...]:
    """The delays whose value feeds back into itself; a remembered input does not."""
    return tuple(one for one in program.delays if one.lhs in recurrence(program, one.source))


def recurrence(program: Program, name: str) -> frozenset[str]:
    """Every name that ``name`` depends on, through time too, and that depends on it.

    The memory and the output of one cell are one recurrence; two layers are two.
    """
    both = reads(program), reversed_edges(reads(program))
    before, after = (reached(edges.get(name, ()), edges) for edges in both)
    return frozenset(before & after)


def remembered(program: Program, delay: Delay) -> Symbol:
    """What the state is before a step: the delayed value, or the learned one at a start."""
    starts = {one.name for one in program.with_role(Role.START)}
    for equation in program.equations:
        read = set(symbols_in_order(equation.rhs))
        if delay.lhs in read and read & starts:
            return Symbol(equation.lhs)
    return Symbol(delay.lhs)


def beside(taken: Container[str], name: str, before: str = "", after: str = "") -> str:
    """A free name next to another of the same layer: ``layer1.zoneout_h`` beside ``layer1.h``."""
    prefix, own = local(name)
    return free_name(taken, prefix + before + own + after)


def marked(variable: Variable, name: str, meaning: str, mark: str) -> Variable:
    """An intermediate value like a variable, with a word as its mark."""
    glyph = replace(variable.glyph, sup=(*variable.glyph.sup, Glyph.upright(mark)))
    return replace(variable, name=name, role=Role.INTERMEDIATE, glyph=glyph, stands_for=None,
                   meaning=f"{variable.name}, {meaning}")


def insert(program: Program, place: int, variables: Collection[Variable], lhs: str, rhs: Expr
           ) -> Program:
    """The program with one equation more, as number ``place``; later numbers move up."""
    old = program.equations
    number = old[place - 1].number if place else old[0].number - 1
    later = tuple(replace(one, number=one.number + 1) for one in old[place:])
    equations = (*old[:place], Equation(lhs, rhs, number + 1), *later)
    return replace(program, variables=(*program.variables, *variables), equations=equations)


def exchanged(program: Program, equation: Equation) -> Program:
    """The program with another right-hand side for what an equation binds."""
    return replace(program, equations=tuple(
        replace(one, rhs=equation.rhs) if one.lhs == equation.lhs else one
        for one in program.equations))


def redefine(program: Program, name: str, fresh: Variable, rule: Callable[[Symbol], Expr],
             inside: Collection[str] = ()) -> Program:
    """The old equation binds ``fresh``, and one behind it the old name by a rule.

    The equations of the names ``inside`` read the fresh value, all others what the rule gave.
    """
    place = next(place for place, one in enumerate(program.equations, 1) if one.lhs == name)
    program = reread(program, {name: fresh.name}, inside)
    equations = tuple(replace(one, lhs=fresh.name) if one.lhs == name else one
                      for one in program.equations)
    return insert(replace(program, equations=equations), place, [fresh], name, rule(fresh.symbol))


def reread(program: Program, names: Mapping[str, str], inside: Collection[str]) -> Program:
    """The program whose equations of some names read others, in what documents print too."""
    equations = tuple(replace(one, rhs=rename(one.rhs, names, {})) if one.lhs in inside else one
                      for one in program.equations)
    shown = [replace(one, stands_for=rename(one.stands_for, names, {}))
             for one in program.variables if one.name in inside and one.stands_for is not None]
    return replace(program.replacing(shown), equations=equations)


def reread_everywhere(program: Program, old: str, new: str) -> Program:
    """The same for every equation and every delay."""
    program = reread(program, {old: new}, {one.lhs for one in program.equations})
    delays = tuple(replace(one, source=new) if one.source == old else one
                   for one in program.delays)
    return replace(program, delays=delays)

"""What is saved for the backward pass, and what it computes again.

The adjoint reads forward values. Inputs, parameters and outputs are there anyway. Of the rest, a
value is computed again where additions and multiplications make it of what is there; a function,
a division or a sum over entries costs more than memory, so its result is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from symrnn.program import Equation, Program, Role, Span, symbols_in_order


@dataclass(frozen=True)
class Saving:
    """Names on the tape; the adjoint with the equations of what it computes again."""

    tape: tuple[str, ...]
    gradient: Program
    again: frozenset[str]


def saving(program: Program, gradient: Program) -> Saving:
    """Decide for every forward value that the adjoint reads."""
    read = {name for one in gradient.equations for name in symbols_in_order(one.rhs)}
    read &= {one.name for one in gradient.with_role(Role.SAVED)}
    needed = _own(program, read)
    again = tuple(_again(program, needed))
    names = {one.lhs for one in again}
    tape = tuple(one.name for one in program.variables if one.name in needed - names)
    return Saving(tape, _with(gradient, program, again), frozenset(names))


def _own(program: Program, read: set[str]) -> set[str]:
    """The values behind some names that only the network itself has."""
    source = {delay.lhs: delay.source for delay in program.delays}
    values = {source.get(name, name) for name in read}
    return {name for name in values
            if name not in program.outputs and not program[name].role.given}


def _again(program: Program, needed: set[str]) -> Iterator[Equation]:
    """The equations that cost less than what they bind would in memory."""
    remembered = {delay.source for delay in program.delays}
    for equation in program.equations:
        lhs = program[equation.lhs]
        if (lhs.name in needed - remembered and lhs.span is Span.SEQUENCE
                and is_cheap(equation.rhs)
                and _own(program, set(symbols_in_order(equation.rhs))) <= needed):
            yield equation


def is_cheap(expression: Expr) -> bool:
    """True for additions and multiplications of values, ``r * h`` or ``1 - z``."""
    if isinstance(expression, Pow):
        return expression.exp == Integer(2) and is_cheap(expression.base)
    if isinstance(expression, Add | Mul):
        return all(map(is_cheap, expression.args))
    return isinstance(expression, Symbol | Rational)


def _with(gradient: Program, program: Program, again: tuple[Equation, ...]) -> Program:
    """The adjoint behind some equations of the network."""
    if not again:
        return gradient
    bound = {one.lhs for one in again}
    read = {name for one in again for name in symbols_in_order(one.rhs)}
    missing = tuple(one if one.role.given else replace(one, role=Role.SAVED)
                    for one in program.variables
                    if one.name in read - bound and one.name not in gradient)
    variables = tuple(program[one.name] if one.name in bound else one
                      for one in gradient.variables)
    return replace(gradient, variables=(*missing, *variables),
                   equations=(*again, *gradient.equations))

"""The adjoint as papers print it: delays as shifted indices, single-use steps put in.

``h_bar = Delta + h_next_bar`` with ``h_next_bar[t] = h_prev_bar[t+1]`` becomes
``h_bar[t] = Delta[t] + U^T z_bar[t+1] + ...``. Generate code from the delay form: the
published one multiplies values beyond the last step.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Symbol

from symrnn.program import (Delay, Ein, Equation, Program, Role, Span, Variable, add, multiply,
                            factors, rename, substitute, symbols_in_order, terms)


def published(gradient: Program) -> Program:
    """The same equations without delays, for readers and not for kernels.

    A symbol at another step is a variable of its own, ``z_bar[t+1]``, whose glyph prints
    the shifted index.
    """
    shifted = gradient
    for delay in gradient.delays:
        shifted = _without(shifted, delay)
    return _inlined(shifted)


def shifted_name(name: str, shift: int) -> str:
    """``z_bar[t+1]``."""
    return f"{name}[t{shift:+d}]"


def _without(program: Program, delay: Delay) -> Program:
    """Put what a delayed name stands for in its place, one step on."""
    definition = program.definition(delay.source)
    if definition is None:
        return program
    read = [program[name] for name in symbols_in_order(definition.rhs)]
    moving = [one for one in read if one.span is Span.SEQUENCE]
    names = {one.name: shifted_name(one.name, -delay.step) for one in moving}
    there = rename(definition.rhs, names, {})
    extra = [_shifted(one, names[one.name], delay.step) for one in moving]
    equations = tuple(_replaced(one, Symbol(delay.lhs), there) for one in program.equations
                      if one is not definition)
    known = {one.name for one in program.variables}
    return replace(
        program, equations=equations,
        variables=(*program.variables, *(one for one in extra if one.name not in known)),
        delays=tuple(one for one in program.delays if one is not delay))


def _shifted(variable: Variable, name: str, step: int) -> Variable:
    return replace(variable, name=name, glyph=variable.glyph.delayed(step))


def _replaced(equation: Equation, symbol: Symbol, value: Expr) -> Equation:
    """A term that is the symbol becomes the terms of its value."""
    new = [value if term == symbol else substitute(term, {symbol: value})
           for term in terms(equation.rhs)]
    return replace(equation, rhs=add(new))


def _inlined(program: Program) -> Program:
    """Pointwise cotangents that one equation alone uses go where they are used."""
    for equation in program.equations:
        users = [one for one in program.equations if equation.lhs in symbols_in_order(one.rhs)]
        shifted = any(one.name.startswith(f"{equation.lhs}[") for one in program.variables)
        inner = program[equation.lhs].role is Role.INTERMEDIATE
        if inner and len(users) == 1 and not shifted and _is_product(equation.rhs, users[0]):
            symbol = Symbol(equation.lhs)
            parts = [multiply([part for factor in factors(term) for part in
                               (factors(equation.rhs) if factor == symbol else (factor,))])
                     for term in terms(users[0].rhs)]
            new = replace(users[0], rhs=add(parts))
            program = replace(program, equations=tuple(
                new if one is users[0] else one for one in program.equations
                if one is not equation))
    return program


def _is_product(rhs: Expr, user: Equation) -> bool:
    """True for a pointwise product whose only user is pointwise in it."""
    return not rhs.has(Ein) and len(terms(rhs)) == 1 and not user.rhs.has(Ein)

"""Derived systems that run as programs of their own: directions come in, derivatives go out.

===============  ==============================  ========================================
system           made of                         gives
===============  ==============================  ========================================
jvp              join(p, tangent(p))             tangents of outputs and final states
jvp_each_sample  the same                        the same, each sample its own direction of
                                                 the parameters, for a basis of them (RTRL)
second_order     tangent of join(p, adjoint(p))  tangents of all gradients (HVP)
===============  ==============================  ========================================

Nothing is derived here. A given tangent or cotangent becomes what a caller gives by its
span: a parameter, an initial state or an input. Pearlmutter (1994) for the HVP.
"""

from __future__ import annotations

from dataclasses import replace

from symrnn.adjoint.forward_mode import tangent
from symrnn.adjoint.reverse_mode import adjoint
from symrnn.adjoint.slices import leading_to
from symrnn.adjoint.systems import DIFFERENTIABLE, join
from symrnn.program import Program, Role, Span, Variable, symbols_in_order, verify

BY_SPAN = {Span.CONSTANT: Role.PARAMETER, Span.BATCH: Role.INITIAL, Span.SEQUENCE: Role.INPUT}


def jvp(program: Program) -> Program:
    """The program with its tangent: one direction for everything given."""
    return _with_tangent(program, tangent(program))


def jvp_each_sample(program: Program) -> Program:
    """The same, but every sample moves the parameters along a direction of its own."""
    derived = tangent(program)
    wide = {one.name: replace(one, span=Span.SEQUENCE)
            for one in derived.with_role(Role.TANGENT) if one.span is Span.CONSTANT}
    for equation in derived.equations:
        if set(wide) & set(symbols_in_order(equation.rhs)):
            wide[equation.lhs] = replace(derived[equation.lhs], span=Span.SEQUENCE)
    return _with_tangent(program, derived.replacing(wide.values()))


def second_order(program: Program) -> Program:
    """The program, its adjoint and the tangents of both: Hessian times direction."""
    both = join(program, adjoint(program))
    derived = tangent(both, [one.name for one in program.with_role(*DIFFERENTIABLE)])
    gradients = {one.name for one in both.with_role(Role.GRADIENT)}
    moved = [one.name for one in derived.variables if one.of in gradients and not one.role.given]
    return opened(join(both, derived), (*program.outputs, *moved))


def gradients(program: Program) -> Program:
    """The program with its adjoint: cotangents come in, all gradients go out."""
    both = join(program, adjoint(program))
    return opened(both, tuple(one.name for one in both.with_role(Role.GRADIENT)))


def passed_on(program: Program, initial: str) -> Program:
    """The final states and their derivatives along one initial state."""
    derived = tangent(program, [initial])
    return opened(join(program, derived),
                   tuple(one.final for one in (*program.delays, *derived.delays)))


def _with_tangent(program: Program, derived: Program) -> Program:
    finals = (one.final for one in (*program.delays, *derived.delays))
    return opened(join(program, derived), (*program.outputs, *derived.outputs, *finals))


def opened(system: Program, results: tuple[str, ...]) -> Program:
    """What leads to the results, as a program that a kernel runs forward."""
    finals = {delay.final for delay in system.delays}
    outputs = tuple(one for one in results if one not in finals)

    def role(one: Variable) -> Role:
        if one.role in (Role.TANGENT, Role.COTANGENT):
            return BY_SPAN[one.span]
        if one.name in outputs or one.name in finals:
            return Role.OUTPUT if one.name in outputs else Role.FINAL
        return Role.INTERMEDIATE if one.role in (Role.OUTPUT, Role.GRADIENT) else one.role

    kept = leading_to(replace(system, outputs=outputs), *results)
    return verify(kept.replacing(replace(one, role=role(one)) for one in kept.variables))

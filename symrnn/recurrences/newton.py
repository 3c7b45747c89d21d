"""A recurrence linearised around a guess of its whole trajectory: one step of Newton's method.

With ``f`` for a step, the guess ``h`` becomes ``h + c``, where ``c_t = J_t c_{t-1} + r_t``, the
residual is ``r_t = f(h_{t-1}) - h_t``, and ``J_t`` the derivative of f at ``h_{t-1}``. That is
a recurrence affine in c, of the structure that J has, whatever f is; the tangent of the steps says
it all. Lim et al., Parallelizing non-linear sequential models over the sequence length (DEER), ICLR
2024, arXiv 2309.12252; Danieli et al., ParaRNN, 2025, arXiv 2510.21450.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Integer, Symbol

from symrnn.adjoint import join, opened, tangent
from symrnn.program import (Delay, Equation, Glyph, Program, Role, Variable, add, free_name,
                            multiply)


@dataclass(frozen=True)
class Unknown:
    """A value that is remembered: the names of its guess, and of what the program finds for it."""

    value: str
    guess: str
    residual: str
    correction: str


@dataclass(frozen=True)
class Linearised:
    """The program of one iteration: guesses and what delays make of them in, corrections out."""

    program: Program
    unknowns: tuple[Unknown, ...]


def linearised(steps: Program) -> Linearised:
    """One iteration for the steps of a part; its states, the corrections, begin with zero."""
    derived = tangent(steps, [one.initial for one in steps.delays])
    moved = {one.of: one.name for one in derived.variables if one.of}
    both, unknowns = join(steps, derived), list[Unknown]()
    for one in dict.fromkeys(each.source for each in steps.delays):
        if steps.definition(one) is not None:  # any other is a guess of one step before
            both, unknown = _corrected(both, one, moved[one])
            unknowns.append(unknown)
    corrections = {moved[one.value]: one.correction for one in unknowns}
    both = replace(both, variables=tuple(_given(one, steps) for one in both.variables),
                   delays=tuple(_reading(one, corrections) for one in both.delays
                                if one not in steps.delays))
    results = [name for one in unknowns for name in (one.residual, one.correction)]
    return Linearised(opened(both, tuple(results)), tuple(unknowns))


def _corrected(both: Program, value: str, moved: str) -> tuple[Program, Unknown]:
    """The system with a residual and a correction of one value behind all its equations."""
    known, names = both[value], list[str]()
    taken = {one.name for one in both.variables}
    for what in ("guess", "residual", "correction"):
        names.append(free_name(taken, f"{value}_{what}"))
        taken.add(names[-1])
    guess, residual, correction = names
    less = multiply([Integer(-1), Symbol(guess)])
    variables = [replace(known, name=name, role=role, stands_for=None, meaning=f"{what} of {value}",
                         glyph=replace(known.glyph, sup=(*known.glyph.sup, Glyph.upright(what))))
                 for name, role, what in ((guess, Role.INPUT, "guess"),
                                          (residual, Role.INTERMEDIATE, "residual"),
                                          (correction, Role.STATE, "correction"))]
    number = both.equations[-1].number
    equations = (Equation(residual, add([Symbol(value), less]), number + 1),
                 Equation(correction, add([Symbol(moved), Symbol(residual)]), number + 2))
    return (replace(both, variables=(*both.variables, *variables),
                    equations=(*both.equations, *equations)),
            Unknown(value, guess, residual, correction))


def _given(one: Variable, steps: Program) -> Variable:
    """What was a state before the step comes from the guess."""
    return replace(one, role=Role.INPUT) if steps.delay_of(one.name) else one


def _reading(delay: Delay, corrections: dict[str, str]) -> Delay:
    """The delay of a tangent, of a correction where there is one."""
    return replace(delay, source=corrections.get(delay.source, delay.source))

"""What is saved for the backward pass, and what it recomputes.

The adjoint reads forward values. Inputs, parameters and outputs are there anyway. Of the rest, a
value is recomputed where additions and multiplications make it of what is there; a function,
a division or a sum over entries costs more than memory, so its result is saved. Activations that
saturate are kept in a form of their own: see ``keeping``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from symrnn.program import Equation, Program
from symrnn.schedule.keeping import Keeping, behind, keeping, may_be_recomputed


@dataclass(frozen=True)
class Saving:
    """Names on the tape; the program that keeps them; the adjoint with what it recomputes.

    ``along`` are the names of what is kept in place of activations.
    """

    program: Program
    tape: tuple[str, ...]
    gradient: Program
    recomputed: frozenset[str]
    along: frozenset[str]


def saving(program: Program, gradient: Program, exact_slopes: bool = True) -> Saving:
    """Decide for every forward value that the adjoint reads.

    Without ``exact_slopes`` activations are saved as they are, rounded to 1 where they saturate.
    """
    recomputed = tuple(_recomputed(program, _needed(program, gradient)))
    gradient = behind(gradient, program, recomputed)
    kept = (keeping(program, gradient) if exact_slopes
            else Keeping(program, gradient, frozenset(), frozenset()))
    bound = {one.lhs for one in kept.gradient.equations}
    needed = _needed(kept.program, kept.gradient) - bound
    tape = tuple(one.name for one in kept.program.variables if one.name in needed)
    return Saving(kept.program, tape, kept.gradient,
                  kept.recomputed | {one.lhs for one in recomputed}, kept.along)


def no_adjoint(program: Program) -> Program:
    """The adjoint of a program that nobody differentiates: it has no equations."""
    return replace(program, variables=(), equations=(), delays=(), outputs=())


def _needed(program: Program, gradient: Program) -> set[str]:
    """The forward values that an adjoint reads, of those that only the network itself has."""
    read = {name for one in gradient.equations for name in one.reads}
    return _own(program, {name for name in read if name in program})


def _own(program: Program, read: set[str]) -> set[str]:
    """The values behind some names that only the network itself has."""
    source = {delay.lhs: delay.source for delay in program.delays}
    values = {source.get(name, name) for name in read}
    return {name for name in values
            if name not in program.outputs and not program[name].role.given}


def _recomputed(program: Program, needed: set[str]) -> Iterator[Equation]:
    """The equations that cost less than what they bind would in memory."""
    for equation in program.equations:
        if (equation.lhs in needed and may_be_recomputed(program, equation.lhs)
                and is_cheap(equation.rhs)
                and _own(program, set(equation.reads)) <= needed):
            yield equation


def is_cheap(expression: Expr) -> bool:
    """True for additions and multiplications of values, ``r * h`` or ``1 - z``."""
    if isinstance(expression, Pow):
        return expression.exp == Integer(2) and is_cheap(expression.base)
    if isinstance(expression, Add | Mul):
        return all(map(is_cheap, expression.args))
    return isinstance(expression, Symbol | Rational)

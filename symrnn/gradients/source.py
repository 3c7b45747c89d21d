"""What a gradient is taken of: the loss, or one symbol of a network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.adjoint import adjoint
from symrnn.adjoint.slices import leading_to, restricted
from symrnn.gradients.names import LOSS, at_step
from symrnn.pipeline import derive
from symrnn.program import Program, Role, Span, UnknownName, Variable, quoted


@dataclass(frozen=True)
class Source:
    """The adjoint equations of the loss, or of the symbol ``of`` alone, and their program."""

    program: Program
    gradient: Program
    of: str

    @property
    def given(self) -> tuple[Variable, ...]:
        """The cotangents that are given, but for those that are zero."""
        return tuple(one for one in self.gradient.with_role(Role.COTANGENT)
                     if self.of in (LOSS, one.of))


def derivative_of(program: Program, of: str) -> Source:
    """The derivative of the loss, or of one output, state or final state. Raises UnknownName."""
    whole = derive(program).gradient
    if of == LOSS:
        return Source(program, whole, of)
    given = {one.of for one in whole.with_role(Role.COTANGENT)}
    name = of if of in given else at_step(program, of)
    if name in given:
        return Source(program, restricted(whole, name), name)
    if program.definition(name) is None or program[name].span is not Span.SEQUENCE:
        known = ", ".join(dict.fromkeys((LOSS, *program.states, *sorted(given))))
        raise UnknownName(f"{quoted(of)} is nothing that gradients are taken of; there are {known}")
    seen = _seen_from(program, name)
    return Source(seen, restricted(adjoint(seen), name), name)


def _seen_from(program: Program, name: str) -> Program:
    """The part of a program that leads to one symbol, as its only output."""
    output = replace(program[name], role=Role.OUTPUT)
    there = replace(program.replacing([output]), outputs=(name,))
    return leading_to(there, name)

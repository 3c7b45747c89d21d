"""The tangent of a program (forward mode, JVP), by the same rules as the adjoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Symbol

from symrnn.adjoint.marks import DOTS, Marked
from symrnn.adjoint.rules import linearise
from symrnn.adjoint.systems import DIFFERENTIABLE, as_derived, influenced
from symrnn.program import (Delay, Equation, Program, Role, UnknownName, Variable, add, of_network,
                            quoted)


@of_network
def tangent(program: Program, wrt: Iterable[str] | None = None) -> Program:
    """The equations that carry tangents of the named inputs to the outputs.

    ``wrt`` names given variables, by default all that are differentiable. Forward values
    are read as given (role ``SAVED``); join the result with the program to run both. Raises
    ProgramError for what is no network, ValueError for a name that it lacks.
    """
    chosen = [one.name for one in program.with_role(*DIFFERENTIABLE)]
    wrt = None if wrt is None else list(wrt)
    for name in wrt or ():
        if name not in program:
            raise UnknownName(f"{program.name} has no {quoted(name)}; there are "
                              f"{', '.join(chosen)}")
    return _Tangent(program, chosen if wrt is None else list(wrt)).program()


class _Tangent:
    def __init__(self, program: Program, wrt: list[str]) -> None:
        self.primal, self.names = program, Marked(program, DOTS)
        self.terms = {one.lhs: linearise(one) for one in program.equations}
        self.active = influenced(program, self.terms, wrt)
        self.variables: dict[str, Variable] = {}
        for name in wrt:
            self._declare(program[name], Role.TANGENT)

    def program(self) -> Program:
        """Walk the program forwards and assemble the result."""
        delays = tuple(self._delay(one) for one in self.primal.delays if one.lhs in self.active)
        first = max(equation.number for equation in self.primal.equations) + 1
        active = [one for one in self.primal.equations if one.lhs in self.active]
        equations = tuple(self._equation(one, first + place) for place, one in enumerate(active))
        outputs = tuple(self.names.name(one) for one in self.primal.outputs if one in self.active)
        return as_derived(self.primal, "tangent", tuple(self.variables.values()), equations,
                          delays, outputs)

    def _declare(self, like: Variable, role: Role) -> Symbol:
        name = self.names.name(like.name)
        if name not in self.variables:
            self.variables[name] = replace(
                like, name=name, role=role, glyph=self.names.mark.glyph(like.glyph),
                meaning=f"tangent of {like.name}", stands_for=None, of=like.name)
        return self.variables[name].symbol

    def _delay(self, delay: Delay) -> Delay:
        """Time shifts a tangent as it shifts the value."""
        given = self.primal[delay.source].role.given
        roles = {delay.lhs: Role.INTERMEDIATE,
                 delay.source: Role.TANGENT if given else Role.STATE,
                 delay.initial: Role.TANGENT, delay.final: Role.FINAL}
        lhs, source, initial, final = (
            self._declare(self.primal[name], role).name for name, role in roles.items())
        return Delay(lhs, source, delay.step, initial, final)

    def _equation(self, equation: Equation, number: int) -> Equation:
        lhs = self.primal[equation.lhs]
        left = self._declare(lhs, lhs.role)
        pushed = [term.push(Symbol(self.names.name(term.source)))
                  for term in self.terms[equation.lhs] if term.source in self.active]
        return Equation(left.name, add(pushed), number)

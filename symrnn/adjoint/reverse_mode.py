"""The adjoint of a program: a program that carries cotangents from outputs to inputs.

Back-propagation through time is not programmed anywhere: the adjoint of a delay is the
delay of opposite sign, and everything else follows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sympy import Expr, Symbol

from symrnn.adjoint.marks import BARS, Marked
from symrnn.adjoint.rules import Linear, linearise, summed
from symrnn.adjoint.systems import DIFFERENTIABLE, as_derived, influenced, names_used
from symrnn.program import (Delay, Ein, Equation, Glyph, Origin, Program, ProgramError, Role, Rule,
                            Variable, add, local, of_network)

FROM_OUTSIDE, FROM_NEXT_STEP = -1, 10**9


@of_network
def adjoint(program: Program) -> Program:
    """The equations that lead from the cotangents of outputs and final states to the gradients.

    The result reads forward values as given (role ``SAVED``). Its equations are numbered
    after the program's; each carries the origins of its terms. Raises ProgramError where
    a parameter, input or state never reaches an output.
    """
    return _Adjoint(program).program()


class _Adjoint:
    """Collects contributions to every cotangent while it walks the equations backwards."""

    def __init__(self, program: Program) -> None:
        self.primal, self.names = program, Marked(program, BARS)
        self.mark = self.names.mark
        self.linear = {one.lhs: linearise(one) for one in program.equations}
        self.active = influenced(program, self.linear,
                                 (one.name for one in program.with_role(*DIFFERENTIABLE)))
        self.axes = dict(program.axes)
        self.variables: dict[str, Variable] = {}
        self.equations: list[Equation] = []
        self.delays: list[Delay] = []
        self.terms: dict[str, list[tuple[int, Expr, Origin]]] = defaultdict(list)
        self.bars: dict[str, Expr] = {}
        self.number = max(equation.number for equation in program.equations)

    def program(self) -> Program:
        """Walk the whole program and assemble the result."""
        self._receive_outputs()
        for delay in self.primal.delays:
            self._receive_delay(delay)
        for order, equation in reversed(list(enumerate(self.primal.equations))):
            if equation.lhs in self.active:
                self._transpose(order, equation)
        for delay in self.primal.delays:
            self._send_delay(delay)
        edges = {delay.initial for delay in self.primal.delays}
        leaves = [one for one in self.primal.with_role(*DIFFERENTIABLE) if one.name not in edges]
        gradients = tuple(str(self._bind(one, Role.GRADIENT)) for one in leaves)
        return as_derived(self.primal, "adjoint", tuple(self.variables.values()),
                          tuple(self.equations), tuple(self.delays), gradients)

    def _receive_outputs(self) -> None:
        """An output's cotangent comes from outside; Delta marks it where others add to it."""
        used = names_used(self.primal)
        for name in (one for one in self.primal.outputs if one in self.active):
            output = self.primal[name]
            prefix, own = local(name)
            if name in used:
                glyph = replace(Glyph.named(self.mark.given), sup=(output.glyph.standing(),))
                wish = f"{prefix}{self.mark.given}_{own}"
                given = self._declare(output, self.names.beside(("given", name), wish),
                                      Role.COTANGENT, glyph)
            else:
                given = self._cotangent(output, Role.COTANGENT)
            self.terms[name].append((FROM_OUTSIDE, given, Origin(0, Rule.GIVEN, name, name, given)))

    def _receive_delay(self, delay: Delay) -> None:
        """``source~[t]`` receives ``lhs~[t + step]``."""
        glyph = self.mark.sent_back(self.primal[delay.lhs].glyph).delayed(-delay.step)
        carried = self._declare(self.primal[delay.source], self._carried(delay), Role.INTERMEDIATE,
                                glyph)
        origin = Origin(0, Rule.DELAY, delay.source, delay.lhs, carried)
        self.terms[delay.source].append((FROM_NEXT_STEP, carried, origin))

    def _send_delay(self, delay: Delay) -> None:
        """The adjoint of a delay: opposite step, initial and final exchanged.

        What is given for the final state is what a step beyond the last would send back.
        """
        remembered, edge = self.primal[delay.lhs], "T+1" if delay.step > 0 else "0"
        sent = self._bind(remembered, Role.INTERMEDIATE)
        final = self._declare(self.primal[delay.final], self.names.name(delay.final),
                              Role.COTANGENT, self.mark.sent_back(remembered.glyph).at(edge))
        initial = self._cotangent(self.primal[delay.initial], Role.GRADIENT)
        self.delays.append(Delay(self._carried(delay), str(sent), -delay.step,
                                 final.name, initial.name))

    def _carried(self, delay: Delay) -> str:
        return self.names.beside(("carried", delay), self.mark.name(f"{delay.source}_next"))

    def _transpose(self, order: int, equation: Equation) -> None:
        """Bind the cotangent of the left-hand side, then pull it through every term."""
        lhs = self.primal[equation.lhs]
        cotangent = self._bind(lhs, Role.INTERMEDIATE)
        for term in self.linear[lhs.name]:
            if term.source in self.active:
                origin = Origin(equation.number, term.rule, term.source, lhs.name, term.factor)
                pulled = self._pull(term, lhs, cotangent, origin)
                self.terms[term.source].append((order, pulled, origin))

    def _pull(self, term: Linear, lhs: Variable, cotangent: Expr, origin: Origin) -> Expr:
        pulled, source = term.pull(cotangent), self.primal[term.source]
        if term.ein is not None:
            return pulled
        total = summed(pulled, lhs, source, self.axes)
        if total is None:
            total = summed(self._each(pulled, lhs, source, origin), lhs, source, self.axes)
        assert total is not None
        return total

    def _each(self, pulled: Expr, lhs: Variable, source: Variable, origin: Origin) -> Symbol:
        """Name what every step and unit contributes to a shared parameter, before the sum."""
        prefix, own = local(lhs.name)
        glyph = self.mark.glyph(source.glyph)
        wish = self.mark.name(f"{prefix}{own}_to_{local(source.name)[1]}")
        name = self.names.beside(("each", lhs.name, source.name, len(self.equations)), wish)
        each = self._declare(lhs, name, Role.INTERMEDIATE,
                             replace(glyph, sup=(*glyph.sup, lhs.glyph.standing())))
        self.variables[each.name] = replace(self.variables[each.name], of=source.name)
        self._equation(each.name, pulled, (origin,))
        return each

    def _bind(self, variable: Variable, role: Role) -> Expr:
        """Sum the contributions, the author's order kept, and give the sum its name."""
        entries = sorted(self.terms[variable.name], key=lambda entry: entry[0])
        if not entries:
            raise ProgramError(f"{self.primal.name}: {self._lost(variable)}")
        total = add([expression for _, expression, _ in entries])
        if self._needs_no_name(variable, total):
            return self.bars.setdefault(variable.name, total)
        symbol = self._cotangent(variable, role)
        self._equation(symbol.name, total, tuple(origin for _, _, origin in entries))
        return self.bars.setdefault(variable.name, symbol)

    def _lost(self, variable: Variable) -> str:
        """Why nothing comes back to a variable, by the name that its author knows."""
        called = variable.name if variable.stands_for is None else variable.stands_for
        why = (": what reads it cancels it, or holds it constant; leave it out"
               if variable.name in names_used(self.primal) else "")
        return f"'{called}' ({variable.role.value}) never reaches an output{why}"

    def _needs_no_name(self, variable: Variable, total: Expr) -> bool:
        if isinstance(total, Symbol) and total.name == self.names.name(variable.name):
            return True
        return variable.stands_for is not None and not total.is_Add and not total.has(Ein)

    def _equation(self, lhs: str, rhs: Expr, origins: tuple[Origin, ...]) -> None:
        self.number += 1
        self.equations.append(Equation(lhs, rhs, self.number, origins))

    def _cotangent(self, variable: Variable, role: Role) -> Symbol:
        return self._declare(variable, self.names.name(variable.name), role,
                             self.mark.sent_back(variable.glyph))

    def _declare(self, like: Variable, name: str, role: Role, glyph: Glyph) -> Symbol:
        new = replace(like, name=name, role=role, glyph=glyph, stands_for=None,
                      of=like.name, meaning=f"cotangent of {like.name}")
        self.variables[name], self.axes[name] = new, new.axes
        return new.symbol

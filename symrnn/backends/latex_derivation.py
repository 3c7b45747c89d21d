"""The derivation as a table: each term of a differential beside what its transpose adds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Symbol

from symrnn.adjoint import BARS
from symrnn.adjoint.derivation import Source, contributions
from symrnn.backends.latex_math import LatexPrinter
from symrnn.program import Delay, Equation, Glyph, Program, Span, Variable

@dataclass(frozen=True)
class Step:
    """One contribution: the equation it comes from, its differential, what a cotangent gets."""

    number: str
    rule: str
    local: str
    target: str
    contribution: str


def derivation(program: Program, gradient: Program) -> tuple[Step, ...]:
    """Every contribution to a cotangent, in the order of the equations that it comes from."""
    printer, local = LatexPrinter(gradient), _Local(program)
    return tuple(Step(local.number(one.source), one.source.rule.name.lower(),
                      local.differential(one.source), printer.symbol(one.equation.lhs),
                      printer.term(one.part, one.equation.lhs))
                 for one in contributions(program, gradient))


class _Local:
    """Prints what happens at one equation: ``dz = U dh``, one term, pushed forward by its rule."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.small = {one.name: _small(program, one.name) for one in program.variables}
        variables = (*program.variables, *self.small.values())
        self.printer = LatexPrinter(replace(program, variables=variables))

    def number(self, source: Source) -> str:
        """The number of the equation, if it is one."""
        return f"({source.origin.number})" if isinstance(source.origin, Equation) else ""

    def differential(self, source: Source) -> str:
        """The term of the differential that a contribution transposes."""
        if isinstance(source.origin, Delay):
            return _shift(self.program, source.origin)
        if source.term is None or not isinstance(source.origin, Equation):
            return r"\text{from the loss itself}"
        lhs = source.origin.lhs
        pushed = source.term.push(Symbol(self.small[source.term.source].name))
        return (f"{self.printer.symbol(self.small[lhs].name)} = "
                f"{self.printer.term(pushed, lhs)}")


def _shift(program: Program, delay: Delay) -> str:
    small = [_small(program, name) for name in (delay.lhs, delay.source)]
    remembered, source = (one.glyph.latex("t") for one in small)
    return rf"{remembered} \text{{ is }} {source} \text{{ shifted}}"


def _small(program: Program, name: str) -> Variable:
    """The small change of a variable, written with a d."""
    variable = program[name]
    glyph, span = variable.glyph.drawn, variable.span
    if variable.stands_for is not None:
        glyph, span = Glyph(LatexPrinter(program).symbol(name)), Span.CONSTANT
    glyph = replace(glyph, letter=rf"\mathrm{{d}}{glyph.letter}")
    return replace(variable, name=f"d {name}", glyph=glyph, span=span, stands_for=None)


def sent_back(glyph: Glyph) -> Glyph:
    """How a document writes what a step sends back to a remembered symbol."""
    return BARS[0].sent_back(glyph)

"""The derivation as a table: each term of a differential beside what its transpose adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Expr, Symbol

from symrnn.adjoint import BARS, linearise
from symrnn.backends.latex_math import LatexPrinter
from symrnn.program import (Delay, Glyph, Origin, Program, Rule, Span, Variable,
                            terms)

Received = dict[tuple[str, str], list[tuple[str, Expr]]]


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
    printer, received = LatexPrinter(gradient), _received(gradient)
    found = []
    for number, rule, local, key in _sources(program):
        for lhs, part in received[key][:1]:
            found.append(Step(number, rule.name.lower(), local, printer.symbol(lhs),
                              printer.term(part, lhs)))
        del received[key][:1]
    return tuple(found)


def _received(gradient: Program) -> Received:
    """The terms of every cotangent by the origin that each has: from what, to what."""
    found: Received = defaultdict(list)
    for equation in gradient.equations:
        pairs: list[tuple[Origin, Expr]] = list(zip(equation.origins, terms(equation.rhs),
                                                    strict=bool(equation.origins)))
        for origin, part in pairs:
            found[origin.source, origin.target].append((equation.lhs, part))
    return found


def _sources(program: Program) -> Iterator[tuple[str, Rule, str, tuple[str, str]]]:
    """Number, rule, differential and key of every term that the derivation pulls back.

    A differential is written ``dz = U dh``: one term, pushed forward by its rule.
    """
    small = {one.name: _small(program, one.name) for one in program.variables}
    printer = LatexPrinter(replace(program, variables=(*program.variables, *small.values())))
    for equation in program.equations:
        left = printer.symbol(small[equation.lhs].name)
        for term in sorted(linearise(equation), key=lambda one: equation.reads.index(one.source)):
            pushed = term.push(Symbol(small[term.source].name))
            yield (f"({equation.number})", term.rule,
                   f"{left} = {printer.term(pushed, equation.lhs)}",
                   (equation.lhs, term.source))
    for delay in program.delays:
        yield "", Rule.DELAY, _shift(program, delay), (delay.lhs, delay.source)
    for name in program.outputs:
        yield "", Rule.GIVEN, r"\text{from the loss itself}", (name, name)


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

"""Reductions apart from what is added to them once.

A reduction is summed up step by step, sample by sample. A term that varies less than the rest
would be added at every one of these steps, so each span gets a sum of its own:
``d_bar = sum_t a_bar[t] + s_bar`` runs as ``d_bar_total = sum_t a_bar[t]`` and, once,
``d_bar = d_bar_total + s_bar``. Documents keep the one equation; both parts keep its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sympy import Expr

from symrnn.program import (Equation, Program, Role, Span, Variable, add, free_name,
                            symbols_in_order)


def with_reductions_apart(program: Program, names: Iterable[str] = ()) -> Program:
    """The same values, each reduction a sum of terms of one span under its own name.

    New names avoid those of the program and some others.
    """
    taken = {*names, *(one.name for one in program.variables)}
    variables, equations = list(program.variables), []
    for equation in program.equations:
        own = program[equation.lhs]
        named, rest = [], []
        for wide, part in _by_span(program, equation):
            if wide > own.span and part != equation.rhs:
                total = _total(own, taken)
                variables.append(total)
                named.append(replace(equation, lhs=total.name, rhs=part))
                part = total.symbol
            rest.append(part)
        equations += [*named, replace(equation, rhs=add(rest)) if named else equation]
    return replace(program, variables=tuple(variables), equations=tuple(equations))


def _by_span(program: Program, equation: Equation) -> Iterator[tuple[Span, Expr]]:
    """The right-hand side in parts of one span each, the widest first."""
    own, parts = program[equation.lhs].span, equation.terms
    spans = [max([own, *(program[name].span for name in symbols_in_order(part))])
             for part in parts]
    for span in sorted(set(spans), reverse=True):
        yield span, add([part for part, one in zip(parts, spans, strict=True) if one is span])


def _total(own: Variable, taken: set[str]) -> Variable:
    """A name for one sum: ``d_bar_total``, with a number where that is taken."""
    name = free_name(taken, f"{own.name}_total")
    taken.add(name)
    return replace(own, name=name, role=Role.INTERMEDIATE, stands_for=None, of="",
                   meaning=f"sum over steps and samples, part of {own.name}")

"""Ways from state to state on which every entry stays where it is: no weights and no slopes.

States that turn into one another so, such as the two parts of a complex number, fade by the
eigenvalues of a small matrix, one for every entry, and by no factor alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Expr, Matrix, Symbol, simplify

from symrnn.adjoint.rules import Linear, linearise
from symrnn.program import (Delay, Equation, Program, add, multiply, reached,
                            symbols_in_order)
from symrnn.program.expressions import ONE, ZERO
from symrnn.recurrences import beside
from symrnn.transforms.rewiring import recurrence, recurrent


@dataclass(frozen=True)
class Turn:
    """States that turn into one another entry by entry.

    ``matrix`` has a row for each of them after the step, a column for each before it;
    ``determinant`` is the product of its eigenvalues.
    """

    delays: tuple[Delay, ...]
    matrix: tuple[tuple[Expr, ...], ...]
    determinant: Expr


def on_the_way(program: Program) -> Iterator[tuple[Equation, Linear]]:
    """Terms that lead from a state back to it."""
    for equation in program.equations:
        for term in linearise(equation):
            if term.source in recurrence(program, equation.lhs):
                yield equation, term


@cache
def links(program: Program) -> tuple[tuple[str, str, Expr], ...]:
    """From what to what a value goes on entry by entry on its way to a state, and times what."""
    found = ((term.source, equation.lhs, _entrywise(program, equation, term))
             for equation, term in on_the_way(program))
    return tuple((source, target, factor) for source, target, factor in found
                 if factor is not None)


@cache
def turns(program: Program) -> tuple[Turn, ...]:
    """All groups of states that turn into one another."""
    delays = recurrent(program)
    totals = {old.lhs: _totals(program, old) for old in delays}
    onward = {old.lhs: {new.lhs for new in delays if new.source in totals[old.lhs]}
              for old in delays}
    groups = dict.fromkeys(
        tuple(new for new in delays if _mutual(onward, old.lhs, new.lhs)) for old in delays)
    return tuple(_turn(program, group, totals) for group in groups if len(group) > 1)


def _mutual(onward: Mapping[str, set[str]], one: str, other: str) -> bool:
    return other in reached(onward[one], onward) and one in reached(onward[other], onward)


def _turn(program: Program, group: tuple[Delay, ...], totals: Mapping[str, Mapping[str, Expr]]
          ) -> Turn:
    matrix = tuple(tuple(totals[old.lhs].get(new.source, ZERO) for old in group)
                   for new in group)
    whole = Matrix([[_spelled_out(program, one) for one in row] for row in matrix])
    return Turn(group, matrix, simplify(whole.det()))


def _totals(program: Program, delay: Delay) -> dict[str, Expr]:
    """What a state before the step is multiplied by on all such ways to what the step computes."""
    into: dict[str, list[tuple[str, Expr]]] = {}
    for source, target, factor in links(program):
        into.setdefault(target, []).append((source, factor))
    found = {delay.lhs: ONE}
    for equation in program.equations:
        ways = [multiply([factor, found[source]]) for source, factor in into.get(equation.lhs, ())
                if source in found]
        if ways:
            found[equation.lhs] = add(ways)
    return found


def _spelled_out(program: Program, formula: Expr) -> Expr:
    """A formula without names of what documents write as an expression: real numbers all."""
    known = {name: program[name].stands_for for name in symbols_in_order(formula)}
    inner = {Symbol(name): _spelled_out(program, one) if one is not None
             else Symbol(name, real=True) for name, one in known.items()}
    return formula.xreplace(inner)


def _entrywise(program: Program, equation: Equation, term: Linear) -> Expr | None:
    """The factor of a link that keeps every entry where it is; None for any other link.

    A factor that depends on the value itself, on either side, is a slope and no gate.
    """
    names = set(beside(term))
    if names & {equation.lhs, term.source}:
        return None
    if term.ein is None:
        same = program[term.source].axes == program[equation.lhs].axes
        return term.factor if same else None
    letters = term.ein.letters
    if letters.operands[term.slot] != letters.output or letters.summed:
        return None
    others = [one for slot, one in enumerate(term.ein.operands) if slot != term.slot]
    return multiply([term.factor, *others])

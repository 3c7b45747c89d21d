"""The derivation in steps: each term of a differential beside what its transpose adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Symbol

from symrnn.adjoint import linearise
from symrnn.backends import formula
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Formula, Row, Sign, Text
from symrnn.program import Delay, Equation, Glyph, Program, Rule, Variable, symbols_in_order

Received = dict[tuple[str, str], list[list[tuple[Equation, int]]]]
SMALL = formula.Symbol(Glyph.upright("d"))  # in front of a symbol: its small change


@dataclass(frozen=True)
class Contribution:
    """What one term of a forward equation gives to a cotangent.

    ``source`` is the forward equation, None where there is none. ``local`` is the term's
    differential, ``target`` the cotangent and ``received`` what it gets: term number ``place`` of
    the backward equation ``into``.
    """

    source: Equation | None
    rule: Rule
    into: Equation
    place: int
    local: Formula
    target: Formula
    received: Formula

    @property
    def number(self) -> int | None:
        """The number of the forward equation, None where there is none."""
        return None if self.source is None else self.source.number


def contributions(program: Program, gradient: Program) -> tuple[Contribution, ...]:
    """Every contribution to a cotangent, in the order of the equations that it comes from."""
    printer, received = DocumentPrinter(gradient), _received(gradient)
    found = []
    for source, rule, local, key in _sources(program):
        for group in received[key][:1]:
            found += [_contribution(printer, source, rule, local, into, place)
                      for into, place in group]
        del received[key][:1]
    return tuple(found)


def _contribution(printer: DocumentPrinter, source: Equation | None, rule: Rule, local: Formula,
                  into: Equation, place: int) -> Contribution:
    term = into.terms[place]
    own = printer.entries(Equation(into.lhs, term, into.number))
    return Contribution(source, rule, into, place, local, own.symbol(into.lhs),
                        own.term(term, into.lhs))


def _received(gradient: Program) -> Received:
    """The terms of every cotangent by the origin that each has: from what, to what.

    Before a sum over steps and units stands what it adds up, where that has an equation.
    """
    found: Received = defaultdict(list)
    for equation in gradient.equations:
        for place, origin in enumerate(equation.origins):
            groups, read = found[origin.source, origin.target], equation.terms[place]
            own = next((one for one in groups if one[-1][0].lhs in symbols_in_order(read)), None)
            if own is None:
                groups.append(own := [])
            own.append((equation, place))
    return found


def _sources(program: Program) -> Iterator[tuple[Equation | None, Rule, Formula, tuple[str, str]]]:
    """Equation, rule, differential and key of every term that the derivation pulls back.

    A differential is written ``dz = U dh``: one term, pushed forward by its rule.
    """
    printer = _Differential(program)
    for equation in program.equations:
        for term in sorted(linearise(equation), key=lambda one: equation.reads.index(one.source)):
            pushed = term.push(Symbol(_small(term.source)))
            change = _small(equation.lhs)
            own = printer.entries(Equation(change, pushed, equation.number))
            yield (equation, term.rule,
                   Row((own.symbol(change), Sign("="), own.term(pushed, equation.lhs))),
                   (equation.lhs, term.source))
    for delay in program.delays:
        yield None, Rule.DELAY, _shift(printer, delay), (delay.lhs, delay.source)
    for name in program.outputs:
        yield None, Rule.GIVEN, Text("from the loss itself"), (name, name)


def _shift(printer: _Differential, delay: Delay) -> Formula:
    remembered, source = (printer.symbol(_small(name)) for name in (delay.lhs, delay.source))
    return Row((remembered, Text(" is "), source, Text(" shifted")))


def _small(name: str) -> str:
    return f"d {name}"


class _Differential(DocumentPrinter):
    """Prints the small change of a variable as its symbol behind a d."""

    def __init__(self, program: Program) -> None:
        self._of = {_small(one.name): one.name for one in program.variables}
        small = (self._change(one) for one in program.variables)
        super().__init__(replace(program, variables=(*program.variables, *small)))

    def _change(self, variable: Variable) -> Variable:
        return replace(variable, name=_small(variable.name), stands_for=None)

    def glyph(self, name: str, transposed: bool = False) -> Formula:
        of = self._of.get(name)
        if of is None:
            return super().glyph(name, transposed)
        return Row((SMALL, self.transposed(of) if transposed else self.symbol(of)))

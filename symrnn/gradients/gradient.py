"""The gradient of a network: the derived equations that lead to it, and its closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Eq

from symrnn.adjoint.slices import gradient_of, leading_to
from symrnn.backends.closed import ClosedPrinter, read_once
from symrnn.backends.document import DocumentPrinter, printed
from symrnn.backends.formula import Formula, Partial, Sum
from symrnn.backends.indexed import Indexer, past
from symrnn.backends.latex import equation_latex
from symrnn.backends.latex_math import LATEX
from symrnn.backends.text import TextPrinter
from symrnn.backends.unicode import UNICODE
from symrnn.gradients.hessian import Hessian, hessian
from symrnn.gradients.jacobian import Jacobian, jacobian
from symrnn.gradients.legend import forward_lines, legend
from symrnn.gradients.names import LOSS
from symrnn.gradients.rules import rule_name
from symrnn.gradients.source import derivative_of
from symrnn.gradients.told import Told, line_data
from symrnn.gradients.unrolled import Unrolled, unrolled
from symrnn.presentation import as_data
from symrnn.presentation.layouts import LOSS as LOSS_SYMBOL
from symrnn.presentation.layouts import Line, derivative_line
from symrnn.program import (FED, Equation, Misused, Origin, Program, Role, Rule, Variable,
                            of_network)

FORWARD = (*FED, Role.SAVED, Role.PARAMETER, Role.SELECTOR)  # read from the forward pass


@dataclass(frozen=True, repr=False)
class Gradient(Told):
    """The adjoint equations ``shown`` of a network, and which gradient they lead to, if one.

    ``of`` is what the gradient is taken of: the loss, L, or L as far as it reads one output,
    state or final state. ``with_steps`` tells for every term where it comes from, and
    ``is_closed`` that formulas stand in the place of names which are read once.
    """

    program: Program
    shown: Program
    wrt: Variable | None
    of: str = LOSS
    with_steps: bool = False
    is_closed: bool = False
    values: tuple[tuple[str, str], ...] = ()

    # Other views

    @cached_property
    def steps(self) -> Gradient:
        """The same with the chain rule, line by line."""
        return replace(self, with_steps=True)

    @cached_property
    def closed(self) -> Gradient:
        """The same as one formula, and what it cannot do without: recursions over time.

        Raises ValueError where no ``wrt`` was given.
        """
        self._one("a closed form")
        return replace(self, is_closed=True, with_steps=False)

    def jacobian(self, of: str, by: str) -> Jacobian:
        """The derivative within one step of ``of``, h_t, by ``by``, h_{t-1} or a parameter.

        Raises ValueError for what a step does not have.
        """
        return jacobian(self.program, of, by)

    def hessian(self, by: str) -> Hessian:
        """The derivative of this gradient by another parameter.

        Raises ValueError without ``wrt`` and for what is no parameter.
        """
        return hessian(self.program, self._one("a Hessian").name, by)

    def unrolled(self, steps: int) -> Unrolled:
        """This gradient over so many steps, as a sum over paths through time.

        Raises ValueError without ``wrt``, and for fewer than one step.
        """
        return unrolled(self.program, self._one("a sum over paths").name, self.of, steps)

    def data(self) -> dict[str, Any]:
        """The equations as a program's data, each with its steps, and the gradient's formula."""
        data = as_data(self.shown)
        for equation, entry in zip(self.shown.equations, data["equations"], strict=True):
            if self.with_steps:
                entry["steps"] = [self._step_data(one) for one in equation.origins]
        if self.wrt is not None:
            (formula,) = (one for one in self._formula() if one.shown)
            data["gradient"] = {"wrt": self.wrt.name, "of": self.of, **line_data(formula)}
        if self.is_closed:
            data["closed"] = [line_data(one) for one in self.lines if one.shown]
        return data | {"sympy": [str(one) for one in self.equations]}

    def _step_data(self, origin: Origin) -> dict[str, Any]:
        source = self._source(origin)
        data = {"rule": rule_name(self.program, origin)}
        if source is None:
            return data
        of, by = map(DocumentPrinter(self.program).symbol, (origin.source, origin.target))
        text, latex = (spell(Partial(of, by)) for spell in (UNICODE, LATEX))
        return {**data, "partial": text, "partial_latex": latex, "number": source.number,
                "text": TextPrinter(self.program).equation(source),
                "latex": equation_latex(self.program, source)}

    def _one(self, what: str) -> Variable:
        if self.wrt is None:
            raise Misused(f"{what} is that of one gradient; name it: --wrt NAME, wrt=...")
        return self.wrt

    # What it is

    @property
    def target(self) -> str:
        """The name of the gradient, empty where all are shown."""
        return "" if self.wrt is None else gradient_of(self.shown, self.wrt.name)

    @cached_property
    def put_in(self) -> frozenset[str]:
        """The names whose formulas stand in their place."""
        return read_once(self.shown, (self.target,)) if self.is_closed else frozenset()

    @cached_property
    def equations(self) -> tuple[Eq, ...]:
        """The equations in SymPy; of a closed form, the gradient first."""
        indexer = Indexer(self.shown, self.put_in, before=past(self.program))
        kept = [one for one in printed(self.shown) if one.lhs not in self.put_in]
        if self.is_closed:
            kept.sort(key=lambda one: one.lhs != self.target)
        found = tuple(map(indexer.equation, kept))
        if not self.target or self.shown.definition(self.target):
            return found
        end = indexer.end(self.target)
        return (end, *found) if self.is_closed else (*found, end)

    @property
    def gradient(self) -> Eq:
        """The equation of the gradient itself. Raises ValueError without ``wrt``."""
        self._one("a gradient")
        return self.equations[0 if self.is_closed else -1]

    # What is printed

    @property
    def lines(self) -> list[Line]:
        known = legend(self.program, self.shown, self.of)
        if not self.is_closed:
            return [*known, *self._body(), *self._formula()]
        saved = (one.name for one in self.shown.with_role(*FORWARD))
        return [*self._formula(), Line(None, "where"), *known, *self._body(),
                *forward_lines(self.program, saved)]

    @property
    def _printer(self) -> DocumentPrinter:
        return ClosedPrinter(self.shown, self.put_in)

    def _body(self) -> Iterator[Line]:
        for equation in printed(self.shown):
            ends = (self.is_closed or bool(self.values)) and equation.lhs == self.target
            if equation.lhs in self.put_in or ends:
                continue
            value = dict(self.values).get(equation.lhs, "")
            yield Line(self._printer.equation(equation), value=value)
            if self.with_steps:
                yield from (self._step(one) for one in equation.origins)

    def _step(self, origin: Origin) -> Line:
        """Where one term comes from: its rule, the partial derivative, the equation of that."""
        own, rule = DocumentPrinter(self.program), rule_name(self.program, origin)
        if origin.rule is Rule.GIVEN:
            return Line(None, rule, Partial(LOSS_SYMBOL, own.symbol(origin.target)))
        if origin.rule is Rule.DELAY:
            return Line(None, f"{rule}: the next step reads", own.symbol(origin.target))
        source = self._source(origin)
        return Line(own.whole(source) if source else None, rule,
                    Partial(own.symbol(origin.source), own.symbol(origin.target)), origin.number)

    def _source(self, origin: Origin) -> Equation | None:
        """The equation that readers see of those that a term comes from."""
        return next((one for one in printed(self.program) if one.number == origin.number), None)

    def _formula(self) -> Iterator[Line]:
        if self.wrt is None:
            return
        if not self.is_closed:
            yield Line(None)
        value = self._value()
        line = derivative_line(DocumentPrinter(self.program).symbol(self.wrt.name), value)
        yield replace(line, value=dict(self.values).get(self.target, ""))

    def _value(self) -> Sum:
        """What the gradient is: a formula, or, for an initial state, what its scan ends with."""
        found = self.shown.definition(self.target)
        if found is not None:
            return Sum(self._printer.signed_terms(found))
        delay = next(one for one in self.shown.delays if one.final == self.target)
        source = self.shown[delay.source]
        end = replace(source, glyph=source.glyph.at("T" if delay.step > 0 else "1"))
        there = replace(self.shown, variables=tuple(
            end if one is source else one for one in self.shown.variables))
        symbol: Formula = DocumentPrinter(there).symbol(end.name)
        return Sum((("", symbol),))


@of_network
def gradient(program: Program, wrt: str | None = None, of: str = LOSS) -> Gradient:
    """The derived equations, as far as they lead to one gradient, of the loss or of one symbol.

    ``wrt`` is a parameter, an input or an initial state, all of them where it is None. ``of`` is
    the loss, "L", or an output, a state or a final state: ``"c_t"``, ``"final.c"``. The result
    prints itself, in notebooks too; its ``equations`` are SymPy's, over one sample: what a batch
    gives is the sum. ``closed``, ``steps``, ``jacobian``, ``hessian`` and ``unrolled`` are other
    views of it. Raises ValueError where there is no such gradient or symbol.
    """
    source = derivative_of(program, of)
    if wrt is None:
        return Gradient(source.program, source.gradient, None, source.of)
    led = leading_to(source.gradient, gradient_of(source.gradient, wrt))
    return Gradient(source.program, led, program[wrt], source.of)

"""Derived equations in every style: those that lead to a gradient, and the state's Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from symrnn.adjoint.slices import gradient_of, leading_to, restricted
from symrnn.backends.formula import Formula, Sum
from symrnn.backends.document import DocumentPrinter, printed
from symrnn.backends.jacobian import state_jacobian
from symrnn.backends.latex import equation_latex
from symrnn.backends.latex_math import LATEX
from symrnn.backends.spelling import Spelling
from symrnn.backends.text import TextPrinter
from symrnn.backends.unicode import UNICODE, UnicodePrinter
from symrnn.pipeline import derive
from symrnn.presentation import as_data, as_json
from symrnn.presentation.layouts import (LAYOUTS, Line, derivative_line, jacobian_lines, one_line,
                                         step_line)
from symrnn.program import Equation, Program, UnknownName, Variable

Style = TypeVar("Style")


@dataclass(frozen=True)
class Gradient:
    """The adjoint equations ``shown`` of a network, and which gradient they lead to, if one."""

    program: Program
    shown: Program
    wrt: Variable | None

    @property
    def result(self) -> tuple[Program, Equation | Variable] | None:
        """What the gradient is, with the program that says so.

        It is a formula, or, for an initial state, a cotangent where its scan over time ends.
        """
        if self.wrt is None:
            return None
        target = gradient_of(self.shown, self.wrt.name)
        found = self.shown.definition(target)
        if found is not None:
            return self.shown, found
        delay = next(one for one in self.shown.delays if one.final == target)
        source = self.shown[delay.source]
        end = replace(source, glyph=source.glyph.at("T" if delay.step > 0 else "1"))
        there = tuple(end if one is source else one for one in self.shown.variables)
        return replace(self.shown, variables=there), end

    def steps(self, equation: Equation) -> Iterator[tuple[str, Equation | None]]:
        """For each term of an adjoint equation its rule and the equation that it comes from."""
        for origin in equation.origins:
            yield origin.rule.value, next(
                (one for one in self.program.equations
                 if (one.number, one.lhs) == (origin.number, origin.source)), None)


def gradient(program: Program, wrt: str | None = None, of: str | None = None) -> Gradient:
    """The adjoint equations, as far as they lead to one gradient, from one output.

    Raises UnknownName where there is no such gradient, output or final state.
    """
    whole = derive(program).gradient
    whole = whole if of is None else restricted(whole, of)
    if wrt is None:
        return Gradient(program, whole, None)
    return Gradient(program, leading_to(whole, gradient_of(whole, wrt)), program[wrt])


def gradient_text(program: Program, wrt: str | None, of: str | None, steps: bool,
                  style: str) -> str:
    """The equations of :func:`gradient`, then the one formula; with ``steps`` where each is from.

    Raises UnknownName as :func:`gradient` does, and for another style.
    """
    return _styled(GRADIENT, style)(gradient(program, wrt, of), steps)


def _unicode(found: Gradient, steps: bool) -> str:
    lines, own = [], UnicodePrinter(found.program)
    for equation in printed(found.shown):
        lines.append(f"({equation.number})".rjust(6)
                     + f"  {UnicodePrinter(found.shown).equation(equation)}")
        for rule, source in found.steps(equation) if steps else ():
            from_ = f", from ({source.number}) {own.equation(source)}" if source else ""
            lines.append(f"          {rule}{from_}")
    if found.wrt and found.result:
        printer = UnicodePrinter(found.result[0])
        lines += ["", f"∂L/∂{own.symbol(found.wrt.name)} = {_value(printer, found.result[1])}"]
    return "\n".join(lines)


def _value(printer: UnicodePrinter, result: Equation | Variable) -> str:
    return (printer.right_hand_side(result) if isinstance(result, Equation)
            else printer.symbol(result.name))


def _laid_out(language: str) -> Callable[[Gradient, bool], str]:
    """An equation a line; under it, where it is from, and the formula at the end."""
    return lambda found, steps: LAYOUTS[language](_lines(found, steps))


def _lines(found: Gradient, steps: bool) -> Iterator[Line]:
    printer = DocumentPrinter(found.shown)
    for equation in printed(found.shown):
        yield Line(printer.equation(equation))
        if steps:
            yield from (step_line(found.program, *one) for one in found.steps(equation))
    if found.result:
        yield _formula(found)


def _formula(found: Gradient) -> Line:
    """What the gradient is, where one was asked for."""
    assert found.wrt is not None and found.result is not None
    printer, result = DocumentPrinter(found.result[0]), found.result[1]
    value = (printer.signed_terms(result) if isinstance(result, Equation)
             else (("", printer.symbol(result.name)),))
    return derivative_line(DocumentPrinter(found.program).symbol(found.wrt.name), Sum(value))


def _json(found: Gradient, steps: bool) -> str:
    """The equations as a program's data, each with its steps, and the gradient's formula."""
    data = as_data(found.shown)
    for equation, entry in zip(found.shown.equations, data["equations"], strict=True):
        if steps:
            entry["steps"] = [_step_data(found.program, *one) for one in found.steps(equation)]
    if found.wrt and found.result:
        data["gradient"] = {
            "wrt": found.wrt.name, "latex": one_line(_formula(found)),
            "text": _value(UnicodePrinter(found.result[0]), found.result[1])}
    return as_json(data)


def _step_data(program: Program, rule: str, source: Equation | None) -> dict[str, Any]:
    if source is None:
        return {"rule": rule}
    return {"rule": rule, "number": source.number, "text": TextPrinter(program).equation(source),
            "latex": equation_latex(program, source)}


def jacobian_text(program: Program, style: str = "unicode") -> str:
    """The derivatives of the states after a step by those before it.

    Raises UnknownName for another style.
    """
    return _styled(JACOBIAN, style)(program)


def _jacobian_json(program: Program) -> str:
    return as_json([
        {"by": delay.source, "equations": [
            {"text": _side_by_side(UNICODE, *one), "latex": _side_by_side(LATEX, *one)}
            for one in column]}
        for delay, column in zip(program.delays, state_jacobian(program), strict=True)])


def _side_by_side(spelling: Spelling, left: Formula, right: Formula) -> str:
    return f"{spelling(left)} = {spelling(right)}"


def _jacobian_unicode(program: Program) -> str:
    return "\n\n".join("\n".join(_side_by_side(UNICODE, *one) for one in column)
                       for column in state_jacobian(program))


def _jacobian_laid_out(language: str) -> Callable[[Program], str]:
    return lambda program: LAYOUTS[language](jacobian_lines(program))


GRADIENT: dict[str, Callable[[Gradient, bool], str]] = {
    "unicode": _unicode, **{one: _laid_out(one) for one in LAYOUTS}, "json": _json}
JACOBIAN: dict[str, Callable[[Program], str]] = {
    "unicode": _jacobian_unicode, **{one: _jacobian_laid_out(one) for one in LAYOUTS},
    "json": _jacobian_json}


def _styled(table: Mapping[str, Style], style: str) -> Style:
    if style not in table:
        raise UnknownName(f"there is no style {style!r}; there are {', '.join(table)}")
    return table[style]

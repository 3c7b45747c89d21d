"""The LaTeX backend: one document a network, from symbols to the published backward pass."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.adjoint import BARS
from symrnn.adjoint.published import published
from symrnn.backends.base import Artefact
from symrnn.backends.latex_math import LatexPrinter
from symrnn.program import (Delay, Equation, Program, Role, Rule, Span, Variable, escape_latex,
                            terms)
from symrnn.schedule import Plan

SHOWN = (Role.INPUT, Role.MASK, Role.PARAMETER, Role.SELECTOR, Role.STATE, Role.INTERMEDIATE,
         Role.OUTPUT)


@dataclass(frozen=True)
class Row:
    """One symbol of the table."""

    symbol: str
    code: str
    shape: str
    role: str
    meaning: str


@dataclass(frozen=True)
class Rows:
    """One equation: its aligned rows, the last of which carries the number."""

    first: tuple[str, ...]
    last: str
    tag: str


@dataclass(frozen=True)
class Step:
    """One contribution in the derivation: from an equation, by a rule, to a cotangent."""

    number: str
    rule: str
    local: str
    target: str
    contribution: str


@dataclass(frozen=True)
class Memory:
    """A delayed symbol: at one edge of the scan it is given, at the other it leaves."""

    symbol: str
    sent: str
    edge: str
    step: str
    end: str


@dataclass(frozen=True)
class Document:
    """Everything that the template prints."""

    title: str
    citation: str
    bibtex: tuple[str, ...]
    notes: tuple[str, ...]
    symbols: tuple[Row, ...]
    sizes: tuple[Row, ...]
    forward: tuple[Rows, ...]
    memory: tuple[Memory, ...]
    given: tuple[str, ...]
    steps: tuple[Step, ...]
    backward: tuple[Rows, ...]
    carried: tuple[Memory, ...]
    published: tuple[Rows, ...]


def latex_backend(plan: Plan, name: str) -> tuple[Artefact, ...]:
    """The document of one network."""
    return (Artefact(f"{name}.tex", "latex/document.tex.j2", _document(plan)),)


def equation_latex(program: Program, equation: Equation) -> str:
    """One equation on one line, without its number."""
    printer = LatexPrinter(program)
    left = program[equation.lhs].glyph.latex("t" if program[equation.lhs].span is Span.SEQUENCE
                                             else "")
    return f"{left} = {' '.join(printer.signed_terms(equation))}"


def equations_latex(program: Program) -> tuple[str, ...]:
    """The printed equations, each with its number as a tag."""
    return tuple(rf"{equation_latex(program, one)} \tag{{{one.number}}}"
                 for one in _printed(program))


def _printed(program: Program) -> list[Equation]:
    """The equations that readers see; a part that stands for its formula is put in elsewhere."""
    return [one for one in program.equations if program[one.lhs].stands_for is None]


def _document(plan: Plan) -> Document:
    program, gradient = plan.program, plan.gradient
    cotangents = gradient.with_role(Role.COTANGENT)
    return Document(
        escape_latex(program.title), escape_latex(program.source),
        tuple(program.bibtex.strip().splitlines()), tuple(map(escape_latex, program.notes)),
        tuple(_row(program, one) for one in program.with_role(*SHOWN) if _is_own(program, one)),
        tuple(Row(one.glyph.latex(), escape_latex(one.name), "", "size",
                  escape_latex(one.meaning)) for one in program.sizes),
        _equations(program), tuple(_memory(program, one) for one in program.delays),
        tuple(LatexPrinter(gradient).symbol(one.name) for one in cotangents),
        tuple(_steps(program, gradient)), _equations(gradient),
        tuple(_memory(gradient, one) for one in gradient.delays),
        _equations(published(gradient)))


def _is_own(program: Program, variable: Variable) -> bool:
    return variable.stands_for is None and program.delay_of(variable.name) is None


def _row(program: Program, variable: Variable) -> Row:
    axes = [program.size(axis).glyph.latex() for axis in variable.axes]
    return Row(variable.glyph.latex("t" if variable.span is Span.SEQUENCE else ""),
               escape_latex(variable.name), r" \times ".join(axes) or "1", variable.role.value,
               escape_latex(variable.meaning))


def _equations(program: Program) -> tuple[Rows, ...]:
    printer, found = LatexPrinter(program), []
    for equation in _printed(program):
        *first, last = printer.rows(equation)
        found.append(Rows(tuple(first), last, str(equation.number)))
    return tuple(found)


def _memory(program: Program, delay: Delay) -> Memory:
    """What a delayed symbol is at the edge of its scan, and what is left at the end."""
    sent = BARS[0].sent_back(program[delay.lhs].glyph)
    return Memory(program[delay.lhs].glyph.latex("t"), sent.latex("t"),
                  program[delay.initial].glyph.latex(),
                  "1" if delay.step > 0 else "T", program[delay.final].glyph.latex())


def _steps(program: Program, gradient: Program) -> list[Step]:
    """Every contribution to a cotangent, in the order of the equations that it comes from."""
    printer, local = LatexPrinter(gradient), LatexPrinter(program)
    found: list[tuple[int, Step]] = []
    for equation in gradient.equations:
        parts = terms(equation.rhs)
        if len(parts) != len(equation.origins):
            continue
        for origin, part in zip(equation.origins, parts, strict=True):
            if origin.number:
                slope = (rf"\partial {local.symbol(origin.source)} / "
                         rf"\partial {local.symbol(origin.target)}")
                shown = f" = {local(origin.term)}" if origin.rule is Rule.POINTWISE else ""
                found.append((origin.number, Step(
                    str(origin.number), origin.rule.value, slope + shown,
                    printer.symbol(equation.lhs), printer.term(part, equation.lhs))))
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]

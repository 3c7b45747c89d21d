"""The LaTeX backend: one document a network, from symbols to the published backward pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sympy import preorder_traversal

from symrnn.adjoint.published import published
from symrnn.backends.base import Artefact
from symrnn.backends.document import DocumentPrinter, counts, printed
from symrnn.backends.latex_copies import Alike, once
from symrnn.backends.latex_derivation import Step, derivation, sent_back
from symrnn.backends.latex_math import LATEX, LatexPrinter, escape_latex, glyph_latex, note_latex
from symrnn.backends.notes import glyphs_of
from symrnn.backends.references import reference_latex, references
from symrnn.program import (is_call, FED, Delay, Equation, Glyph, Pointwise, Program, Role, Size,
                            Span, Variable, short_digest)
from symrnn.schedule import Plan

SHOWN = (*FED, Role.PARAMETER, Role.SELECTOR, Role.STATE, Role.INTERMEDIATE, Role.OUTPUT)


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
    references: tuple[str, ...]
    notes: tuple[str, ...]
    symbols: tuple[Row, ...]
    sizes: tuple[Row, ...]
    forward: tuple[Rows, ...]
    counts: bool
    copies: tuple[Alike, ...]
    functions: tuple[str, ...]
    memory: tuple[Memory, ...]
    given: tuple[str, ...]
    steps: tuple[Step, ...]
    backward: tuple[Rows, ...]
    backward_copies: tuple[Alike, ...]
    carried: tuple[Memory, ...]
    published: tuple[Rows, ...]
    equations: str


def latex_backend(plan: Plan, name: str) -> tuple[Artefact, ...]:
    """The document of one network."""
    return (Artefact(f"{name}.tex", "latex/document.tex.j2", _document(plan)),)


def equation_latex(program: Program, equation: Equation) -> str:
    """One equation on one line, without its number."""
    shown = DocumentPrinter(program).whole(equation)
    return f"{LATEX(shown.left)} = {LATEX.terms(shown.right)}"


def _document(plan: Plan) -> Document:
    program, gradient = plan.program, plan.gradient
    told = once(program, gradient)
    symbols = [one for one in program.with_role(*SHOWN)
               if one.name in told.symbols and _is_own(program, one)]
    printer = LatexPrinter(gradient)
    return Document(
        escape_latex(program.title), escape_latex(program.source),
        tuple(program.bibtex.strip().splitlines()),
        tuple(map(reference_latex, references(program.bibtex))), _notes(program),
        tuple(_row(program, one) for one in symbols),
        tuple(_size(program, one) for one in _sizes(program, symbols)),
        _equations(program, told.copied), counts(program), told.forward,
        _functions((program, gradient)),
        tuple(_memory(program, one) for one in program.delays if one.lhs in told.symbols),
        tuple(printer.symbol(one.name) for one in gradient.with_role(Role.COTANGENT)),
        derivation(program, gradient, told.copied), _equations(gradient, told.copied),
        told.backward,
        tuple(_memory(gradient, one) for one in gradient.delays if one.lhs in told.symbols),
        _equations(published(gradient), told.papers, gradient), short_digest(program))


def _notes(program: Program) -> tuple[str, ...]:
    glyphs = glyphs_of(program)
    return tuple(note_latex(one, glyphs, escape_latex) for one in program.notes)


def _is_own(program: Program, variable: Variable) -> bool:
    return variable.stands_for is None and program.delay_of(variable.name) is None


def _row(program: Program, variable: Variable) -> Row:
    axes = [glyph_latex(program.size(axis).glyph) for axis in variable.axes]
    return Row(LatexPrinter(program).glyph(variable.name), escape_latex(variable.name),
               r" \times ".join(axes) or "1", _role(program, variable),
               escape_latex(variable.meaning) + _ones(program, variable))


def _role(program: Program, variable: Variable) -> str:
    """What a symbol is for: remembered or not, shown outside or not."""
    kinds = {Role.STATE: program.states, Role.OUTPUT: program.outputs}
    found = [role for role, names in kinds.items() if variable.name in names]
    shown = found or [Role.INTERMEDIATE] if variable.role is Role.STATE else [variable.role]
    return ", ".join(str(role.value) for role in shown)


def _ones(program: Program, variable: Variable) -> str:
    """The legend of a selector: where its ones stand."""
    if variable.offset is None:
        return ""
    start = "" if variable.offset == 0 else f"{LatexPrinter(program)(variable.offset)} + "
    return f"; its entries $({start}j, j)$ are 1, all others 0"


def _sizes(program: Program, symbols: Iterable[Variable]) -> tuple[Size, ...]:
    """The sizes in the order in which the table of symbols needs them."""
    used = [axis for one in symbols for axis in one.axes]
    names = dict.fromkeys([*used, *(one.name for one in program.sizes)])
    return tuple(program.size(name) for name in names)


def _size(program: Program, size: Size) -> Row:
    value = "" if size.value is None else f", ${LatexPrinter(program)(size.value)}$"
    return Row(glyph_latex(size.glyph), escape_latex(size.name), "", "size",
               escape_latex(size.meaning) + value)


def _equations(program: Program, copied: frozenset[str], known: Program | None = None
               ) -> tuple[Rows, ...]:
    """The equations of a program, without copies and those of another one that is printed."""
    printer, found = LatexPrinter(program), []
    seen = {(one.lhs, one.rhs) for one in known.equations} if known else ()
    for equation in [one for one in printed(program)
                     if one.lhs not in copied and (one.lhs, one.rhs) not in seen]:
        *first, last = printer.rows(equation)
        found.append(Rows(tuple(first), last, str(equation.number)))
    return tuple(found)


def _functions(programs: Iterable[Program]) -> tuple[str, ...]:
    """The definition of every function of the table that an equation calls, once."""
    found = {}
    for program in programs:
        x = Variable("x", (), Role.INPUT, Glyph.named("x"), "", Span.CONSTANT)
        printer = LatexPrinter(replace(program, variables=(x,)))
        calls = [node for equation in program.equations for node in preorder_traversal(equation.rhs)
                 if isinstance(node, Pointwise)]
        for call in calls:
            row = call.activation
            formula = row.formula(x.symbol, *call.args[1:])
            known = row.is_power or (is_call(formula) and formula.args == (x.symbol,))
            if not known:  # readers know powers and functions of mathematics
                found[f"{printer.called(call)}(x)"] = printer(formula)
    return tuple(f"{name} &= {formula}" for name, formula in found.items())


def _memory(program: Program, delay: Delay) -> Memory:
    """What a delayed symbol is at the edge of its scan, and what is left at the end."""
    glyph = program[delay.lhs].glyph
    start = "" if delay.start == 0 else rf"\text{{, else }} {LatexPrinter(program)(delay.start)}"
    return Memory(glyph_latex(glyph, "t"), glyph_latex(sent_back(glyph), "t"),
                  glyph_latex(program[delay.initial].glyph) + start,
                  "1" if delay.step > 0 else "T", glyph_latex(program[delay.final].glyph))

"""Lines of formulas as a whole, ready to be pasted: LaTeX's align, a table of HTML, Typst."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from symrnn.backends import mathml, typst
from symrnn.backends.document import DocumentPrinter, Shown, printed
from symrnn.backends.formula import Derivative, Formula, Sum, Symbol
from symrnn.backends.jacobian import state_jacobian
from symrnn.backends.latex_math import LATEX, aligned, escape_latex
from symrnn.backends.mathml import MATHML
from symrnn.backends.typst import TYPST
from symrnn.program import Equation, Glyph, Program

LOSS = Symbol(Glyph.named("L"))


@dataclass(frozen=True)
class Line:
    """An equation with its number, or, with a ``note`` in front, where a term is from."""

    shown: Shown | None
    note: str = ""


def equation_lines(program: Program) -> list[Line]:
    """The equations that readers see."""
    printer = DocumentPrinter(program)
    return [Line(printer.equation(one)) for one in printed(program)]


def step_line(program: Program, rule: str, source: Equation | None) -> Line:
    """The rule of one term, and the equation that it comes from."""
    if source is None:
        return Line(None, rule)
    return Line(DocumentPrinter(program).whole(source), f"{rule}, from ({source.number})")


def derivative_line(by: Formula, value: Sum) -> Line:
    """The derivative of the loss by a symbol."""
    return Line(Shown(Derivative(LOSS, by), (value,), None))


def jacobian_lines(program: Program) -> list[Line]:
    """The derivatives of the states after a step by those before it."""
    return [Line(Shown(left, (Sum((("", right),)),), None)) for column in state_jacobian(program)
            for left, right in column]


def latex_layout(lines: Iterable[Line]) -> str:
    """One ``align*`` of the package amsmath."""
    rows = " \\\\\n".join(map(_latex_line, lines))
    return f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"


def _latex_line(line: Line) -> str:
    shown, note = line.shown, rf"&\quad \text{{{escape_latex(line.note)}}}"
    if shown is None:
        return note
    if line.note:
        return rf"{note} \; {LATEX(shown.left)} = {LATEX.terms(shown.right)}"
    tag = "" if shown.number is None else rf" \tag{{{shown.number}}}"
    return " \\\\\n".join(aligned(shown)) + tag


def mathml_layout(lines: Iterable[Line]) -> str:
    """A table: an equation, and its number beside it."""
    return f'<table class="equations">\n{chr(10).join(map(_mathml_line, lines))}\n</table>'


def _mathml_line(line: Line) -> str:
    shown = line.shown
    if shown is None or line.note:
        inline = "" if shown is None else ": " + mathml.math(
            f"{MATHML(shown.left)}<mo>=</mo>{MATHML(shown.right)}")
        return f"<tr><td>{mathml.escaped(line.note)}{inline}</td><td></td></tr>"
    number = "" if shown.number is None else f"({shown.number})"
    return f"<tr><td>{mathml.block(shown)}</td><td>{number}</td></tr>"


def typst_layout(lines: Iterable[Line]) -> str:
    """Paragraphs of Typst."""
    return "\n\n".join(map(_typst_line, lines))


def _typst_line(line: Line) -> str:
    shown, note = line.shown, f"#h(2em) #{typst.string(line.note)}"
    if shown is None:
        return note
    if line.note:
        return f"{note}: ${TYPST(shown.left)} = {TYPST(shown.right)}$"
    return typst.block(shown)


LAYOUTS: dict[str, Callable[[Iterable[Line]], str]] = {
    "latex": latex_layout, "mathml": mathml_layout, "typst": typst_layout}


def one_line(line: Line) -> str:
    """A line as LaTeX, without its number."""
    assert line.shown is not None
    return f"{LATEX(line.shown.left)} = {LATEX.terms(line.shown.right)}"

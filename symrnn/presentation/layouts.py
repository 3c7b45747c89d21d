"""Lines of formulas as a whole, ready to be pasted: the terminal, LaTeX, a table of HTML, Typst."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from textwrap import fill

from symrnn.backends import mathml, typst
from symrnn.backends.document import DocumentPrinter, Shown, printed
from symrnn.backends.formula import Formula, Partial, Sum, Symbol
from symrnn.backends.latex_math import LATEX, aligned, escape_latex
from symrnn.backends.mathml import MATHML
from symrnn.backends.typst import TYPST
from symrnn.backends.unicode import UNICODE, columns, wrapped
from symrnn.program import Glyph, Program

LOSS = Symbol(Glyph.named("L"))
WIDTH, NUMBER = 80, 8  # columns of a terminal; those in front of an equation, for its number


@dataclass(frozen=True)
class Line:
    """An equation with its number, words alone, or, behind a note, where a term is from.

    ``partial`` is the derivative that the note is about, ``number`` the equation that it stands
    in, ``value`` what the left-hand side is for numbers. ``words`` behind an equation tell what
    its left-hand side is.
    """

    shown: Shown | None
    note: str = ""
    partial: Formula | None = None
    number: int | None = None
    value: str = ""
    words: str = ""


def equation_lines(program: Program) -> list[Line]:
    """The equations that readers see."""
    printer = DocumentPrinter(program)
    return [Line(printer.equation(one)) for one in printed(program)]


def formula_line(left: Formula, right: Formula, number: int | None = None) -> Line:
    """An equation of two formulas."""
    rows = (right,) if isinstance(right, Sum) else (Sum((("", right),)),)
    return Line(Shown(left, rows, number))


def derivative_line(by: Formula, value: Sum) -> Line:
    """The derivative of the loss by a symbol."""
    return Line(Shown(Partial(LOSS, by), (value,), None))


# The terminal

def unicode_layout(lines: Iterable[Line]) -> str:
    """Lines of at most 80 columns, broken at operators; numbers stand in front."""
    return "\n".join(map(_unicode_line, lines))


def _unicode_line(line: Line) -> str:
    shown = line.shown
    if line.note:
        return _unicode_note(line)
    if shown is None:
        return ""
    number = f"({shown.number})".rjust(NUMBER - 2) if shown.number else " " * (NUMBER - 2)
    front = f"{number}  {UNICODE(shown.left)} = "
    value = f"\n{' ' * NUMBER}{line.value}" if line.value else ""
    return _with_words(wrapped(front, shown.right, WIDTH), line.words) + value


def _with_words(text: str, words: str) -> str:
    """Words behind a formula, on lines of their own where there is no room."""
    if not words or columns(f"{text}: {words}") <= WIDTH:
        return f"{text}: {words}" if words else text
    return f"{text}:\n{_words(words)}"


def _words(text: str) -> str:
    """Words alone, in lines of at most 80 columns."""
    front = " " * (NUMBER + 2)
    return fill(text, WIDTH, initial_indent=front, subsequent_indent=front)


def _unicode_note(line: Line) -> str:
    front = _words(line.note)
    if line.partial is not None:
        front = wrapped(f"{front}{_between(line)}", line.partial, WIDTH)
    if line.shown is None:
        return front
    front += f" in ({line.number})"
    whole = f"{front} {UNICODE(line.shown.left)} = {UNICODE.terms(line.shown.right)}"
    if columns(whole) <= WIDTH:
        return whole
    below = f"{' ' * (NUMBER + 4)}{UNICODE(line.shown.left)} = "
    return f"{front}\n{wrapped(below, line.shown.right, WIDTH)}"


def _between(line: Line) -> str:
    """What stands between words and the derivative that they are about, or that ends them."""
    return " " if line.shown is None else ", "


# LaTeX

def latex_layout(lines: Iterable[Line]) -> str:
    """One ``align*`` of the package amsmath."""
    rows = " \\\\\n".join(map(_latex_line, lines))
    return f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"


def _latex_line(line: Line) -> str:
    shown = line.shown
    if line.note:
        return _latex_note(line)
    if shown is None:
        return ""
    tag = "" if shown.number is None else rf" \tag{{{shown.number}}}"
    words = rf" \quad \text{{{escape_latex(line.words)}}}" if line.words else ""
    return " \\\\\n".join(aligned(shown)) + words + tag


def _latex_note(line: Line) -> str:
    comma = "" if line.shown is None else ","
    partial = "" if line.partial is None else rf"{comma}\; {LATEX(line.partial)}"
    note = rf"&\quad \text{{{escape_latex(line.note)}}}{partial}"
    if line.shown is None:
        return note
    return (rf"{note} \text{{ in ({line.number})}} \; {LATEX(line.shown.left)} = "
            rf"{LATEX.terms(line.shown.right)}")


# HTML with MathML

def mathml_layout(lines: Iterable[Line]) -> str:
    """A table: an equation, and its number beside it."""
    return f'<table class="equations">\n{chr(10).join(map(_mathml_line, lines))}\n</table>'


def _mathml_line(line: Line) -> str:
    shown = line.shown
    if line.note or shown is None:
        return f"<tr><td>{''.join(_mathml_note(line))}</td><td></td></tr>"
    number = "" if shown.number is None else f"({shown.number})"
    words = f" {mathml.escaped(line.words)}" if line.words else ""
    return f"<tr><td>{mathml.block(shown)}{words}</td><td>{number}</td></tr>"


def _mathml_note(line: Line) -> Iterator[str]:
    yield mathml.escaped(line.note)
    if line.partial is not None:
        yield _between(line) + mathml.math(MATHML(line.partial))
    if line.shown is not None:
        yield f" in ({line.number}) " + mathml.math(
            f"{MATHML(line.shown.left)}<mo>=</mo>{MATHML(line.shown.right)}")


# Typst

def typst_layout(lines: Iterable[Line]) -> str:
    """Paragraphs of Typst."""
    return "\n\n".join(map(_typst_line, lines))


def _typst_line(line: Line) -> str:
    shown = line.shown
    if line.note or shown is None:
        return "".join(_typst_note(line))
    return typst.block(shown) + (f"\n#h(2em) #{typst.string(line.words)}" if line.words else "")


def _typst_note(line: Line) -> Iterator[str]:
    yield f"#h(2em) #{typst.string(line.note)}"
    if line.partial is not None:
        yield f"{_between(line)}${TYPST(line.partial)}$"
    if line.shown is not None:
        yield f" in ({line.number}) ${TYPST(line.shown.left)} = {TYPST(line.shown.right)}$"


LAYOUTS: dict[str, Callable[[Iterable[Line]], str]] = {
    "unicode": unicode_layout, "latex": latex_layout, "mathml": mathml_layout,
    "typst": typst_layout}


def one_line(line: Line) -> str:
    """A line as LaTeX, without its number."""
    assert line.shown is not None
    return f"{LATEX(line.shown.left)} = {LATEX.terms(line.shown.right)}"

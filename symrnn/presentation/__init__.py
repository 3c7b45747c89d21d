"""Programs as text for people: in the terminal, as LaTeX, as JSON, in notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Symbol
from symrnn.backends.latex import equation_latex
from symrnn.backends.latex_math import glyph_latex
from symrnn.backends.mathml import escaped
from symrnn.backends.notes import glyphs_of, spelled
from symrnn.backends.text import TextPrinter
from symrnn.backends.unicode import UNICODE, columns
from symrnn.presentation.layouts import LAYOUTS, equation_lines
from symrnn.presentation.sympy_code import program_code
from symrnn.program import (FED, Program, Role, UnknownName, Variable, glyph_text, of_network,
                            printable, quoted)

ROLES = (*FED, Role.PARAMETER, Role.INITIAL, Role.COTANGENT, Role.STATE, Role.INTERMEDIATE,
         Role.OUTPUT, Role.GRADIENT)


def unicode_text(program: Program) -> str:
    """Title, symbols and equations for the terminal."""
    glyphs = glyphs_of(program)
    notes = ("".join(spelled(one, glyphs, str, str, UNICODE)) for one in program.notes)
    parts = [program.title, program.source, *notes]
    head = "\n".join(printable(part) for part in parts if part)
    return f"{head}\n\n{_symbols(program)}\n\n{_equations(program)}"


def _symbols(program: Program) -> str:
    shown = [one for one in program.with_role(*ROLES) if one.stands_for is None
             and not program.delay_of(one.name)]
    rows: list[tuple[str, ...]] = [
        (_looks(program, variable), variable.name, f"[{', '.join(variable.shape)}]",
         printable(variable.meaning))
        for variable in shown]
    rows += [(glyph_text(size.glyph), "", "size", size.meaning) for size in program.sizes]
    return _columns(rows)


def _looks(program: Program, variable: Variable) -> str:
    """A symbol without its step; what is written by a formula, as equations have it."""
    shown = DocumentPrinter(program).symbol(variable.name)
    return glyph_text(shown.glyph) if isinstance(shown, Symbol) else UNICODE(shown)


def _columns(rows: list[tuple[str, ...]]) -> str:
    """The cells of a table; what stands above a letter takes no column."""
    widths = [max(columns(row[place]) for row in rows) for place in range(3)]
    return "\n".join("  ".join(cell + " " * (width - columns(cell))
                               for cell, width in zip(row, widths, strict=False))
                     + "  " + row[-1] for row in rows)


def _equations(program: Program) -> str:
    return LAYOUTS["unicode"](equation_lines(program))


def as_data(program: Program) -> dict[str, Any]:
    """The program as plain data: sizes, variables, equations, delays, outputs."""
    text = TextPrinter(program)
    return {
        "name": program.name, "title": program.title, "source": program.source,
        "notes": list(program.notes),
        "sizes": [{"name": size.name, "meaning": size.meaning,
                   "value": None if size.value is None else str(size.value)}
                  for size in program.sizes],
        "variables": [_variable_data(one) for one in program.variables],
        "equations": [{"number": one.number, "lhs": one.lhs, "text": text.equation(one),
                       "latex": equation_latex(program, one)} for one in program.equations],
        "delays": [{"lhs": one.lhs, "source": one.source, "step": one.step,
                    "initial": one.initial, "final": one.final} for one in program.delays],
        "outputs": list(program.outputs),
    }


def _variable_data(variable: Variable) -> dict[str, Any]:
    time = "t" if "T" in variable.shape else ""
    return {"name": variable.name, "axes": list(variable.axes), "role": variable.role.value,
            "span": variable.span.name.lower(), "latex": glyph_latex(variable.glyph, time),
            "meaning": variable.meaning}


def json_text(program: Program) -> str:
    """The program as JSON."""
    return as_json(as_data(program))


def as_json(data: object) -> str:
    """Plain data as every command prints it."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def _laid_out(language: str) -> Callable[[Program], str]:
    """The equations in a language, ready to be pasted."""
    return lambda program: LAYOUTS[language](equation_lines(program))


SHOW: dict[str, Callable[[Program], str]] = {
    **{one: _laid_out(one) for one in LAYOUTS}, "unicode": unicode_text, "sympy": program_code,
    "json": json_text,
}


@of_network
def show(program: Program, style: str = "unicode") -> str:
    """A program as text: ``"unicode"`` for the terminal, ``"json"``, or its equations alone.

    ``"sympy"`` is code that makes them as SymPy's, ``"latex"`` one ``align*`` of amsmath,
    ``"mathml"`` a table of HTML that browsers render, ``"typst"`` goes into a Typst document.
    Raises ValueError for another style.
    """
    if style not in SHOW:
        raise UnknownName(f"there is no style {quoted(style)}; there are {', '.join(SHOW)}")
    return SHOW[style](program)


def notebook_latex(program: Program) -> str:
    """The equations, aligned, as the mathematics of notebooks takes them."""
    return LAYOUTS["latex"](equation_lines(program))


def notebook_html(program: Program) -> str:
    """Title, source, and the numbered equations."""
    title, source = (escaped(one) for one in (program.title, program.source))
    head = f"<p><strong>{title}</strong>" + (f"<br/>{source}" if source else "") + "</p>"
    return f"{head}\n{LAYOUTS['mathml'](equation_lines(program))}"

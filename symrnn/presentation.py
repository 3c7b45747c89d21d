"""Programs as text for people: in the terminal, as LaTeX, as JSON, in notebooks."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

from symrnn.adjoint.slices import gradient_of, leading_to, restricted
from symrnn.backends.jacobian import state_jacobian_text
from symrnn.backends.latex import equation_latex, equations_latex
from symrnn.backends.text import TextPrinter
from symrnn.backends.unicode import UnicodePrinter
from symrnn.pipeline import derive
from symrnn.program import (FED, Equation, Program, Role, UnknownName, Variable, glyph_text,
                            printable, quoted)
from symrnn.program.form import NOTEBOOK
from symrnn.schedule import Kind, Order, Pass, chunks, passes

ROLES = (*FED, Role.PARAMETER, Role.INITIAL, Role.COTANGENT, Role.STATE, Role.INTERMEDIATE,
         Role.OUTPUT, Role.GRADIENT)


def unicode_text(program: Program) -> str:
    """Title, symbols and equations for the terminal."""
    parts = [program.title, program.source, *program.notes]
    head = "\n".join(printable(part) for part in parts if part)
    return f"{head}\n\n{_symbols(program)}\n\n{_equations(program)}"


def _symbols(program: Program) -> str:
    shown = [one for one in program.with_role(*ROLES) if one.stands_for is None
             and not program.delay_of(one.name)]
    rows: list[tuple[str, ...]] = [
        (glyph_text(one.glyph), one.name, f"[{', '.join(one.shape)}]", printable(one.meaning))
        for one in shown]
    rows += [(glyph_text(size.glyph), "", "size", size.meaning) for size in program.sizes]
    return _columns(rows)


def _columns(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
                     + "  " + row[-1] for row in rows)


def _equations(program: Program) -> str:
    printer = UnicodePrinter(program)
    shown = [one for one in program.equations if program[one.lhs].stands_for is None]
    return "\n".join(f"({one.number})".rjust(6) + f"  {printer.equation(one)}" for one in shown)


def latex_text(program: Program) -> str:
    """The equations as LaTeX, one a line."""
    return "\n".join(equations_latex(program))


def as_data(program: Program) -> dict[str, Any]:
    """The program as plain data: sizes, variables, equations, delays, outputs."""
    text = TextPrinter(program)
    return {
        "name": program.name, "title": program.title, "source": program.source,
        "notes": list(program.notes),
        "sizes": [{"name": one.name, "meaning": one.meaning,
                   "value": None if one.value is None else str(one.value)}
                  for one in program.sizes],
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
            "span": variable.span.name.lower(), "latex": variable.glyph.latex(time),
            "meaning": variable.meaning}


def json_text(program: Program) -> str:
    """The program as JSON."""
    return json.dumps(as_data(program), indent=2, ensure_ascii=False)


SHOW: dict[str, Callable[[Program], str]] = {
    "unicode": unicode_text, "latex": latex_text, "json": json_text,
}


def schedule_text(program: Program) -> str:
    """The loops over time that the dependency graph gives, forward and backward.

    Inside a loop stand the passes of the fast kernel: which products are computed ahead of
    the scan, which are stacked into one tile, which equations share it.
    """
    derived, lines = derive(program), []
    for title, schedule in (("forward", derived.forward), ("backward", derived.backward)):
        lines.append(f"{title}:")
        for chunk in chunks(schedule):
            for stage in (chunk.stage, *chunk.joining):
                names = ", ".join(one.lhs for one in stage.equations)
                when = "" if stage is chunk.stage else ", after every few steps of that scan"
                lines.append(f"  {stage.order.value}{when}: {names}")
                if stage.order is not Order.ONCE:
                    lines += [line for one in passes(schedule.program, stage)
                              for line in _pass_text(one)]
            if chunk.passing:
                passing = [one.lhs for one in schedule.program.equations
                           if one.lhs in chunk.passing]
                lines.append(f"    kept for those steps alone: {', '.join(passing)}")
    lines.append(f"saved for backward: {', '.join(derived.tape) or 'nothing'}")
    return "\n".join(lines)


AHEAD = "ahead, several steps at a time, unless one step has many rows and small weights"


def _pass_text(one: Pass) -> list[str]:
    """One pass: how it runs, its equations, and the products that fill its tiles."""
    over = f"{one.kind.value} of {one.axis}" if one.kind is Kind.UNITS else one.kind.value
    lines = [f"    {over}: {', '.join(each.lhs for each in one.equations)}"]
    for tile in one.tiles:
        for product in tile.products:
            when = AHEAD if product.ahead else "in the loop"
            operands = ", ".join(segment.operand for segment in product.segments)
            lines.append(f"      stacked for {', '.join(tile.gates)}: products with {operands}, "
                         f"{when}")
    for place, loop in enumerate(one.loops[1:], 2):
        lines.append(f"      in loop {place}, behind the functions that they wait for: "
                     f"{', '.join(each.lhs for each in loop)}")
    return lines


def gradient_text(program: Program, wrt: str | None, of: str | None, steps: bool,
                  style: str) -> str:
    """The adjoint equations, as far as they lead to one gradient, and the formula for it."""
    gradient = derive(program).gradient
    gradient = gradient if of is None else restricted(gradient, of)
    target = None if wrt is None else gradient_of(gradient, wrt)
    shown = gradient if target is None else leading_to(gradient, target)
    if style != "unicode":
        return SHOW[style](shown)
    lines = []
    for equation in shown.equations:
        lines.append(_equations_of(shown, equation))
        lines += _steps(program, gradient, equation) if steps else []
    definition = None if target is None else shown.definition(target)
    if definition is not None:
        rhs = UnicodePrinter(shown).right_hand_side(definition)
        lines += ["", f"∂L/∂{_glyph(program, str(wrt))} = {rhs}"]
    elif target is not None:
        delay = next(one for one in shown.delays if one.final == target)
        symbol = UnicodePrinter(shown).symbol(delay.source).replace("[t]", "[1]")
        lines += ["", f"∂L/∂{_glyph(program, str(wrt))} = {symbol}"]
    return "\n".join(lines)


def jacobian_text(program: Program) -> str:
    """The derivatives of the states after a step by those before it."""
    return state_jacobian_text(program)


def _glyph(program: Program, name: str) -> str:
    return UnicodePrinter(program).symbol(name)


def _equations_of(program: Program, equation: Equation) -> str:
    return f"({equation.number})".rjust(6) + f"  {UnicodePrinter(program).equation(equation)}"


def _steps(program: Program, gradient: Program, equation: Equation) -> list[str]:
    """For each term of an adjoint equation its rule and the equation that it comes from."""
    lines = []
    for origin in equation.origins:
        source = next((one for one in program.equations if one.number == origin.number
                       and one.lhs == origin.source), None)
        told = origin.rule.value
        if source is not None:
            printer = UnicodePrinter(program)
            told += f", from ({origin.number}) {printer.equation(source)}"
        lines.append(f"          {told}")
    return lines


def show(program: Program, style: str = "unicode") -> str:
    """A program as text: ``"unicode"`` for the terminal, ``"latex"`` or ``"json"``.

    Raises UnknownName for another style.
    """
    if style not in SHOW:
        raise UnknownName(f"there is no style {quoted(style)}; there are {', '.join(SHOW)}")
    return SHOW[style](program)


def notebook_latex(program: Program) -> str:
    """What a notebook shows: the equations, aligned."""
    rows = r" \\ ".join(one.rstrip() for one in equations_latex(program))
    return rf"$$\begin{{gathered}} {rows} \end{{gathered}}$$"


def notebook_html(program: Program) -> str:
    """A table of symbols and the numbered equations as text."""
    return f"<pre>{html.escape(unicode_text(program))}</pre>"


NOTEBOOK.update(latex=notebook_latex, html=notebook_html)

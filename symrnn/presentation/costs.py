"""What a network costs, as a table of formulas, and of numbers where sizes are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sympy import Expr, Integer, expand

from symrnn.backends.document_math import FormulaPrinter
from symrnn.backends.formula import Formula, Symbol
from symrnn.backends.latex_math import LATEX
from symrnn.backends.memory import Memory, memory
from symrnn.backends.spelling import Spelling
from symrnn.backends.unicode import UNICODE
from symrnn.costs import Costs, Operations, costs, part
from symrnn.pipeline import derive
from symrnn.presentation import as_json
from symrnn.program import (Glyph, Misused, Program, SizeSymbol, add, multiply, of_network,
                            quoted)

KINDS = {"products": "multiply-adds of products", "other": "other operations",
         "calls": "functions called"}
MOST_DIGITS = 18  # of a size
WIDE = {"B": "samples", "T": "steps"}  # sizes that no program declares


@dataclass(frozen=True)
class Row:
    """One line of the table: what is counted, and how much forward and backward."""

    what: str
    forward: Expr
    backward: Expr | None = None


@dataclass(frozen=True)
class Table:
    """Rows that hold for one step of one sample, or for one of a few other things."""

    of: str
    rows: tuple[Row, ...]

    @property
    def head(self) -> tuple[str, str, str]:
        """What stands above the columns."""
        both = any(row.backward is not None for row in self.rows)
        return (self.of, "forward", "backward") if both else (self.of, "", "")


@of_network
def cost(program: Program) -> Costs:
    """What a network costs over T steps of B samples, in its sizes, as SymPy expressions.

    Raises ProgramError for what is no program.
    """
    return costs(derive(program))


def tables(found: Costs, held: Memory) -> tuple[Table, ...]:
    """The tables of a network; those of what does not grow with steps where there is any."""
    forward, backward = found.forward, found.backward
    step = Table("one step of one sample", (
        *_rows(forward.each_step(), backward.each_step()),
        Row("values saved for backward", part(found.saved, True, True))))
    more = (Table("one sample, for any number of steps",
                  _rows(forward.each_sequence(), backward.each_sequence())),
            Table("one call, for any number of samples",
                  _rows(forward.each_call(), backward.each_call())))
    return (step, *(one for one in more if any(row.forward != 0 or row.backward != 0
                                               for row in one.rows)),
            Table("a call of the portable C", (
                Row("numbers of working memory", *held.work),
                Row("bytes of RAM in float32", *held.ram),
                Row("bytes of RAM for inference alone", held.inference))),
            Table("the network", (Row("parameters", found.parameters),)))


def _rows(forward: Operations, backward: Operations) -> tuple[Row, ...]:
    return tuple(Row(title, getattr(forward, kind), getattr(backward, kind))
                 for kind, title in KINDS.items())


def is_size(number: str) -> bool:
    """True for digits that are no zero, and not so many that nobody could mean them."""
    return number.isdecimal() and len(number) <= MOST_DIGITS and int(number) > 0


def sizes_of(program: Program, text: str, wide: bool = True) -> dict[Expr, Integer]:
    """The sizes that ``n=1,m=32`` gives. Raises Misused for another text and other names.

    Where T and B are not ``wide``, they are understood and not proposed: who takes no such sizes
    says why.
    """
    own = [one.name for one in program.sizes if one.value is None]
    known, offered, found = [*own, *WIDE], [*own, *(WIDE if wide else ())], {}
    for one in filter(None, text.split(",")):
        name, _, number = (half.strip() for half in one.partition("="))
        if name not in known or not is_size(number):
            raise Misused(f"--fix {quoted(text)} is not understood at {quoted(one)}; " + (
                f"write sizes from 1 on, such as {offered[0]}=8, of {', '.join(offered)}"
                if offered else f"{program.name} has no sizes, leave --fix out"))
        found[SizeSymbol(name)] = Integer(number)
    return found


class SizeFormulas(FormulaPrinter):
    """Formulas in the sizes of a program and in those that every one has."""

    def size(self, name: str) -> Formula:
        return Symbol(Glyph.named(name)) if name in WIDE else super().size(name)


def ordered(formula: Expr) -> Expr:
    """A formula with its highest powers first, equal terms counted, sizes in each in one order."""
    found = expand(formula.doit())  # which counts the equal terms of a sum that was put together
    return add([multiply(one.as_ordered_factors()) for one in found.as_ordered_terms() if one != 0])


def cost_text(program: Program, style: str = "unicode", fix: str = "") -> str:
    """The table of a network; ``fix`` gives sizes, ``n=1,m=32``, whose numbers stand beside.

    Raises Misused for sizes that the network does not have, and for another style.
    """
    if style not in STYLES:
        raise Misused(f"--cost does not go with --format {style}; take {', '.join(STYLES)}")
    found = cost(program)
    held = memory(derive(program), found.parameters, found.saved)
    return STYLES[style](program, tables(found, held), sizes_of(program, fix))


def _cell(spelling: Spelling, program: Program, formula: Expr | None,
          fixed: Mapping[Expr, Expr]) -> str:
    if formula is None:
        return ""
    printer, number = SizeFormulas(program), formula.xreplace(fixed)
    text = spelling(printer(ordered(formula)))
    return text if number == formula else f"{text} = {spelling(printer(ordered(number)))}"


def _unicode(program: Program, found: tuple[Table, ...], fixed: Mapping[Expr, Expr]) -> str:
    lines = []
    for table in found:
        lines.append([*table.head])
        lines += [[f"  {row.what}", _cell(UNICODE, program, row.forward, fixed),
                   _cell(UNICODE, program, row.backward, fixed)] for row in table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    return "\n".join("  ".join(cell.ljust(wide) for cell, wide in zip(line, widths, strict=True))
                     .rstrip() for line in lines)


def _latex(program: Program, found: tuple[Table, ...], fixed: Mapping[Expr, Expr]) -> str:
    lines = [r"\begin{tabular}{lll}"]
    for table in found:
        of, *columns = table.head
        lines.append(rf"\textbf{{{of}}} & {' & '.join(columns)} \\")
        for row in table.rows:
            shown = [_math(_cell(LATEX, program, one, fixed))
                     for one in (row.forward, row.backward)]
            lines.append(rf"{row.what} & {' & '.join(shown)} \\")
    return "\n".join([*lines, r"\end{tabular}"])


def _math(text: str) -> str:
    return f"${text}$" if text else ""


def _json(program: Program, found: tuple[Table, ...], fixed: Mapping[Expr, Expr]) -> str:
    return as_json([{"of": table.of, "rows": [
        {"what": row.what, **{name: _data(program, formula, fixed)
                              for name, formula in (("forward", row.forward),
                                                    ("backward", row.backward))
                              if formula is not None}} for row in table.rows]}
        for table in found])


def _data(program: Program, formula: Expr, fixed: Mapping[Expr, Expr]) -> dict[str, str | int]:
    number = formula.xreplace(fixed)
    return {"text": _cell(UNICODE, program, formula, {}),
            "latex": _cell(LATEX, program, formula, {}),
            **({"number": int(number)} if number.is_Integer else {})}


STYLES: dict[str, Callable[[Program, tuple[Table, ...], Mapping[Expr, Expr]], str]] = {
    "unicode": _unicode, "latex": _latex, "json": _json}

"""Passes row by row, and totals over all rows, in C."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symrnn.backends.c_elements import ContractionLoops
from symrnn.backends.c_loops import Loops, under
from symrnn.backends.c_math import CPrinter
from symrnn.backends.printer import PRODUCT
from symrnn.backends.simd_layout import Layout, Row
from symrnn.backends.simd_lines import Lines, nest
from symrnn.backends.text import TextPrinter
from symrnn.lowering import Locals
from symrnn.program import Ein, Equation, Program, contraction_term, negated
from symrnn.schedule import FusionGroup, Reduction

PARALLEL = ("for (size_t {s} = share_from({rows}, member, members); "
            "{s} < share_from({rows}, member + 1, members); ++{s})")
ALONE = "for (size_t {s} = 0; {s} < ({rows}) * (member == 0); ++{s})"


class RowLoops(Loops):
    """Loop nests of one row; a sum over entries side by side is a call of ``total`` or ``dot``."""

    def _sum(self, term: Expr, rows: list[str], target: str) -> tuple[str, ...]:
        positive = negated(term)
        found = contraction_term(term if positive is None else positive)
        text = None if found is None else self._side_by_side(found, rows)
        if text is None:
            return super()._sum(term, rows, target)
        return (f"{target} {'+=' if positive is None else '-='} {text};",)

    def _side_by_side(self, found: tuple[Expr, Ein], rows: list[str]) -> str | None:
        """The sum as a call, where one letter is summed and stands last in its operands."""
        factor, ein = found
        letters = ContractionLoops(self, ein, rows)
        if len(letters.summed) != 1 or letters.guards or letters.selected:
            return None
        (letter,) = letters.summed
        parts = dict(zip(ein.operands, ein.letters.operands, strict=True))
        summed = [one for one, part in zip(ein.operands, ein.letters.operands, strict=True)
                  if letter in part]
        if len(summed) > 2 or len(parts) != len(ein.operands) or any(
                parts[one][-1] != letter for one in summed):
            return None
        index = letters.index | {letter: "0"}
        elements = {one: self.element(one.name, [index[place] for place in part])
                    for one, part in parts.items()}
        size = self.printer.extent(letters.sizes[letter])
        starts = [f"&{elements[one]}" for one in summed]
        call = f"dot({starts[0]}, {starts[1]}, {size})" if len(summed) == 2 \
            else f"total({starts[0]}, {size})"
        front = [] if factor == 1 else [self.printer(factor, PRODUCT)]
        return " * ".join([*front, *(elements[one] for one in parts if one not in summed), call])


class RowsWriter:
    """Writes passes row by row, and passes of totals."""

    def __init__(self, program: Program, layout: Layout, local: Locals, printer: CPrinter) -> None:
        self.program, self.layout, self.local = program, layout, local
        self.names, self.text, self.printer = layout.names, TextPrinter(program), printer
        self.loops = RowLoops(program, printer, local.indices)

    def write(self, one: FusionGroup, row: Row, rows: str) -> Lines:
        """Every equation for one row after the other; sums over rows by one member alone."""
        head = (ALONE if one.alone else PARALLEL).format(s=self.local.sample, rows=rows)
        lines = self._pointers(one, row)
        for equation in one.equations:
            lines += ["", f"/* {self.text.comment(equation)} */", *self._loops(equation)]
        return nest(head, lines)

    def _loops(self, equation: Equation) -> Sequence[str]:
        """The loops of an equation, unless it gives a gradient that nobody wants."""
        wanted, lines = self.layout.wanted(self.program[equation.lhs]), self.loops.write(equation)
        return under(f"if ({wanted})", lines) if wanted else lines

    def once(self, equations: Sequence[Equation]) -> Lines:
        """Equations without rows, by one member."""
        lines: Lines = []
        for equation in equations:
            lines += ["", f"/* {self.text.comment(equation)} */", *self._loops(equation)]
        return nest("if (member == 0)", lines[1:])

    def _pointers(self, one: FusionGroup, row: Row) -> Lines:
        return [f"{'' if name in one.names else 'const '}real *restrict {self.names[name]} = "
                f"{self.layout.rows(self.program[name], row)[0]};" for name in one.rows]

    def totals(self, one: FusionGroup, first: str, rows: str, onto: str) -> Lines:
        """One call for all totals that share their right factor, over some rows.

        ``onto`` is true where earlier rows were added up before.
        """
        self.where = first, rows, onto
        return [line for reduction in one.reductions for line in self._reduction(reduction)]

    def _reduction(self, reduction: Reduction) -> Lines:
        first, rows, onto = self.where
        right, shares = reduction.right, reduction.addends
        columns = self.layout.extent(self.program[right].axes)
        rows_of, others = self.names.beside(right, "rows_of_"), self.names.beside(right, "with_")
        lines = [f"/* {self.text.comment(one.equation)} */" for one in shares]
        lines += [f"const series {rows_of} = {self.layout.series(right, first)};",
                  f"const total_of {others}[] = {{"]
        for one in shares:
            lhs, units = one.equation.lhs, self.layout.extent(self.program[one.left].axes)
            lines.append(f"    {{{self.layout.series(one.left, first)}, {units}, "
                         f"{self.printer(one.scale)}, {self.names[lhs]}, "
                         f"{onto if one.first else '1'}}},")
        self.printer.used_sizes |= {"T", "B"}
        return [*lines, "};",
                f"totals({first}, {rows}, &{rows_of}, {columns}, {others}, {len(shares)}, "
                "member, members, scratch);", ""]

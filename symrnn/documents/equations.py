"""Numbered equations, and the backward pass derived from them rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from symrnn.backends.document import DocumentPrinter
from symrnn.documents.rows import EquationRow
from symrnn.documents.symbols import shape, symbol_anchor
from symrnn.program import Equation, Program, symbols_in_order


class Equations:
    """The equations of one program that a reader sees, and where each is found.

    A part that stands for its formula is put in elsewhere, so it has no row of its own.
    """

    def __init__(self, program: Program) -> None:
        self.program, self.printer = program, DocumentPrinter(program)

    @cached_property
    def rows(self) -> tuple[EquationRow, ...]:
        """Every equation with its number."""
        return tuple(self._row(one, str(one.number)) for one in self.program.equations
                     if self._is_shown(one))

    def _is_shown(self, equation: Equation) -> bool:
        return self.program[equation.lhs].stands_for is None

    def _row(self, equation: Equation, label: str) -> EquationRow:
        variable = self.program[equation.lhs]
        reads = dict.fromkeys((equation.lhs, *self._shown_names(equation)))
        return EquationRow(f"equation-{label}", label, self.printer.equation(equation),
                           shape(self.program, variable), tuple(map(symbol_anchor, reads)))

    def _shown_names(self, equation: Equation) -> list[str]:
        """The names on the right; of a part those of the formula that it stands for."""
        found = list[str]()
        for name in equation.reads:
            inner = self.program[name].stands_for
            found += [name] if inner is None else symbols_in_order(inner)
        return found

    @cached_property
    def by_name(self) -> Mapping[str, EquationRow]:
        """The row of the equation that binds a name."""
        shown = [one for one in self.program.equations if self._is_shown(one)]
        return {one.lhs: row for one, row in zip(shown, self.rows, strict=True)}

    @cached_property
    def _by_number(self) -> Mapping[int, tuple[EquationRow, ...]]:
        found: dict[int, tuple[EquationRow, ...]] = {}
        for one in self.program.equations:
            own = (self.by_name[one.lhs],) if one.lhs in self.by_name else ()
            found[one.number] = (*found.get(one.number, ()), *own)
        return found

    def of(self, equation: Equation) -> tuple[EquationRow, ...]:
        """The rows that an equation of this or of a program made from this belongs to.

        A part of an equation, or a value that is computed again, has the equation's number.
        """
        if equation.lhs in self.by_name:
            return (self.by_name[equation.lhs],)
        return self._by_number.get(equation.number, ())

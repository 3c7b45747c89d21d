"""What every result has in common: lines for readers, equations for SymPy, and their styles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Eq, Expr, IndexedBase

from symrnn.presentation import as_json
from symrnn.presentation.layouts import LAYOUTS, Line, one_line
from symrnn.presentation.sympy_code import sympy_code
from symrnn.backends.unicode import UNICODE
from symrnn.program import UnknownName, quoted
from symrnn.targets import STYLES


@dataclass(frozen=True)
class Told(ABC):
    """Formulas that a reader sees, and the same as equations of SymPy."""

    @property
    @abstractmethod
    def lines(self) -> list[Line]:
        """What is printed, line by line."""

    @property
    @abstractmethod
    def equations(self) -> tuple[Eq, ...]:
        """The equations over ``IndexedBase`` symbols; steps count from 1, entries from 0.

        What is asked for stands first where one formula was asked for, else last.
        """

    @property
    def shapes(self) -> Mapping[str, tuple[Expr, ...]]:
        """The sizes of every symbol by its name, that of steps first."""
        bases = {one for equation in self.equations for one in equation.atoms(IndexedBase)}
        return {one.name: tuple(one.shape) for one in sorted(bases, key=str)}

    def text(self, style: str = STYLES[0]) -> str:
        """The formulas in a style. Raises ValueError where there is no such style."""
        if style == "sympy":
            return sympy_code(self.equations)
        if style == "json":
            return as_json(self.data())
        if style not in LAYOUTS:
            raise UnknownName(f"there is no style {quoted(style)}; there are {', '.join(STYLES)}")
        return LAYOUTS[style](self.lines)

    def data(self) -> object:
        """The formulas as plain data."""
        return {"formulas": [line_data(one) for one in self.lines if one.shown and not one.note],
                "sympy": [str(one) for one in self.equations]}

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.text("mathml")

    def _repr_latex_(self) -> str:
        return self.text("latex")


def line_data(line: Line) -> dict[str, object]:
    """One formula: its number where it has one, and its text."""
    assert line.shown is not None
    shown = line.shown
    text = f"{UNICODE(shown.left)} = {UNICODE.terms(shown.right)}"
    number = {} if shown.number is None else {"number": shown.number}
    return {**number, "text": text, "latex": one_line(line)}

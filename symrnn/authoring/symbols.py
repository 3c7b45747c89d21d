"""The symbols that a cell is written with: ``h[t - 1]``, ``W @ x[t]``, ``W.T @ a[t]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr, Symbol

from symrnn.program import ProgramError, Variable, quoted


class Author(Protocol):
    """What symbols need of the cell that they belong to."""

    name: str

    def term(self, name: str) -> Term:
        """The symbol of a declared variable."""
        ...

    def remembered(self, name: str, step: int) -> Term:
        """The symbol of a variable one step before or after."""
        ...

    def product(self, left: Term, right: Expr, transposed: bool = False) -> Expr:
        """A checked product."""
        ...

    def compared(self, operand: Expr) -> Expr:
        """What a condition may read in place of a formula."""
        ...

    def define(self, name: str, rhs: Any) -> None:
        """The next equation."""
        ...


@dataclass(frozen=True)
class Step:
    """A step in time: the current one, ``t``, or ``t - 1``."""

    shift: int = 0

    def __add__(self, steps: int) -> Step:
        return Step(self.shift + steps)

    def __sub__(self, steps: int) -> Step:
        return Step(self.shift - steps)

    def __str__(self) -> str:
        return f"t{self.shift:+d}" if self.shift else "t"


t = Step()

# While a cell is written nobody knows which names its author will still take. What symrnn adds
# bears this mark until the cell is built; then it gets the first name that is free.
MARK = "\N{PRIME}"


def unmarked(text: object) -> str:
    """A text without the marks of what symrnn adds."""
    return str(text).replace(MARK, "")


def plain(formula: object) -> str:
    """A formula as a message shows it."""
    return quoted(unmarked(formula))


class Term(Symbol):  # type: ignore[misc]  # SymPy ships no types
    """A symbol of a cell being written; it knows its axes, so that ``@`` can check them."""

    axes: tuple[str, ...]
    cell: Author

    def __new__(cls, cell: Author, variable: Variable) -> Term:
        term: Term = Symbol.__xnew__(cls, variable.name)
        term.axes, term.cell = variable.axes, cell
        return term

    def __matmul__(self, other: Expr) -> Expr:
        return self.cell.product(self, other)

    @property
    def T(self) -> Transposed:
        """The transpose, for products alone: ``W.T @ x``."""
        return Transposed(self)


class Transposed:
    """A transposed matrix on the left of a product."""

    def __init__(self, matrix: Term) -> None:
        self.matrix = matrix

    def __matmul__(self, other: Expr) -> Expr:
        return self.matrix.cell.product(self.matrix, other, transposed=True)


class Sequence:
    """A symbol in time: ``x[t]`` reads it, ``h[t - 1]`` remembers it, ``h[t] = ...`` defines it."""

    def __init__(self, cell: Author, name: str) -> None:
        self.cell, self.name = cell, name

    def __getitem__(self, when: Step) -> Term:
        if not isinstance(when, Step):
            raise ProgramError(f"{self.cell.name}: {self._at(when)} is no step; write "
                               f"'{self.name}[t]' or '{self.name}[t - 1]'")
        if when.shift == 0:
            return self.cell.term(self.name)
        if abs(when.shift) > 1:
            raise ProgramError(f"{self.cell.name}: {self._at(when)} is more than a step away; "
                               f"carry it by 'q[t] = {self.name}[t - 1]', then read 'q[t - 1]'")
        return self.cell.remembered(self.name, -when.shift)

    def _at(self, when: object) -> str:
        return quoted(f"{self.name}[{when}]")

    def __setitem__(self, when: Step, rhs: Expr) -> None:
        if when != t:
            raise ProgramError(f"{self.cell.name}: define '{self.name}[t]', not "
                               f"{self._at(when)}")
        self.cell.define(self.name, rhs)

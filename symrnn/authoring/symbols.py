"""The symbols that a cell is written with: ``h[t - 1]``, ``W @ x[t]``, ``W.T @ a[t]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr, Symbol

from symrnn.program import Ein, ProgramError, Variable, quoted

LETTERS = "ijklopqruvw"  # of axes in contractions


Axes = tuple[str, ...]
MOST_STEPS = 64  # that a formula looks back: each is a state of its own


def exchanged(axes: Axes) -> Axes:
    """The axes of a transposed matrix, or of several side by side."""
    return (*axes[:-2], axes[-1], axes[-2])


def transposition(axes: Axes) -> str:
    """A transpose as a contraction: ``ij->ji``."""
    letters = LETTERS[:len(axes)]
    return f"{letters}->{''.join(exchanged(tuple(letters)))}"


class Author(Protocol):
    """What symbols need of the cell that they belong to."""

    name: str

    def term(self, name: str) -> Term:
        """The symbol of a declared variable."""
        ...

    def remembered(self, name: str, step: int) -> Term:
        """The symbol of a variable some steps before or after."""
        ...

    def product(self, left: Expr, right: Expr, transposed: bool = False) -> Expr:
        """A checked product."""
        ...

    def contract(self, spec: str, *operands: Expr) -> Ein:
        """Any contraction, by its letters."""
        ...

    def named(self, expression: Expr) -> Term:
        """A symbol for any operand."""
        ...

    def part(self, wish: str, formula: Expr, meaning: str) -> Term:
        """A value that symrnn adds under an equation of its own."""
        ...

    def selector(self, axes: Axes, offset: Expr) -> Term:
        """The matrix that places a vector into a longer one, or cuts it out."""
        ...

    def axes_of(self, formula: Expr) -> Axes:
        """The axes that a formula varies over."""
        ...

    def size_value(self, *names: str) -> Expr:
        """What some sizes are together."""
        ...

    def told(self, name: str) -> str:
        """A variable as its author reads it."""
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
        """The last two axes exchanged: ``W.T @ x``, ``W - W.T``. Vectors raise ProgramError."""
        if len(self.axes) < 2:
            raise ProgramError(f"{self.cell.name}: '{self.name}.T' wants a matrix, got "
                               f"[{', '.join(self.axes)}]")
        return Transposed(transposition(self.axes), self)


class Transposed(Ein):
    """A transposed matrix; on the left of a product it joins that product's letters."""

    @property
    def func(self) -> type[Ein]:
        """What it becomes where its symbol is exchanged: a contraction like any other."""
        return Ein

    def __matmul__(self, other: Expr) -> Expr:
        matrix: Term = self.operands[0]
        return matrix.cell.product(matrix, other, transposed=True)


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
        if abs(when.shift) > MOST_STEPS:
            raise ProgramError(f"{self.cell.name}: {self._at(when)} is more than {MOST_STEPS} "
                               f"steps away")
        return self.cell.remembered(self.name, -when.shift)

    def _at(self, when: object) -> str:
        return quoted(f"{self.name}[{when}]")

    def __setitem__(self, when: Step, rhs: Expr) -> None:
        if when != t:
            raise ProgramError(f"{self.cell.name}: define '{self.name}[t]', not "
                               f"{self._at(when)}")
        self.cell.define(self.name, rhs)

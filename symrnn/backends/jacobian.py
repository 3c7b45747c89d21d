"""The state's Jacobian as formulas: ``∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a[t]/∂h[t-1]``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from sympy import Expr, Symbol

from symrnn.adjoint import tangent
from symrnn.backends.latex_math import LatexPrinter
from symrnn.backends.printer import PRODUCT, Printer
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.backends.unicode import UnicodePrinter
from symrnn.program import (Delay, Equation, Program, contraction_term, factors, is_number,
                            multiply, symbols_in_order, terms)


def state_jacobian(program: Program, style: str) -> tuple[tuple[str, ...], ...]:
    """For every remembered state the derivatives within one step, equation by equation.

    Nothing is derived here: the equations are those of the tangent, whose direction is a basis
    of one state, all other states held fixed. ``style`` is ``"unicode"`` or ``"latex"``.
    """
    derived = tangent(program, [one.initial for one in program.delays])
    return tuple(COLUMNS[style](program, derived, delay).lines() for delay in program.delays)


class _Column(Printer, ABC):
    """The derivatives by one state before the step; a language fills in its notation."""

    primal: Printer  # of the network itself, whose symbols stand above and below
    program: Program
    seed: str
    by: str

    def start(self, derived: Program, delay: Delay) -> None:
        """Look at one state."""
        self.by = self.primal.symbol(delay.lhs)
        self.seed = next(one.lhs for one in derived.delays if derived[one.lhs].of == delay.lhs)
        self.known = {self.seed}

    @abstractmethod
    def partial(self, of: str) -> str:
        """The derivative of a symbol by the state."""

    @abstractmethod
    def diagonal(self, entries: str) -> str:
        """A diagonal matrix."""

    @abstractmethod
    def transpose(self, name: str) -> str:
        """A transposed matrix."""

    def lines(self) -> tuple[str, ...]:
        """One line an equation, as far as the state reaches."""
        lines = []
        for equation in self.program.equations:
            reached = [term for term in terms(equation.rhs)
                       if self.known & set(symbols_in_order(term))]
            if reached:
                self.known.add(equation.lhs)
                lines.append(f"{self.symbol(equation.lhs)} = {self._total(reached, equation)}")
        return tuple(lines)

    def symbol(self, name: str) -> str:
        variable = self.program[name]
        if name == self.seed:
            return "I"
        moving = self.program.definition(name) is not None and variable.of
        return self.partial(self.primal.symbol(variable.of)) if moving else super().symbol(name)

    def _total(self, reached: list[Expr], equation: Equation) -> str:
        return " ".join(self.signed(reached, lambda term: self._map(term, equation.lhs)))

    def _map(self, term: Expr, lhs: str) -> str:
        """One term as a matrix times the Jacobian that it passes on."""
        moving = next(name for name in symbols_in_order(term) if name in self.known)
        passed = "" if moving == self.seed else f" {self.symbol(moving)}"
        found = contraction_term(term)
        if found is None:
            rest = [part for part in factors(term) if part != Symbol(moving)]
            if len(rest) == len(factors(term)):
                return self.term(term, lhs)
            return self._scaled(multiply(rest), passed)
        factor, ein = found
        matrix = [one for one in ein.operands if one.name != moving]
        front = "" if factor == 1 else self(factor, PRODUCT) + " "
        if len(matrix) == 1 and is_elementwise(ein.letters):
            return f"{front}{self.diagonal(self.symbol(matrix[0].name))}{passed}"
        order = matrix_product(ein.letters)
        if len(matrix) == 1 and order is not None and len(ein.letters.output) == 1:
            name = matrix[0].name
            shown = self.transpose(name) if order[0].transposed else self.symbol(name)
            return f"{front}{shown}{passed}"
        return self.term(term, lhs)

    def _scaled(self, rest: Expr, passed: str) -> str:
        if is_number(rest):
            return f"{self(rest, PRODUCT)}{passed or ' I'}" if rest != 1 else passed.strip() or "I"
        return f"{self.diagonal(self(rest))}{passed}"


class _UnicodeColumn(_Column, UnicodePrinter):
    """``∂a[t]/∂h[t-1] = diag(p)``."""

    def __init__(self, program: Program, derived: Program, delay: Delay) -> None:
        super().__init__(derived)
        self.primal = UnicodePrinter(program)
        self.start(derived, delay)

    def partial(self, of: str) -> str:
        return f"∂{of}/∂{self.by}"

    def diagonal(self, entries: str) -> str:
        return f"diag({entries})"

    def transpose(self, name: str) -> str:
        return f"{self.symbol(name)}ᵀ"


class _LatexColumn(_Column, LatexPrinter):
    """The same with fractions."""

    def __init__(self, program: Program, derived: Program, delay: Delay) -> None:
        super().__init__(derived)
        self.primal = LatexPrinter(program)
        self.start(derived, delay)

    def partial(self, of: str) -> str:
        return rf"\frac{{\partial {of}}}{{\partial {self.by}}}"

    def diagonal(self, entries: str) -> str:
        return rf"\mathrm{{diag}}{self.parenthesised(entries)}"

    def transpose(self, name: str) -> str:
        return self.transposed(name)


COLUMNS = {"unicode": _UnicodeColumn, "latex": _LatexColumn}

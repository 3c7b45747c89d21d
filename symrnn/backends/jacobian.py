"""The state's Jacobian as formulas: ``∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a[t]/∂h[t-1]``."""

from __future__ import annotations

from sympy import Expr, Symbol

from symrnn.adjoint import tangent
from symrnn.backends import formula
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import (TIMES, Call, Partial, Formula, Function, Parens, Sum,
                                     side_by_side)
from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.program import (Delay, Glyph, Program, contraction_term, factors, is_number, multiply,
                            symbols_in_order, terms)

Column = tuple[tuple[Formula, Formula], ...]  # left-hand and right-hand sides
IDENTITY = formula.Symbol(Glyph.named("I"))


def state_jacobian(program: Program) -> tuple[Column, ...]:
    """For every remembered state the derivatives within one step, equation by equation.

    Nothing is derived here: the equations are those of the tangent, whose direction is a basis
    of one state, all other states held fixed.
    """
    derived = tangent(program, [one.initial for one in program.delays])
    return tuple(_Column(program, derived, delay).lines() for delay in program.delays)


class _Column(DocumentPrinter):
    """The derivatives by one state before the step."""

    def __init__(self, program: Program, derived: Program, delay: Delay) -> None:
        super().__init__(derived)
        self.primal = DocumentPrinter(program)  # whose symbols stand above and below
        self.by = self.primal.symbol(delay.lhs)
        self.seed = next(one.lhs for one in derived.delays if derived[one.lhs].of == delay.lhs)
        self.known = {self.seed}

    def lines(self) -> Column:
        """One line an equation, as far as the state reaches."""
        lines = []
        for equation in self.program.equations:
            reached = [term for term in terms(equation.rhs)
                       if self.known & set(symbols_in_order(term))]
            if reached:
                self.known.add(equation.lhs)
                lines.append((self.symbol(equation.lhs), self.total(reached, equation.lhs)))
        return tuple(lines)

    def symbol(self, name: str) -> Formula:
        variable = self.program[name]
        if name == self.seed:
            return IDENTITY
        moving = self.program.definition(name) is not None and variable.of
        return self.partial(self.primal.symbol(variable.of)) if moving else super().symbol(name)

    def partial(self, of: Formula) -> Formula:
        """The derivative of a symbol by the state."""
        return Partial(of, self.by)

    def total(self, reached: list[Expr], lhs: str) -> Formula:
        """The sum of what reaches an equation."""
        return Sum(self.signed(reached, lambda term: self._map(term, lhs)))

    def _map(self, term: Expr, lhs: str) -> Formula:
        """One term as a matrix times the Jacobian that it passes on."""
        moving = next(name for name in symbols_in_order(term) if name in self.known)
        passed = () if moving == self.seed else (self.symbol(moving),)
        found = contraction_term(term)
        if found is None:
            rest = [part for part in factors(term) if part != Symbol(moving)]
            if len(rest) == len(factors(term)):
                return self.term(term, lhs)
            grows = self.program[moving].axes != self.program[lhs].axes
            return self._scaled(multiply(rest), passed, grows)
        factor, ein = found
        matrix = [one for one in ein.operands if one.name != moving]
        front = () if factor == 1 else (self(factor, PRODUCT),)
        order = matrix_product(ein.letters)
        if len(matrix) == 1 and is_elementwise(ein.letters):
            return _beside(*front, _diagonal(self.symbol(matrix[0].name)), *passed)
        if len(matrix) == 1 and order is not None and len(ein.letters.output) == 1:
            name = matrix[0].name
            turned = self.transposed(name) if order[0].transposed else self.symbol(name)
            return _beside(*front, turned, *passed)
        return self.term(term, lhs)

    def _scaled(self, rest: Expr, passed: tuple[Formula, ...], grows: bool) -> Formula:
        """A matrix with a factor in front; one that ``grows`` makes a vector of a number."""
        if rest == 1:
            return _beside(*(passed or (IDENTITY,)))
        if is_number(rest):
            return _beside(self(rest, PRODUCT), *(passed or (IDENTITY,)))
        return _beside(self(rest, PRODUCT) if grows else _diagonal(self(rest)),
                       *(passed or (IDENTITY,)[:grows]))


def _diagonal(entries: Formula) -> Formula:
    """A diagonal matrix."""
    return Call(Function(Glyph.named("diag")), Parens(entries))


def _beside(*parts: Formula) -> Formula:
    return side_by_side(list(parts), TIMES)

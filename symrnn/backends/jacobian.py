"""The state's Jacobian as formulas: ``∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a[t]/∂h[t-1]``."""

from __future__ import annotations

from sympy import Expr, Symbol

from symrnn.adjoint import tangent
from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.backends.unicode import UnicodePrinter
from symrnn.program import (Delay, Equation, Program, contraction_term, factors, is_number,
                            multiply, negated, symbols_in_order, terms)


def state_jacobian_text(program: Program) -> str:
    """For every remembered state the derivatives within one step, equation by equation.

    Nothing is derived here: the equations are those of the tangent, whose direction is a basis
    of one state, all other states held fixed.
    """
    derived = tangent(program, [one.initial for one in program.delays])
    return "\n\n".join(_Column(program, derived, delay).text() for delay in program.delays)


class _Column(UnicodePrinter):
    """The derivatives by one state before the step."""

    def __init__(self, program: Program, derived: Program, delay: Delay) -> None:
        super().__init__(derived)
        self.primal = UnicodePrinter(program)
        self.by = self.primal.symbol(delay.lhs)
        self.seed = next(one.lhs for one in derived.delays if derived[one.lhs].of == delay.lhs)
        self.known = {self.seed}

    def text(self) -> str:
        """One line an equation, as far as the state reaches."""
        lines = []
        for equation in self.program.equations:
            reached = [term for term in terms(equation.rhs)
                       if self.known & set(symbols_in_order(term))]
            if reached:
                self.known.add(equation.lhs)
                lines.append(f"{self.symbol(equation.lhs)} = {self._total(reached, equation)}")
        return "\n".join(lines)

    def symbol(self, name: str) -> str:
        variable = self.program[name]
        if name == self.seed:
            return "I"
        moving = self.program.definition(name) is not None and variable.of
        return f"∂{self.primal.symbol(variable.of)}/∂{self.by}" if moving else super().symbol(name)

    def _total(self, reached: list[Expr], equation: Equation) -> str:
        text = ""
        for term in reached:
            positive = negated(term)
            sign = "-" if positive is not None else "+" if text else ""
            text += f" {sign} " if text else sign
            text += self._map(term if positive is None else positive, equation.lhs)
        return text

    def _map(self, term: Expr, lhs: str) -> str:
        """One term as a matrix times the Jacobian that it passes on."""
        moving = next(name for name in symbols_in_order(term) if name in self.known)
        passed = "" if moving == self.seed else f" {self.symbol(moving)}"
        found = contraction_term(term)
        if found is None:
            rest = [part for part in factors(term) if part != Symbol(moving)]
            if len(rest) == len(factors(term)):
                return super().term(term, lhs)
            return self._scaled(multiply(rest), passed)
        factor, ein = found
        matrix = [one for one in ein.operands if one.name != moving]
        front = "" if factor == 1 else self(factor, PRODUCT) + " "
        if len(matrix) == 1 and is_elementwise(ein.letters):
            return f"{front}diag({self.symbol(matrix[0].name)}){passed}"
        order = matrix_product(ein.letters)
        if len(matrix) == 1 and order is not None and len(ein.letters.output) == 1:
            turned = "ᵀ" if order[0].transposed else ""
            return f"{front}{self.symbol(matrix[0].name)}{turned}{passed}"
        return super().term(term, lhs)

    def _scaled(self, rest: Expr, passed: str) -> str:
        if is_number(rest):
            return f"{self(rest, PRODUCT)}{passed or ' I'}" if rest != 1 else passed.strip() or "I"
        return f"diag({self(rest)}){passed}"

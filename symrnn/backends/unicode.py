"""Equations in the terminal: bars over letters, steps in brackets."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symrnn.backends.printer import ATOM, PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.backends.text import TextPrinter
from symrnn.program import SUPERSCRIPT, Ein, Equation, Maximum, Span, glyph_text

NUMERAL = frozenset("0123456789/ ×⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class UnicodePrinter(TextPrinter):
    """``c̄[t] = h̄[t] ⊙ o[t] ⊙ (1 - tanh(c[t])²) + c̄⁻[t+1]``."""

    times = " ⊙ "
    dot = " × "

    def symbol(self, name: str) -> str:
        variable = self.program[name]
        if variable.stands_for is not None:
            return self(variable.stands_for, PRODUCT)
        time = f"t{variable.glyph.shift:+d}" if variable.glyph.shift else "t"
        step = variable.glyph.index or (time if variable.span is Span.SEQUENCE else "")
        return glyph_text(variable.glyph) + (f"[{step}]" if step else "")

    def size(self, name: str) -> str:
        return glyph_text(self.program.size(name).glyph)

    def power(self, base: str, exponent: Expr) -> str:
        if exponent.is_Integer:
            return base + str(exponent).translate(SUPERSCRIPT)
        return f"{base}^{self(exponent, ATOM)}"

    def product(self, parts: Sequence[str]) -> str:
        scalar = " " if set(parts[0]) <= NUMERAL else self.times
        return parts[0] + scalar + self.times.join(parts[1:]) if len(parts) > 1 else parts[0]

    def equation(self, equation: Equation) -> str:
        """One equation, the left-hand side with its step."""
        variable = self.program[equation.lhs]
        left = self.symbol(equation.lhs) if variable.stands_for is None else equation.lhs
        return f"{left}{self.entry(equation)} = {self.right_hand_side(equation)}"

    def sums(self, ein: Ein, lhs: str) -> str:
        return "Σₜ " if super().sums(ein, lhs) else ""

    def contraction(self, ein: Ein) -> str:
        names = [self.symbol(one.name) for one in ein.operands]
        factors = matrix_product(ein.letters)
        if factors is not None and not isinstance(ein, Maximum):
            return " ".join(names[f.slot] + ("ᵀ" if f.transposed else "") for f in factors)
        if is_elementwise(ein.letters) and not isinstance(ein, Maximum):
            return self.times.join(names)
        return super().contraction(ein)

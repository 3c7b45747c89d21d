"""Equations in the terminal: bars over letters, steps in brackets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sympy import Expr

from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.backends.text import TextPrinter
from symrnn.program import Ein, Equation, Glyph, Peak, Span

ACCENTS = {r"\bar": "\u0304", r"\tilde": "\u0303", r"\check": "\u030c", r"\dot": "\u0307",
           r"\ddot": "\u0308", r"\dddot": "\u20db", r"\overrightarrow": "\u20d7",
           r"\overleftarrow": "\u20d6"}
SUPERSCRIPT = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")


class UnicodePrinter(TextPrinter):
    """``c̄[t] = h̄[t] ⊙ o[t] ⊙ (1 - tanh(c[t])²) + c̄⁻[t+1]``."""

    times = " ⊙ "

    def symbol(self, name: str) -> str:
        variable = self.program[name]
        if variable.stands_for is not None:
            return self(variable.stands_for, PRODUCT)
        time = f"t{variable.glyph.shift:+d}" if variable.glyph.shift else "t"
        step = variable.glyph.index or (time if variable.span is Span.SEQUENCE else "")
        return glyph_text(variable.glyph) + (f"[{step}]" if step else "")

    def power(self, base: str, exponent: Expr) -> str:
        text = str(exponent)
        return base + text.translate(SUPERSCRIPT) if text.isdigit() else f"{base}^({text})"

    def product(self, parts: Sequence[str]) -> str:
        scalar = " " if parts[0].replace("/", "").isdigit() else self.times
        return parts[0] + scalar + self.times.join(parts[1:]) if len(parts) > 1 else parts[0]

    def equation(self, equation: Equation) -> str:
        """One equation, the left-hand side with its step."""
        variable = self.program[equation.lhs]
        left = self.symbol(equation.lhs) if variable.stands_for is None else equation.lhs
        return f"{left} = {self.right_hand_side(equation)}"

    def sums(self, ein: Ein, lhs: str) -> str:
        return "Σₜ " if super().sums(ein, lhs) else ""

    def contraction(self, ein: Ein) -> str:
        names = [self.symbol(one.name) for one in ein.operands]
        factors = matrix_product(ein.letters)
        if factors is not None and not isinstance(ein, Peak):
            return " ".join(names[f.slot] + ("ᵀ" if f.transposed else "") for f in factors)
        if is_elementwise(ein.letters) and not isinstance(ein, Peak):
            return self.times.join(names)
        return super().contraction(ein)


def glyph_text(glyph: Glyph) -> str:
    """A glyph without its step: ``z̄_i``."""
    letter = _plain(glyph.letter)
    marked = letter[:1] + "".join(ACCENTS.get(one, "") for one in glyph.accents) + letter[1:]
    sup = ",".join(map(_plain, glyph.sup))
    raised = sup.translate(SUPERSCRIPT) if sup and set(sup) <= set("0123456789-()") else \
        f"^{sup}" if sup else ""
    return marked + raised + "".join(f"_{_plain(part)}" for part in glyph.sub)


def _plain(latex: str) -> str:
    """A LaTeX letter as text: the command Delta is Δ."""
    if latex.startswith("\\") and latex[1:].isalpha():
        case = "CAPITAL" if latex[1].isupper() else "SMALL"
        name = latex[1:].upper().replace("LAMBDA", "LAMDA")
        try:
            return unicodedata.lookup(f"GREEK {case} LETTER {name}")
        except KeyError:
            return latex[1:]
    return latex.replace(r"\mathrm{", "").replace(r"\_", "_").strip("{}")

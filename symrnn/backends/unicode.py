"""Equations in the terminal: bars over letters, steps in brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sympy import Expr

from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import is_elementwise, matrix_product
from symrnn.backends.text import TextPrinter
from symrnn.program import Ein, Equation, Glyph, Peak, Span

ACCENTS = {r"\bar": "\u0304", r"\tilde": "\u0303", r"\hat": "\u0302", r"\check": "\u030c",
           r"\dot": "\u0307", r"\ddot": "\u0308", r"\dddot": "\u20db",
           r"\overrightarrow": "\u20d7", r"\overleftarrow": "\u20d6"}
NUMERAL = frozenset("0123456789/ ×⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SUPERSCRIPT = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")


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

    def power(self, base: str, exponent: Expr) -> str:
        text = str(exponent)
        raised = text.removeprefix("-").isdigit()
        return base + text.translate(SUPERSCRIPT) if raised else f"{base}^({text})"

    def product(self, parts: Sequence[str]) -> str:
        scalar = " " if set(parts[0]) <= NUMERAL else self.times
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
    end = 2 if unicodedata.combining(letter[1:2] or " ") else 1
    marked = letter[:end] + "".join(ACCENTS.get(one, "") for one in glyph.accents) + letter[end:]
    sup = ",".join(map(_plain, glyph.sup))
    raised = sup.translate(SUPERSCRIPT) if sup and set(sup) <= set("0123456789-()") else \
        f"^{sup}" if sup else ""
    return marked + raised + "".join(f"_{_plain(part)}" for part in glyph.sub)


def _plain(latex: str) -> str:
    r"""A LaTeX letter as text: ``\Delta t`` is Δt, ``\tilde{h}`` is h̃."""
    accented = re.fullmatch(r"(\\[a-z]+)\{(\w)\}", latex)
    if accented and accented[1] in ACCENTS:
        return accented[2] + ACCENTS[accented[1]]
    plain = re.sub(r"[{}]", "", latex.replace(r"\mathrm", "").replace(r"\_", "_"))
    return re.sub(r"\\([A-Za-z]+) ?", lambda command: _letter(command[1]), plain)


def _letter(name: str) -> str:
    """The Greek letter of a LaTeX command; another command is its own name."""
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name

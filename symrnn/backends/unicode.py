"""Equations in the terminal: bars over letters, steps in brackets, all on one line."""

from __future__ import annotations

from symrnn.backends.document import SpelledPrinter
from symrnn.backends.formula import (APART, DOT, HADAMARD, TIMES, Bars, Big, Call, Cases,
                                     Partial, Formula, Fraction, Function, Number, Over, Parens,
                                     Root, Row, Scripts, Sign, Sum, Symbol, Text)
from symrnn.backends.spelling import Spelling
from symrnn.program import SUPERSCRIPT, Equation, glyph_text, shifted

SIGNS = {TIMES: " ", HADAMARD: " ⊙ ", DOT: " × ", APART: ", ", ",": ","}
RAISED = frozenset("0123456789-()")  # what stands above the line by itself


class UnicodeSpelling(Spelling):
    """``c̄[t] = h̄[t] ⊙ o[t] ⊙ (1 - tanh²(c[t])) + c̄⁻[t+1]``."""

    def row(self, node: Row) -> str:
        """A quotient in front of another factor is held together."""
        *earlier, last = node.parts
        return "".join(f"({self(one)})" if isinstance(one, Fraction) and not one.small
                       else self(one) for one in earlier) + self(last)

    def symbol(self, node: Symbol) -> str:
        step = node.glyph.index or (shifted(node.time, node.glyph.shift) if node.time else "")
        return (glyph_text(node.glyph) + (f"[{step}]" if step else "")
                + ("ᵀ" if node.transposed else ""))

    def number(self, node: Number) -> str:
        return node.text

    def sign(self, node: Sign) -> str:
        return SIGNS.get(node.text, f" {node.text} ")

    def text(self, node: Text) -> str:
        return node.text

    def sum(self, node: Sum) -> str:
        (sign, first), *others = node.terms
        return sign + self(first) + "".join(f" {sign} {self(one)}" for sign, one in others)

    def function(self, node: Function) -> str:
        return glyph_text(node.glyph)

    def call(self, node: Call) -> str:
        return self(node.function) + self(node.argument)

    def scripts(self, node: Scripts) -> str:
        """An index in brackets; a number stands above the line."""
        plain = node.base
        if isinstance(plain, Parens) and isinstance(plain.inside, Symbol) and plain.inside.time:
            plain = plain.inside  # its step in brackets holds it together
        if isinstance(plain, Parens) and isinstance(plain.inside, Symbol) and node.sub is not None:
            plain = plain.inside
        base = self(plain)
        if node.sub is None:
            return base + _power(self(node.sup) if node.sup is not None else "", node.sup)
        base += f"[{self(node.sub)}]"
        return base + ("" if node.sup is None else _power(self(node.sup), node.sup))

    def fraction(self, node: Fraction) -> str:
        between = "/" if node.small else " / "
        above = self._held(node.above, Sum, Fraction)
        return above + between + self._held(node.below, Sum, Fraction, Row)

    def partial(self, node: Partial) -> str:
        return f"∂{self(node.of)}/∂{self(node.by)}"

    def _held(self, part: Formula, *kinds: type[Formula]) -> str:
        return f"({self(part)})" if isinstance(part, kinds) else self(part)

    def root(self, node: Root) -> str:
        return f"√({self(node.inside)})"

    def over(self, node: Over) -> str:
        return f"{node.accent}({self(node.inside)})"

    def parens(self, node: Parens) -> str:
        return f"({self(node.inside)})"

    def bars(self, node: Bars) -> str:
        return f"|{self(node.inside)}|"

    def big(self, node: Big) -> str:
        indices = self(node.indices)
        if node.name == "sum":
            return "Σₜ " if indices == "t" else f"Σ_{indices} "
        return f"{node.name}_{indices} "

    def cases(self, node: Cases) -> str:
        rows = ", ".join(f"{self(value)} if {self(condition)}" for value, condition in node.rows)
        return f"{{{rows}, else {self(node.otherwise)}}}"


UNICODE = UnicodeSpelling()


class UnicodePrinter(SpelledPrinter):
    """Prints expressions and equations of one program."""

    spelling = UNICODE

    def equation(self, equation: Equation) -> str:
        """One equation, the left-hand side with its step."""
        shown = self.document.equation(equation)
        return f"{UNICODE(shown.left)} = {UNICODE.terms(shown.right)}"


def _power(text: str, exponent: Formula | None) -> str:
    if set(text) <= RAISED:
        return text.translate(SUPERSCRIPT)
    simple = isinstance(exponent, Symbol | Number)
    return f"^{text}" if simple else f"^({text})"

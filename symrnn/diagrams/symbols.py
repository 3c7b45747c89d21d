"""Symbols and short formulas as marked text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from sympy import Abs, Expr, Piecewise, Symbol
from sympy.core.relational import Relational

from symrnn.backends.printer import ATOM, POWER, PRODUCT, Printer, power_of_ten
from symrnn.diagrams.marks import above, below, italic
from symrnn.program import (ACTIVATIONS, ARROWS, GREEK, Glyph, Pointwise, Program, Span,
                            glyph_text)

HOLE = Symbol("\uf000")  # where the value goes that a function is applied to
FRACTIONS = {"1/2": "½", "1/3": "⅓", "1/4": "¼", "3/4": "¾"}
NUMERAL = frozenset("0123456789/·½⅓¼¾")
COMPARISON = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}


def symbol_marks(glyph: Glyph, time: str = "") -> str:
    """A symbol with its indices and its step."""
    letter = glyph_text(Glyph(glyph.letter, accents=tuple(
        one for one in glyph.accents if one not in ARROWS)))
    arrows = ["→" if "right" in one else "←" for one in glyph.accents if one in ARROWS]
    step = glyph.index or (f"{time}{glyph.shift:+d}".replace("-", "−") if time and glyph.shift
                           else time)
    sub = [glyph_text(Glyph(one)) for one in glyph.sub] + ([step] if step else [])
    sup = arrows + [glyph_text(Glyph(one)) for one in glyph.sup]
    return _face(letter) + above(",".join(sup)) + below(",".join(map(_face, sub)))


def _face(text: str) -> str:
    """Single letters are italic; words, numbers and signs upright."""
    words = "".join(one if one.isalpha() or unicodedata.combining(one) else " " for one in text)
    if any(len(word) > 2 and word.isascii() for word in words.split()):
        return text
    return "".join(one if one.isdigit() or one in "+-−," else italic(one) for one in text)


class LabelPrinter(Printer):
    """Formulas of one program; ``hole`` stands for the value that a function is applied to."""

    times = " "
    writes_powers = True

    def __init__(self, program: Program, hole: str = "·") -> None:
        self.program, self.hole = program, hole

    def symbol(self, name: str) -> str:
        if name == HOLE.name:
            return self.hole
        variable = self.program[name]
        if variable.stands_for is not None:
            return self(variable.stands_for, PRODUCT)
        return symbol_marks(variable.glyph, "t" if variable.span is Span.SEQUENCE else "")

    def size(self, name: str) -> str:
        return symbol_marks(self.program.size(name).glyph)

    def number(self, value: Expr) -> tuple[int, str]:
        found = power_of_ten(value)
        if found is None:
            own, text = super().number(value)
            return own, FRACTIONS.get(text, text)
        digits, exponent = found
        power = "10" + above(f"{exponent}".replace("-", "−"))
        return (POWER, power) if digits == 1 else (PRODUCT, f"{digits}·{power}")

    def product(self, parts: Sequence[str]) -> str:
        text = parts[0]
        for before, part in pairwise(parts):
            number = set(before) <= NUMERAL and before != self.hole
            text += f" {part}" if number else f" ⊙ {part}"
        return text

    def _cases(self, node: Piecewise) -> tuple[int, str]:
        found = self.extreme(node)
        if found is None:
            return super()._cases(node)
        return ATOM, f"{found[0]}({', '.join(map(self, found[1]))})"

    def extreme(self, node: Piecewise) -> tuple[str, list[Expr]] | None:
        """A choice that is the larger or the smaller of two things: which, and the two."""
        (value, condition), (other, _) = node.args[0], node.args[-1]
        if len(node.args) != 2 or not isinstance(condition, Relational):
            return None
        if condition.args != (value, other):
            return None
        return {">": "max", "<": "min"}[condition.rel_op[0]], [value, other]

    def parenthesised(self, text: str) -> str:
        return text if text == self.hole else f"({text})"

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        if isinstance(function, Abs):
            return f"|{arguments[0]}|"
        return self.called(function) + f"({arguments[0]})"

    def called(self, function: Expr) -> str:
        """The name of a function; a Greek letter where mathematics has one for it."""
        name: str = function.func.__name__
        if not isinstance(function, Pointwise):
            return name
        letter = ACTIVATIONS[name].latex[1:] if name in ACTIVATIONS else ""
        return italic(glyph_text(Glyph(f"\\{letter}"))) if letter in GREEK else name

    def fraction(self, above: str, below: str) -> tuple[int, str]:
        wide = above == self.hole and len(below) > 1
        return PRODUCT, f"{above} / {below}" if wide else f"{above}/{below}"

    def power(self, base: str, exponent: Expr) -> str:
        return base + above(self(exponent))

    def root(self, inside: str) -> str:
        return "√·" if inside == self.hole else f"√({inside})"

    def comparison(self, operator: str) -> str:
        return COMPARISON.get(operator, operator)

    def coefficient(self, number: Expr) -> str:
        """A factor in front, empty for 1."""
        return "" if number == 1 else "−" if number == -1 else self(number, PRODUCT) + " "

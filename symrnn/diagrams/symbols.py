"""Symbols and short formulas of a picture: the formulas of documents, on one line, with marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr
from sympy import Symbol as Name

from symrnn.backends.document_math import FormulaPrinter
from symrnn.backends.formula import (TIMES, Call, Formula, Function, Number, Parens, Root, Row,
                                     Scripts, Sign, Sum, Symbol)
from symrnn.backends.unicode import UnicodeSpelling
from symrnn.diagrams.marks import above, below, italic
from symrnn.program import Face, Glyph, Letter, Program, Role, Span, Variable, glyph_text

HOLE = Name("\uf000")  # where the value goes that a function is applied to
DOT = Glyph.marks("·")
EMPTY = Row(())
FRACTIONS = {("1", "2"): "½", ("1", "3"): "⅓", ("1", "4"): "¼", ("3", "4"): "¾"}


class LabelPrinter(FormulaPrinter):
    """Formulas of one program; ``hole`` stands for the value that a function is applied to."""

    def __init__(self, program: Program, hole: Glyph = DOT) -> None:
        value = Variable(HOLE.name, ("",), Role.INPUT, hole, "", Span.CONSTANT)
        super().__init__(replace(program, variables=(*program.variables, value)))


def times(factor: Expr, shown: Formula, printer: LabelPrinter) -> Formula:
    """A formula behind its factor; without it where that is 1."""
    if factor == 1:
        return shown
    if factor == -1:
        return Sum((("-", shown),))
    return Row((printer(factor), Sign(TIMES), shown))


def sign(text: str) -> Formula:
    """The sign in a circle."""
    return Symbol(Glyph(tuple(Letter(one, Face.SIGN) for one in text)))


def word(text: str) -> Formula:
    """An upright word."""
    return Function(Glyph.upright(text))


class MarksSpelling(UnicodeSpelling):
    """Formulas on one line, with marks around what is italic, above and below."""

    def symbol(self, node: Symbol) -> str:
        return glyph_marks(node.drawn)

    def function(self, node: Function) -> str:
        return glyph_marks(node.glyph)

    def scripts(self, node: Scripts) -> str:
        over = "" if node.sup is None else above(self(node.sup))
        return self(node.base) + over + ("" if node.sub is None else below(self(node.sub)))

    def fraction(self, node: Formula) -> str:
        above_, below_ = node.children
        if isinstance(above_, Number) and isinstance(below_, Number):
            known = FRACTIONS.get((above_.text, below_.text))
            return known or f"{above_.text}/{below_.text}"
        return super().fraction(node)  # type: ignore[arg-type]

    def root(self, node: Root) -> str:
        single = isinstance(node.inside, Symbol | Number)
        return f"√{self(node.inside)}" if single else f"√({self(node.inside)})"

    def parens(self, node: Parens) -> str:
        hole = isinstance(node.inside, Symbol) and node.inside.glyph == DOT
        return self(node.inside) if hole else f"({self(node.inside)})"

    def call(self, node: Call) -> str:
        """A function of the hole keeps its parentheses."""
        inside = node.argument.children[0] if node.argument.children else node.argument
        return f"{self(node.function)}({self(inside)})"


def glyph_marks(glyph: Glyph) -> str:
    """A symbol as it stands, with its indices."""
    first, *others = glyph.letters
    accented = replace(first, accents=(*first.accents, *glyph.accents))
    return _letters((accented, *others)) + above(_listed(glyph.sup)) + below(_listed(glyph.sub))


def _listed(glyphs: Iterable[Glyph]) -> str:
    return ",".join(map(glyph_marks, glyphs))


def _letters(letters: Iterable[Letter]) -> str:
    """Letters one after the other: words, numbers and signs are upright."""
    return "".join(italic(glyph_text(Glyph((one,)))) if one.face in (Face.LETTER, Face.GREEK)
                   else glyph_text(Glyph((one,))) for one in letters)


MARKS = MarksSpelling()

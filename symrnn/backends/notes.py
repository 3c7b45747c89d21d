"""Notes of authors: words, ``$formulas$`` as papers write them, and code between backquotes.

A note is prose from outside. Its formulas become trees like those of equations, so every language
spells them; symbols look as they do in the equations of the cell. What is no formula stays text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

from symrnn.backends.formula import (APART, DOT, TIMES, Bars, Call, Formula, Fraction,
                                     Function, Number, Parens, Root, Row, Scripts, Sign, Sum,
                                     Symbol, side_by_side)
from symrnn.program import ACTIVATIONS, ARROWS, Glyph, Program, local

GRAMMAR = Path(__file__).with_name("notes.lark")
PIECES = r"""
note: (TEXT | CODE | FORMULA)*
TEXT: /[^`$]+/
CODE: /`[^`]+`/
FORMULA: /\$[^$]+\$/
"""
SIGNS = {"<=": "≤", ">=": "≥"}
PRIME, TRANSPOSED = Glyph.marks("′"), "T"
AROUND: Mapping[str, Callable[[Formula], Formula]] = {"sqrt": Root, "abs": Bars}
Glyphs = Mapping[str, Glyph]
One = TypeVar("One")
Made = Callable[[str], One]


@dataclass(frozen=True)
class Typed:
    """Code, as it is typed."""

    text: str


Piece = str | Typed | Formula


def glyphs_of(program: Program) -> dict[str, Glyph]:
    """How symbols of a program look; those of layers and directions without marks of these."""
    found = {one.name: one.glyph for one in program.variables}
    for name, glyph in list(found.items()):
        prefix, own = local(name)
        if prefix:
            accents = tuple(one for one in glyph.accents if one not in ARROWS)
            found.setdefault(own, replace(glyph, sup=(), accents=accents))
    return found


def pieces(note: str, glyphs: Glyphs) -> tuple[Piece, ...]:
    """A note as words, code and formulas. What cannot be read as these stays as it is."""
    try:
        return tuple(_piece(one, glyphs) for one in _tokens(note))
    except LarkError:
        return (note,)


def bare(note: str) -> str:
    """A note without marks, for comments of code: formulas stand as the author typed them."""
    try:
        found = _tokens(note)
    except LarkError:
        return note
    return "".join(str(one) if one.type == "TEXT" else one[1:-1] for one in found)


def _tokens(note: str) -> list[Token]:
    return [one for one in _whole().parse(note).children if isinstance(one, Token)]


def _piece(token: Token, glyphs: Glyphs) -> Piece:
    if token.type == "TEXT":
        return str(token)
    return Typed(token[1:-1]) if token.type == "CODE" else formula(token[1:-1], glyphs)


def formula(text: str, glyphs: Glyphs) -> Formula:
    """A formula as a tree. Raises LarkError for what is none."""
    found: Formula = _Trees(glyphs).transform(_formulas().parse(text))
    return found


@cache
def _whole() -> Lark:
    return Lark(PIECES, start="note", parser="lalr")


@cache
def _formulas() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), start="relation", parser="lalr")


class _Trees(Transformer[Token, Any]):
    """Builds the formula of a parse tree from its leaves up."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    def relation(self, parts: list[Any]) -> Formula:
        shown = [Sign(SIGNS.get(one, str(one))) if isinstance(one, Token) else one
                 for one in parts]
        return Row(tuple(shown)) if len(shown) > 1 else shown[0]

    def sum(self, parts: list[Any]) -> Formula:
        first, *others = parts
        signs = ["" if first is None else str(first), *map(str, others[1::2])]
        terms = tuple(zip(signs, others[::2], strict=True))
        return terms[0][1] if signs == [""] else Sum(terms)

    def product(self, parts: list[Formula]) -> Formula:
        return side_by_side(parts, DOT if all(map(_is_numeric, parts)) else TIMES)

    def fraction(self, parts: list[Formula]) -> Formula:
        above, below = (one.inside if isinstance(one, Parens) else one for one in parts)
        small = isinstance(above, Number | Symbol) and isinstance(below, Number | Symbol)
        return Fraction(above, below, small=small)

    def raised(self, parts: list[Any]) -> Formula:
        base, sign, above = parts
        if isinstance(base, Symbol) and isinstance(above, Symbol) and above.name == TRANSPOSED:
            return replace(base, transposed=True)
        inner = above.inside if isinstance(above, Parens) else above
        return Scripts(base, sup=inner if sign is None else Sum(((str(sign), inner),)))

    def number(self, parts: list[Token]) -> Formula:
        return Number(str(parts[0]))

    def name(self, parts: list[Any]) -> Formula:
        name, moment, prime = parts
        glyph = self.glyphs.get(str(name), Glyph.named(str(name)))
        primed = glyph if prime is None else replace(glyph, sup=(*glyph.sup, PRIME))
        step = "" if moment is None else moment[1:-1].replace(" ", "")
        return Symbol(primed, step, str(name))

    def call(self, parts: list[Any]) -> Formula:
        name, *arguments = parts
        if name in AROUND:
            return AROUND[name](arguments[0])
        glyph = (ACTIVATIONS[name].glyph if name in ACTIVATIONS else
                 Glyph.named(name) if len(name) == 1 else Glyph.upright(str(name)))
        return Call(Function(glyph), Parens(side_by_side(arguments, APART)))

    def group(self, parts: list[Formula]) -> Formula:
        return Parens(parts[0])

    def interval(self, parts: list[Formula]) -> Formula:
        return Row((Sign("["), side_by_side(parts, APART), Sign("]")))


def _is_numeric(part: Formula) -> bool:
    """True for a number or a power of one, which would run together side by side."""
    return isinstance(part.base if isinstance(part, Scripts) else part, Number)


def spelled(note: str, glyphs: Glyphs, text: Made[One], typed: Made[One],
            shown: Callable[[Formula], One]) -> list[One]:
    """The pieces of a note, each made by the function for its kind."""
    return [text(one) if isinstance(one, str) else
            typed(one.text) if isinstance(one, Typed) else shown(one)
            for one in pieces(note, glyphs)]

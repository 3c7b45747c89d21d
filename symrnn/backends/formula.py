"""A formula as readers know it, in no language: what LaTeX, MathML and Typst spell.

The printer of documents decides once how an equation reads and builds this tree, and a
:class:`~symrnn.backends.spelling.Spelling` turns it into text. The nodes know how tall and
how wide they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from symrnn.program import Face, Glyph, Letter

TIMES, APART, HADAMARD, DOT = "\u2062", ", ", "⊙", "·"  # signs; the first one is not seen
TRANSPOSED = Glyph.marks("⊤")
SIGN_WIDTH = {TIMES: 2}


@dataclass(frozen=True)
class Formula:
    """A part of a formula. ``width`` is about how many characters wide it is in print."""

    @property
    def children(self) -> tuple[Formula, ...]:
        """The parts that it is made of."""
        return ()

    @property
    def tall(self) -> bool:
        """True where parentheses around it must grow."""
        return any(one.tall for one in self.children)

    @cached_property
    def width(self) -> float:
        """The characters of its parts, scripts two thirds as wide."""
        return sum(one.width for one in self.children)


@dataclass(frozen=True)
class Row(Formula):
    """Parts side by side."""

    parts: tuple[Formula, ...]

    @property
    def children(self) -> tuple[Formula, ...]:
        return self.parts


@dataclass(frozen=True)
class Symbol(Formula):
    """A symbol, the running index if it has one, and the name that a program has for it."""

    glyph: Glyph
    time: str = ""
    name: str = ""
    transposed: bool = False

    @cached_property
    def drawn(self) -> Glyph:
        """The glyph as it stands, its step below; a transpose joins what stands above."""
        glyph = self.glyph.standing(self.time)
        return replace(glyph, sup=(*glyph.sup, TRANSPOSED)) if self.transposed else glyph

    @cached_property
    def width(self) -> float:
        return _glyph_width(self.drawn)


@dataclass(frozen=True)
class Number(Formula):
    """A whole number that is not negative, or a constant in decimal places."""

    text: str

    @cached_property
    def width(self) -> float:
        return len(self.text)


@dataclass(frozen=True)
class Sign(Formula):
    """One sign, as its character in Unicode."""

    text: str

    @cached_property
    def width(self) -> float:
        return SIGN_WIDTH.get(self.text, 1)


@dataclass(frozen=True)
class Text(Formula):
    """Words."""

    text: str

    @cached_property
    def width(self) -> float:
        return len(self.text)


@dataclass(frozen=True)
class Sum(Formula):
    """Terms, each with its sign: ``+``, ``-``, or empty in front of the first."""

    terms: tuple[tuple[str, Formula], ...]

    @property
    def children(self) -> tuple[Formula, ...]:
        return tuple(one for _, one in self.terms)

    @cached_property
    def width(self) -> float:
        return sum(len(sign) + one.width for sign, one in self.terms)


@dataclass(frozen=True)
class Function(Formula):
    """The name of a function."""

    glyph: Glyph

    @cached_property
    def width(self) -> float:
        return _glyph_width(self.glyph)


@dataclass(frozen=True)
class Call(Formula):
    """A function, with its power and its parameters, and its argument in parentheses."""

    function: Formula
    argument: Formula

    @property
    def children(self) -> tuple[Formula, ...]:
        return self.function, self.argument


@dataclass(frozen=True)
class Scripts(Formula):
    """A part with something below it, above it, or both."""

    base: Formula
    sub: Formula | None = None
    sup: Formula | None = None

    @property
    def children(self) -> tuple[Formula, ...]:
        return tuple(one for one in (self.base, self.sub, self.sup) if one is not None)

    @cached_property
    def width(self) -> float:
        scripts = (one.width for one in (self.sub, self.sup) if one is not None)
        return self.base.width + max(scripts, default=0) * 2 / 3


@dataclass(frozen=True)
class Fraction(Formula):
    """A quotient; a small one, of two numbers, stands in the line."""

    above: Formula
    below: Formula
    small: bool = False

    @property
    def children(self) -> tuple[Formula, ...]:
        return self.above, self.below

    @property
    def tall(self) -> bool:
        return not self.small or super().tall


@dataclass(frozen=True)
class Partial(Formula):
    """The derivative of one symbol by another, and the name that a program has for it, if any."""

    of: Formula
    by: Formula
    name: str = ""

    @property
    def children(self) -> tuple[Formula, ...]:
        return self.of, self.by

    @property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class Root(Formula):
    """A square root."""

    inside: Formula

    @property
    def children(self) -> tuple[Formula, ...]:
        return (self.inside,)


@dataclass(frozen=True)
class Parens(Formula):
    """Parentheses."""

    inside: Formula

    @property
    def children(self) -> tuple[Formula, ...]:
        return (self.inside,)

    @cached_property
    def width(self) -> float:
        return self.inside.width + 2


@dataclass(frozen=True)
class Bars(Formula):
    """A magnitude."""

    inside: Formula

    @property
    def children(self) -> tuple[Formula, ...]:
        return (self.inside,)

    @cached_property
    def width(self) -> float:
        return self.inside.width + 2


@dataclass(frozen=True)
class Big(Formula):
    """``sum`` or ``max``, and what it runs over."""

    name: str
    indices: Formula

    @cached_property
    def width(self) -> float:
        return 1 + self.indices.width * 2 / 3


@dataclass(frozen=True)
class Cases(Formula):
    """Values with their conditions, and the value where none of them holds."""

    rows: tuple[tuple[Formula, Formula], ...]
    otherwise: Formula

    @property
    def children(self) -> tuple[Formula, ...]:
        return (*(part for row in self.rows for part in row), self.otherwise)

    @property
    def tall(self) -> bool:
        return True

    @cached_property
    def width(self) -> float:
        """That of the longest row, and the words and the brace."""
        rows = (value.width + condition.width for value, condition in self.rows)
        return max(*rows, self.otherwise.width) + 8


def side_by_side(parts: Iterator[Formula] | list[Formula], sign: str) -> Formula:
    """Parts with a sign between each two."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    return Row(tuple(one for part in found for one in (Sign(sign), part))[1:])


def closed(parts: list[Formula]) -> list[Formula]:
    """Parts of which others follow; behind cases, whose brace stands only in front, a parenthesis.

    Without it what follows would read as part of the last case.
    """
    return [*(Parens(one) if _ends_in_cases(one) else one for one in parts[:-1]), *parts[-1:]]


def _ends_in_cases(formula: Formula) -> bool:
    last = formula.children[-1] if isinstance(formula, Row) else formula
    return isinstance(last, Cases)


def _glyph_width(glyph: Glyph) -> float:
    above, below = (sum(map(_glyph_width, part)) + len(part) - 1 if part else 0
                    for part in (glyph.sup, glyph.sub))
    return sum(map(_letter_width, glyph.letters)) + max(above, below) * 2 / 3


def _letter_width(letter: Letter) -> float:
    return len(letter.text) if letter.face is Face.WORD else 1

r"""How a variable is written: letters, subscripts, superscripts, accents and time index.

A glyph knows no language and no expression. It holds what LaTeX, MathML, Typst and the terminal
spell, each in its own way, and what derivation and composition can change: a bar for the
adjoint, a dot for the tangent, a layer in the superscript, a shift in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma "
    "tau phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split()
)
ARROWS = {"overrightarrow": "→", "overleftarrow": "←"}

class Face(Enum):
    """What a piece of a symbol is. Names of Greek letters are given in English: ``alpha``."""

    LETTER = "letter"
    GREEK = "Greek letter"
    WORD = "upright word"
    NUMBER = "number"
    SIGN = "sign"


class Style(Enum):
    """The alphabet of a letter."""

    PLAIN = "plain"
    BOLD = "bold"
    SCRIPT = "calligraphic"


@dataclass(frozen=True)
class Letter:
    """A letter, a Greek letter's name, a word, a digit or a sign, under its accents.

    ``accents`` are names such as ``tilde``, from inside to outside.
    """

    text: str
    face: Face = Face.LETTER
    accents: tuple[str, ...] = ()
    style: Style = Style.PLAIN

    @classmethod
    def named(cls, word: str) -> Letter:
        """One letter or one Greek name as mathematics; a longer word upright."""
        if word in GREEK:
            return cls(word, Face.GREEK)
        if len(word) > 1:
            return cls(word, Face.WORD)
        return cls.mark(word)

    @property
    def long(self) -> bool:
        """True for a word, over all of which its bar goes."""
        return self.face is Face.WORD and len(self.text) > 1

    @classmethod
    def mark(cls, character: str) -> Letter:
        """One character as it is: a letter, a digit, or else a sign."""
        if character.isalpha():
            return cls(character)
        return cls(character, Face.NUMBER if character.isdigit() else Face.SIGN)


@dataclass(frozen=True)
class Glyph:
    """One symbol of a formula.

    ``shift`` is the offset from the current step (``h_{t-1}`` has -1), ``index`` a fixed
    step such as ``"0"`` or ``"T"``, ``accents`` names of accents from inside to outside.
    """

    letters: tuple[Letter, ...]
    sub: tuple[Glyph, ...] = ()
    sup: tuple[Glyph, ...] = ()
    accents: tuple[str, ...] = ()
    shift: int = 0
    index: str = ""

    @classmethod
    def named(cls, name: str) -> Glyph:
        """The glyph that a name suggests: ``W_i`` is W with subscript i."""
        letter, *sub = name.split("_")
        return cls((Letter.named(letter),),
                   tuple(cls((Letter.named(part),)) for part in sub if part))

    @classmethod
    def upright(cls, word: str) -> Glyph:
        """A word as it stands, even one of a single letter."""
        return cls((Letter(word, Face.WORD),))

    @classmethod
    def marks(cls, text: str) -> Glyph:
        """Characters side by side: ``(1)``, ``t-1``."""
        return cls(tuple(map(Letter.mark, text)))

    @classmethod
    def juxtaposed(cls, factors: Iterable[Glyph]) -> Glyph:
        """The glyph of a product: the letters of its factors side by side."""
        return cls(tuple(letter for one in factors for letter in one.letters))

    @property
    def long(self) -> bool:
        """True for more than one letter."""
        return len(self.letters) > 1 or any(one.long for one in self.letters)

    @property
    def bare(self) -> Glyph:
        """The letters alone."""
        return Glyph(self.letters)

    def standing(self, time: str = "") -> Glyph:
        """The symbol as it is printed; ``time`` is the running index, empty where there is none.

        The step joins the subscripts. An arrow goes into the superscript: over the letter it
        would meet the adjoint's bar.
        """
        step = self.index or (shifted(time, self.shift) if time else "")
        arrows = tuple(Glyph.marks(ARROWS[one]) for one in self.accents if one in ARROWS)
        return Glyph(self.letters, (*self.sub, *([Glyph.marks(step)] if step else [])),
                     (*arrows, *self.sup), tuple(one for one in self.accents if one not in ARROWS))

    def delayed(self, step: int) -> Glyph:
        """The glyph of the same symbol ``step`` steps earlier."""
        return replace(self, shift=self.shift - step)

    def at(self, index: str) -> Glyph:
        """The glyph of the symbol at one fixed step."""
        return replace(self, index=index, shift=0)


def shifted(time: str, shift: int) -> str:
    """``t``, ``t-1`` or ``t+1``."""
    return time if shift == 0 else f"{time}{shift:+d}"

r"""How a variable is written: letter, subscripts, superscripts, accents and time index.

A glyph knows no LaTeX document and no expression; it renders one symbol, such as
``\bar{z}_{i,t}``, from parts that derivation and composition can change: a bar for
the adjoint, a dot for the tangent, a layer in the superscript, a shift in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from symrnn.program.naming import printable

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma "
    "tau phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split()
)
DOTLESS = {"i": r"\imath", "j": r"\jmath"}
ARROWS = {r"\overrightarrow": r"\rightarrow", r"\overleftarrow": r"\leftarrow"}
_ESCAPES = {"_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
            "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


def escape_latex(text: str) -> str:
    """Plain text made safe for a LaTeX document."""
    return "".join(_ESCAPES.get(character, character) for character in printable(text))


def letter_latex(word: str) -> str:
    """One letter or one Greek name as mathematics; a longer word upright."""
    if word in GREEK:
        return "\\" + word
    return word if len(word) == 1 else rf"\mathrm{{{escape_latex(word)}}}"


@dataclass(frozen=True)
class Glyph:
    """One symbol of a formula.

    ``shift`` is the offset from the current step (``h_{t-1}`` has -1), ``index`` a fixed
    step such as ``"0"`` or ``"T"``, ``accents`` LaTeX commands from inside to outside.
    """

    letter: str
    sub: tuple[str, ...] = ()
    sup: tuple[str, ...] = ()
    accents: tuple[str, ...] = ()
    shift: int = 0
    index: str = ""

    @classmethod
    def juxtaposed(cls, letters: Iterable[str]) -> Glyph:
        r"""The glyph of a product, ``\beta h``: a command ends before the letter behind it."""
        *earlier, last = letters
        return cls("".join(f"{one} " if one[-1].isalpha() and "\\" in one else one
                           for one in earlier) + last)

    @classmethod
    def named(cls, name: str) -> Glyph:
        """The glyph that a name suggests: ``W_i`` is W with subscript i."""
        letter, *sub = name.split("_")
        return cls(letter_latex(letter), tuple(letter_latex(part) for part in sub if part))

    def latex(self, time: str = "") -> str:
        """LaTeX of the symbol; ``time`` is the running index, empty where there is none."""
        drawn = self.drawn
        step = self.index or (shifted(time, self.shift) if time else "")
        sub = ",".join((*drawn.sub, *([step] if step else [])))
        sup = ",".join(drawn.sup)
        return drawn.letter + (f"^{{{sup}}}" if sup else "") + (f"_{{{sub}}}" if sub else "")

    @cached_property
    def drawn(self) -> Glyph:
        """The same symbol with its accents drawn into the letter.

        An arrow goes into the superscript: over the letter it would meet the adjoint's bar.
        """
        arrows = tuple(ARROWS[one] for one in self.accents if one in ARROWS)
        marks = [one for one in self.accents if one not in ARROWS]
        letter = DOTLESS.get(self.letter, self.letter) if marks else self.letter
        for mark in marks:
            letter = rf"{mark}{{{letter}}}"
        return replace(self, letter=letter, accents=(), sup=(*arrows, *self.sup))

    def delayed(self, step: int) -> Glyph:
        """The glyph of the same symbol ``step`` steps earlier."""
        return replace(self, shift=self.shift - step)

    def at(self, index: str) -> Glyph:
        """The glyph of the symbol at one fixed step."""
        return replace(self, index=index, shift=0)


def shifted(time: str, shift: int) -> str:
    """``t``, ``t-1`` or ``t+1``."""
    return time if shift == 0 else f"{time}{shift:+d}"

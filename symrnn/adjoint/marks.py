"""The marks that derivation puts on names: bars and dots, and others when applied again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.program import Glyph, Program


@dataclass(frozen=True)
class Mark:
    """A suffix for names, an accent for glyphs and a letter for what comes from outside."""

    suffix: str
    accent: str
    given: str = "Delta"

    def name(self, name: str) -> str:
        """The marked name: ``z_i_bar``."""
        return f"{name}_{self.suffix}"

    def glyph(self, glyph: Glyph) -> Glyph:
        """The accented glyph, in time where the symbol was."""
        return replace(glyph, accents=(*glyph.accents, self.accent))

    def sent_back(self, glyph: Glyph) -> Glyph:
        """The accented glyph of a cotangent; of a delayed symbol, what this step sends back."""
        sup = (*glyph.sup, "-") if glyph.shift else glyph.sup
        return replace(self.glyph(glyph), sup=sup, shift=0)


BARS = (Mark("bar", r"\bar"), Mark("tilde", r"\tilde", "Gamma"), Mark("check", r"\check", "Theta"))
DOTS = (Mark("dot", r"\dot"), Mark("ddot", r"\ddot"), Mark("dddot", r"\dddot"))


def unused(program: Program, marks: tuple[Mark, ...]) -> Mark:
    """The first mark that no name of the program carries yet. Raises ValueError if none is left."""
    for mark in marks:
        if not any(one.name.endswith(f"_{mark.suffix}") for one in program.variables):
            return mark
    raise ValueError(f"{program.name} has been differentiated {len(marks)} times already")

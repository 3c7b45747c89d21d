"""The marks that derivation puts on names: bars and dots, and others when applied again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from symrnn.program import Glyph, Program, free_name


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
        sup = (*glyph.sup, Glyph.marks("-" * abs(glyph.shift))) if glyph.shift else glyph.sup
        return replace(self.glyph(glyph), sup=sup, shift=0)


BARS = (Mark("bar", "bar"), Mark("tilde", "tilde", "Gamma"), Mark("check", "check", "Theta"))
DOTS = (Mark("dot", "dot"), Mark("ddot", "ddot"), Mark("dddot", "dddot"))


class Marked:
    """The names that one derivation gives: free in the program, the same every time."""

    def __init__(self, program: Program, marks: tuple[Mark, ...]) -> None:
        self.mark = unused(program, marks)
        self._taken = {one.name for one in program.variables}
        self._names: dict[Hashable, str] = {}
        for one in program.variables:
            self.name(one.name)

    def name(self, of: str) -> str:
        """The marked name of a variable: ``z_i_bar``."""
        return self.beside(of, self.mark.name(of))

    def beside(self, key: Hashable, wish: str) -> str:
        """The name of something else, which a key tells apart from all others."""
        if key not in self._names:
            self._names[key] = free_name(self._taken, wish)
            self._taken.add(self._names[key])
        return self._names[key]


def unused(program: Program, marks: tuple[Mark, ...]) -> Mark:
    """The first mark that no symbol of the program carries. Raises ValueError if none is left."""
    for mark in marks:
        if not any(mark.accent in one.glyph.accents for one in program.variables):
            return mark
    raise ValueError(f"{program.name} has been differentiated {len(marks)} times already")

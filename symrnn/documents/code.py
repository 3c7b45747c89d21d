"""The code of a network, each line with the equations that it computes."""

from __future__ import annotations

from symrnn.backends.base import Artefact, Listing
from symrnn.backends.lines import Row
from symrnn.documents.equations import Equations
from symrnn.documents.page import Code, CodeLine
from symrnn.documents.rows import EquationRow
from symrnn.program import Equation
from symrnn.schedule import Plan
from symrnn.targets import PRINTED

SHOWN = {"numpy": ("forward", "backward"), "portable": ("step", "forward", "backward")}


def code(plan: Plan, name: str, forward: Equations, gradient: Equations) -> tuple[Code, ...]:
    """Every function that a reader may want to see beside the equations."""
    return tuple(
        _Lines(target.name, artefact, listing, forward, gradient).code()
        for target in PRINTED if target.name in SHOWN
        for artefact in target.files(plan, name)
        for listing in artefact.listings if listing.name in SHOWN[target.name])


class _Lines:
    """Ties the lines of one function to the rows of a page."""

    def __init__(self, language: str, artefact: Artefact, listing: Listing, forward: Equations,
                 gradient: Equations) -> None:
        self.language, self.artefact, self.listing = language, artefact, listing
        self.forward, self.gradient = forward, gradient
        self.known = set[str]()

    def code(self) -> Code:
        """The function, line by line."""
        return Code(f"{self.language}-{self.listing.name}", self.language, self.listing.name,
                    self.artefact.filename, tuple(map(self._line, self.listing.rows)))

    def _line(self, row: Row) -> CodeLine:
        """A line; an equation begins where a line computes it for the first time."""
        found = dict.fromkeys(one for each in row.equations for one in self._rows(each))
        begins = tuple(one for one in found if one.anchor not in self.known)
        self.known |= {one.anchor for one in begins}
        return CodeLine(row.text, tuple(found), begins)

    def _rows(self, equation: Equation) -> tuple[EquationRow, ...]:
        """The rows of the adjoint, or else of the network: values that are computed again."""
        return self.gradient.of(equation) or self.forward.of(equation)

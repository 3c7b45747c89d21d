"""The code of a network, each line with the equations that it computes."""

from __future__ import annotations

from symrnn.backends.base import Artefact, Listing
from symrnn.documents.equations import Equations
from symrnn.documents.page import Code, CodeLine, EquationRow
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
        self.anchor = f"{language}-{listing.name}"
        self.found: dict[str, EquationRow] = {}

    def code(self) -> Code:
        """The function, line by line."""
        lines, before = [], tuple[str, ...]()
        for row in self.listing.rows:
            rows = [found for one in row.equations for found in self._rows(one)]
            anchors = tuple(dict.fromkeys(one.anchor for one in rows))
            lines.append(CodeLine(row.text, anchors, self._begin(rows, anchors, before)))
            before = anchors
        return Code(self.anchor, self.language, self.listing.name, self.artefact.filename,
                    tuple(lines), tuple(self.found.values()))

    def _rows(self, equation: Equation) -> tuple[EquationRow, ...]:
        """The rows of the adjoint, or else of the network: values that are computed again."""
        return self.gradient.of(equation) or self.forward.of(equation)

    def _begin(self, rows: list[EquationRow], anchors: tuple[str, ...],
               before: tuple[str, ...]) -> str:
        """The anchor of the first line of an equation; a later place of it has none."""
        new = [one for one in rows if one.anchor not in self.found]
        self.found |= {one.anchor: one for one in new}
        return f"{self.anchor}-{new[0].anchor}" if new and anchors != before else ""

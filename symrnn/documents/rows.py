"""A numbered equation of a page, as data."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula


@dataclass(frozen=True, eq=False)
class EquationRow:
    """A numbered equation; ``reads`` are the anchors of the symbols in it, its own first."""

    anchor: str
    label: str
    formula: Shown
    shape: tuple[Formula, ...]
    reads: tuple[str, ...]

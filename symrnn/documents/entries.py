"""The list of all networks as data: a row for each."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.formula import Formula
from symrnn.recurrences import Kind

TOLD = frozenset(("linear", *(one.value for one in Kind)))  # tags that a column tells


@dataclass(frozen=True)
class Amount:
    """A count as a formula of sizes, and what it is where every size is the same."""

    formula: Formula
    number: int


@dataclass(frozen=True)
class Entry:
    """A network in the list of all."""

    name: str
    title: str
    year: str
    summary: str
    states: int
    gates: tuple[Formula, ...]
    equations: int
    parameters: Amount
    products: Amount  # multiplications that are added up, for one step of one sample
    recurrence: str  # its kind, empty where nothing is remembered
    tags: tuple[str, ...]

    @property
    def chips(self) -> tuple[str, ...]:
        """The tags that say more than the kind of the recurrence, which has a column."""
        return tuple(one for one in self.tags if one not in TOLD)

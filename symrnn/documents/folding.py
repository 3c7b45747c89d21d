"""Equations of a page in rows of those that stand open and those that are folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from symrnn.documents.paper import span
from symrnn.documents.rows import EquationRow


@dataclass(frozen=True)
class Run:
    """What a template shows of equations in a row, and their numbers where they are folded."""

    shown: tuple[Any, ...]
    folded: str


def runs(rows: Sequence[EquationRow], shown: Sequence[Any], folded: Collection[str]
         ) -> Iterator[Run]:
    """The rows in order; those whose anchors are ``folded`` are apart from the others."""
    pairs = zip(rows, shown, strict=True)
    for copied, group in groupby(pairs, lambda one: one[0].anchor in folded):
        own = list(group)
        numbers = span(own[0][0].label, own[-1][0].label) if copied else ""
        yield Run(tuple(one for _, one in own), numbers)

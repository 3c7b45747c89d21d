"""The formats of pages: one row for each writer. To add one: a class like ``Html``, and a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from symrnn.documents.html import Html
from symrnn.documents.page import Entry, Page
from symrnn.program import UnknownName, quoted


class Writer(Protocol):
    """What makes files of pages, in some languages."""

    def page(self, data: Page) -> dict[str, str]:
        """The files of one network."""
        ...

    def index(self, entries: tuple[Entry, ...]) -> dict[str, str]:
        """The list of all networks."""
        ...

    def guide(self, pages: Collection[str]) -> dict[str, str]:
        """The guide, where every network that it names has one of these pages."""
        ...

    def assets(self) -> dict[str, str]:
        """What all pages share."""
        ...


WRITERS: Mapping[str, Callable[[Sequence[str]], Writer]] = {"html": Html}


def writer(name: str, languages: Sequence[str]) -> Writer:
    """The writer of a format. Raises UnknownName for a format or language that there is none of."""
    if name not in WRITERS:
        raise UnknownName(f"there are no pages as {quoted(name)}; there are {', '.join(WRITERS)}")
    return WRITERS[name](languages)

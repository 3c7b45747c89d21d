"""The formats of pages: one row for each writer. To add one: a class like ``Html``, and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from symrnn.documents.html import Html
from symrnn.documents.latex import Latex
from symrnn.documents.entries import Entry
from symrnn.documents.page import Page
from symrnn.documents.reference.commands import CommandLine
from symrnn.documents.typst import Typst
from symrnn.program import UnknownName, quoted


class Writer(Protocol):
    """What makes files of pages, in some languages."""

    def page(self, data: Page) -> Mapping[str, str | bytes]:
        """The files of one network."""
        ...

    def index(self, entries: tuple[Entry, ...],
              commands: CommandLine | None = None) -> Mapping[str, str | bytes]:
        """The list of all networks; where commands are given, the reference of a whole site."""
        ...

    def assets(self) -> Mapping[str, str | bytes]:
        """What all pages share."""
        ...


LINKED = frozenset(("html",))  # whose pages lead to one another, so they name those alone
WRITERS: Mapping[str, Callable[[Sequence[str]], Writer]] = {
    "html": Html, "pdf": Typst, "latex": Latex}


def writer(name: str, languages: Sequence[str]) -> Writer:
    """The writer of a format. Raises UnknownName for a format or language that there is none of."""
    if name not in WRITERS:
        raise UnknownName(f"there are no pages as {quoted(name)}; there are {', '.join(WRITERS)}")
    return WRITERS[name](languages)

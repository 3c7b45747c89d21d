"""What the author of a cell wrote on its page, in English, and whether it can be read elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symrnn.documents.page import Page
from symrnn.documents.texts import catalogue


def written(page: Page) -> Iterator[str]:
    """Every text of a page that stands in English in a cell, a convention or a picture."""
    head, table = page.head, page.symbols
    yield from (head.title, head.purpose.summary, *head.notes)
    yield from (one.meaning for one in (*table.given, *table.bound, *table.parameters))
    yield from (one.meaning for one in table.sizes)
    yield from (one.told for one in page.lessons)
    yield from (one.title for one in page.layers)
    for one in page.pictures:
        yield from (one.title, one.description)


def in_every_language(page: Page, languages: Iterable[str]) -> None:
    """Hold the page of a built-in cell against some languages.

    Raises MissingText where one lacks what the author wrote. A cell of a user's own speaks as its
    author does.
    """
    if page.head.built_in:
        for code in languages:
            catalogue(code).demand(written(page), page.head.name)

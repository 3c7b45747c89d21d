"""The guide as HTML, in every language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.diagrams.svg import drawing
from symrnn.documents import numbers
from symrnn.documents.assets import FOLDER
from symrnn.documents.guide import Block, Guide, Reader, Written
from symrnn.documents.notation import Language, Notation, Words
from symrnn.documents.worked import Matrix
from symrnn.rendering import Markup, page

NAME = "guide.html"


@dataclass(frozen=True)
class BlockView:
    """What the template of a block sees."""

    data: Block
    words: Words
    math: Notation
    pictures: tuple[Markup, ...]
    numbers: Any = numbers


@dataclass(frozen=True)
class GuideView:
    """What the template of the guide sees."""

    data: Written
    words: Words
    languages: Sequence[Language]
    body: Markup


def guide_pages(words: Sequence[Words],
                languages: Sequence[Language]) -> tuple[frozenset[str], dict[str, str]]:
    """The networks that the guide links to, and its files in some languages.

    Raises MissingReference where a guide asks for what there is not.
    """
    guide, math, found = Guide(), Notation(), {}
    for one in words:
        written = _reader(guide, one, math).read(one.code)
        others = [other for other in languages if other.code != one.code]
        found[f"{one.code}/{NAME}"] = page(
            f"{FOLDER}/guide.html.j2", GuideView(written, one, others, Markup(written.body)))
    return frozenset(guide.known), found


def _reader(guide: Guide, words: Words, math: Notation) -> Reader:
    def block(asked: Block) -> str:
        pictures = tuple(Markup(drawing(words.titled(one))) for one in asked.pictures)
        return page(f"{FOLDER}/block.html.j2", BlockView(asked, words, math, pictures))

    return Reader(guide, math, _number, block)


def _number(value: Matrix) -> str:
    """A number, or a vector in parentheses."""
    entries = [numbers.short(one) for row in value for one in row]
    shown = entries[0] if len(entries) == 1 else f"({', '.join(entries)})"
    return f'<span class="value">{shown}</span>'

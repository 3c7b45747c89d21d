"""Recipes: parts of Markdown files of the repository, by their headings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from symrnn.documents.reference.source import ROOT, Undocumented

FOLDER = Path(__file__).parent
WHICH = FOLDER / "recipes.toml"


@dataclass(frozen=True)
class Recipe:
    """A part of a file, up to the next heading: its title, and what stands under it."""

    anchor: str
    title: str
    body: tuple[Token, ...]


def recipes(page: str, markdown: MarkdownIt) -> tuple[Recipe, ...]:
    """The recipes of a page. Raises Undocumented for a heading that its file lacks."""
    data = tomllib.loads(WHICH.read_text(encoding="utf-8"))
    return tuple(one for each in data[page]
                 for one in _chosen(each["source"], each["headings"], markdown))


def sources(addresses: Mapping[str, str]) -> dict[str, str]:
    """The pages that stand for Markdown files, by the names of these."""
    data = tomllib.loads(WHICH.read_text(encoding="utf-8"))
    return {each["source"]: addresses[page] for page, parts in data.items() for each in parts}


def text(source: str) -> str:
    """A file of the repository: inside the installed package, or beside it in a checkout."""
    inside = FOLDER / source
    return (inside if inside.is_file() else ROOT / source).read_text(encoding="utf-8")


def _chosen(source: str, headings: Sequence[str], markdown: MarkdownIt) -> Iterator[Recipe]:
    parts = dict(_parts(markdown.parse(text(source))))
    for title in headings:
        if title not in parts:
            raise Undocumented(f"{source} has no heading {title!r}; correct recipes.toml")
        anchor = "-".join(word for word in "".join(
            one if one.isalnum() else " " for one in title.lower()).split())
        yield Recipe(anchor, title, parts[title])


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """What stands under each heading, up to the next."""
    starts = [place for place, one in enumerate(tokens) if one.type == "heading_open"]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start + 1].content, tuple(tokens[start + 3:end])

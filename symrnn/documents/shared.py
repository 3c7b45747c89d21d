"""What the pages of a network share in all languages, as one script: code, and given numbers.

A page that is opened as a file may load a script, but no data. Code stands in it as it is, so
that a reader without scripts can read the file itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.documents.highlight import alike
from symrnn.documents.page import Code, Page
from symrnn.documents.rows import EquationRow
from symrnn.documents.vectors import given_of
from symrnn.rendering import render

FOLDER = "shared"  # of the files, and of the links to them
MARKED = str.maketrans({"\\": "\\\\", "`": "\\`", "$": "\\$"})  # what a template literal reads


@dataclass(frozen=True)
class Block:
    """Lines that compute the same equations, by their numbers; ``begins`` are new among them."""

    equations: str
    begins: str
    text: str


@dataclass(frozen=True)
class Listing:
    """A function, block by block."""

    anchor: str
    language: str
    filename: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Shared:
    """What the template sees: listings, and data as text."""

    name: str
    listings: tuple[Listing, ...]
    given: tuple[str, ...]
    curves: tuple[str, ...]
    looks: tuple[str, ...]  # of the symbols of a row, behind its name


def shared(page: Page, looks: Mapping[str, str]) -> dict[str, str]:
    """The file of a network; ``looks`` are the names of rows of symbols by what is printed."""
    of_row = defaultdict[str, list[str]](list)
    for look, row in looks.items():
        of_row[row].append(look)
    scripts = (page.example.script, *(one.script for one in page.lessons))
    content = Shared(page.head.name, tuple(map(_listing, page.code)),
                     tuple(given_of(one.vector) for one in scripts),
                     tuple(one.data for one in page.flow.curves),
                     tuple(json.dumps([row, *own], ensure_ascii=False)
                           for row, own in of_row.items()))
    return {f"{FOLDER}/{page.head.name}.js": render("docs/shared.js.j2", content)}


def _listing(code: Code) -> Listing:
    return Listing(code.anchor, code.language, code.filename,
                   tuple(_block(code, places) for places in alike(code.lines)))


def _block(code: Code, places: range) -> Block:
    first = code.lines[places.start]
    text = "\n".join(code.lines[place].text for place in places)
    return Block(_labels(first.equations), _labels(first.begins), text.translate(MARKED))


def _labels(rows: tuple[EquationRow, ...]) -> str:
    return " ".join(one.label for one in rows)

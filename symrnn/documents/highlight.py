"""Code as a page shows it: blocks of lines that compute the same, coloured by a lexer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, String, _TokenType

from symrnn.documents.page import Code, CodeLine
from symrnn.documents.rows import EquationRow
from symrnn.rendering import Markup

LEXERS = {"numpy": "python", "portable": "c", "python": "python", "sh": "bash"}
KINDS = ((Comment, "c"), (Keyword, "k"), (String, "s"))
ELEMENTS = {"": Markup("{}"), "c": Markup("<i>{}</i>"), "k": Markup("<b>{}</b>"),
            "s": Markup("<u>{}</u>")}  # short names: pages have tens of thousands of them


@dataclass(frozen=True)
class Piece:
    """Text of one colour; ``kind`` is c, k or s: comment, keyword, string; empty for plain."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """Lines that compute the same equations, of which some begin here."""

    equations: tuple[EquationRow, ...]
    begins: tuple[EquationRow, ...]
    rows: tuple[tuple[Piece, ...], ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All lines as one text."""
        flat = [piece for row in self.rows for piece in (*row, Piece("", "\n"))]
        return tuple(_joined(flat[:-1]))


@dataclass(frozen=True)
class Highlighted:
    """A function in coloured blocks, each with what it computes."""

    code: Code
    blocks: tuple[Block, ...]


def blocks(code: Code) -> tuple[Block, ...]:
    """A function block by block."""
    coloured = highlighted(code.language, [one.text for one in code.lines])
    found = []
    for places in alike(code.lines):
        first = code.lines[places.start]
        rows = tuple(tuple(_joined(coloured[place])) for place in places)
        found.append(Block(first.equations, first.begins, rows))
    return tuple(found)


def alike(lines: Sequence[CodeLine]) -> Iterator[range]:
    """Ranges of lines that compute the same; where equations begin, a range does.

    An empty line stays with those above it.
    """
    start = 0
    for place, line in enumerate(lines):
        if place and line.text and (line.begins or line.equations != lines[place - 1].equations):
            yield range(start, place)
            start = place
    yield range(start, len(lines))


def highlighted(language: str, lines: Sequence[str]) -> list[list[Piece]]:
    """The pieces of every line."""
    lexer = get_lexer_by_name(LEXERS[language], stripnl=False)
    found: list[list[Piece]] = [[]]
    for token, text in lexer.get_tokens("\n".join(lines)):
        first, *others = text.split("\n")
        own = _kind(token)
        found[-1].append(Piece(own, first))
        found += [[Piece(own, part)] for part in others]
    return found[:len(lines)]


@cache
def _kind(token: _TokenType) -> str:
    return next((name for kind, name in KINDS if token in kind), "")


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces side by side of one colour are one; a colour does not matter to spaces."""
    found: list[Piece] = []
    for one in pieces:
        if found and (one.kind == found[-1].kind or one.text.isspace()):
            found[-1] = Piece(found[-1].kind, found[-1].text + one.text)
        elif one.text:
            found.append(one)
    return found


def coloured(pieces: Iterable[Piece]) -> Markup:
    """Code as HTML; quotes are safe between elements."""
    return Markup("").join(ELEMENTS[one.kind].format(Markup(escape(one.text, quote=False)))
                           for one in pieces)

"""Colours for code: every line as pieces of text with a class, by a library's lexers."""

from __future__ import annotations

from collections.abc import Sequence

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Number, String, _TokenType

Piece = tuple[str, str]  # a class, empty for plain text, and the text
LEXERS = {"numpy": "python", "portable": "c"}
CLASSES = ((Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "digits"),
           (Literal, "digits"))


def highlighted(language: str, lines: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of every line."""
    lexer = get_lexer_by_name(LEXERS[language], stripnl=False)
    found: list[list[Piece]] = [[]]
    for token, text in lexer.get_tokens("\n".join(lines)):
        first, *others = text.split("\n")
        own = _class(token)
        found[-1].append((own, first))
        found += [[(own, part)] for part in others]
    return tuple(tuple(_joined(one)) for one in found[:len(lines)])


def _class(token: _TokenType) -> str:
    return next((name for kind, name in CLASSES if token in kind), "")


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces side by side of one class are one."""
    found: list[Piece] = []
    for own, text in pieces:
        if found and found[-1][0] == own:
            found[-1] = (own, found[-1][1] + text)
        elif text:
            found.append((own, text))
    return found

"""References as a list prints them, from an author's BibTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from symrnn.backends.latex_math import escape_latex

GRAMMAR = Path(__file__).with_name("bibtex.lark")
# A field: letters under an accent, such as {\"u} and \c{c}, which stay LaTeX, and all else.
FIELD = r"""
field: (ACCENT | ESCAPED | BRACE | TEXT)*
ACCENT: /\\(["'`^~=.]|[cvuHk](?=\{))(\{\\?[A-Za-z]\}|\\?[A-Za-z])/
ESCAPED: /\\[&%#_$]/
BRACE: /[{}]/
TEXT: /[^\\{}]+/
"""
MOST, OTHERS = 8, "others"  # authors that are named, and the name of all that are not
STOPS = "?!"  # behind which no full stop stands
VENUES = ("journal", "booktitle", "institution")


@dataclass(frozen=True)
class Reference:
    """An entry by its fields, as the author typed them."""

    key: str
    fields: Mapping[str, str]


def references(bibtex: str) -> tuple[Reference, ...]:
    """The entries of a text; none where it cannot be read."""
    try:
        entries = _grammar().parse(bibtex).children
    except LarkError:
        return ()
    return tuple(_entry(one) for one in entries if isinstance(one, Tree))


def _entry(entry: Tree[Token]) -> Reference:
    _, key, *_ = entry.scan_values(lambda one: isinstance(one, Token))
    found = {}
    for one in entry.find_data("field"):
        name, value = one.scan_values(lambda one: isinstance(one, Token))
        found[str(name).lower()] = str(value) if value.type == "WORD" else str(value[1:-1])
    return Reference(str(key), found)


def reference_latex(one: Reference) -> str:
    r"""An entry in LaTeX: authors, title, where it stands, year."""
    fields = {name: " ".join(value.split()) for name, value in one.fields.items()}
    parts = [_authors(fields.get("author", "")), _text(fields.get("title", ""))]
    parts += [", ".join(_where(fields))]
    return " ".join(f"{part.rstrip('.')}." if part[-1] not in STOPS else part
                    for part in parts if part)


def _authors(names: str) -> str:
    people = [_person(one) for one in names.split(" and ")] if names else []
    named = [one for one in people if one != OTHERS][:MOST]
    if len(named) < len(people):
        return f"{', '.join(named)} et al."
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def _person(name: str) -> str:
    """``Elman, Jeffrey L.`` the way round that one says it."""
    last, comma, first = name.partition(", ")
    return _text(f"{first} {last}" if comma else last)


def _where(fields: Mapping[str, str]) -> Iterator[str]:
    for venue in VENUES:
        if venue in fields:
            yield rf"\emph{{{_text(fields[venue])}}}{_issue(fields)}"
    if "pages" in fields:
        yield _text(fields["pages"])
    if "eprint" in fields:
        yield f"arXiv:{_text(fields['eprint'])}"
    if "year" in fields:
        yield _text(fields["year"])


def _issue(fields: Mapping[str, str]) -> str:
    number = f"({_text(fields['number'])})" if "number" in fields else ""
    return f" {_text(fields['volume']) if 'volume' in fields else ''}{number}".rstrip()


def _text(field: str) -> str:
    """A field made safe: its accents stay, braces that only keep capitals go."""
    try:
        found = _fields().parse(field).children
    except LarkError:
        return escape_latex(field)
    return "".join(_piece(one) for one in found if isinstance(one, Token))


def _piece(token: Token) -> str:
    if token.type == "ACCENT":
        return f"{{{token}}}"
    if token.type == "ESCAPED":
        return str(token)
    return "" if token.type == "BRACE" else escape_latex(token.replace("~", " "))


@cache
def _grammar() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), start="file", parser="lalr")


@cache
def _fields() -> Lark:
    return Lark(FIELD, start="field", parser="lalr")

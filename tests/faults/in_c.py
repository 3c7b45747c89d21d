"""Faults of C, and of templates, by their tokens: comments, text and marks stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.fault import Fault, numbered

TOKEN = re.compile(r"""
    (?P<skip>/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'
        |^\s*\#\s*(?:include|if|ifdef|ifndef|elif|else|endif|error|undef|pragma)\b[^\n]*)
  | (?P<mark><<.*?>>|<%.*?%>|<\#.*?\#>)
  | (?P<number>0[xX][0-9a-fA-F]+\w*|\d[\w.]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>\+=|-=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>?:;=&|^~!()\[\]{},.\\])
""", re.VERBOSE | re.DOTALL | re.MULTILINE)
HEAD = re.compile(r"^(?:\#define\s+(\w+)|[A-Za-z_<][^\n;=]*?\b(\w+)\((?!\())", re.MULTILINE)

PAIRS = {"wrong axis": (("rows", "columns"), ("row", "column"), ("units", "entries")),
         "wrong stride": (("across", "along"), ("stride", "edge_stride"), ("apart", "row"),
                          ("step", "row")),
         "wrong edge": (("first", "last"), ("low", "high"), ("start", "end"), ("own", "all"),
                        ("inner", "edge"), ("count", "units"), ("width", "vectors")),
         "wrong name": (("left", "right"), ("thread", "threads"), ("v", "w"), ("i", "lane"),
                        ("from", "to"), ("piece", "lane_of"), ("j", "k"))}
OPPOSITES = {one: (kind, other) for kind, pairs in PAIRS.items() for pair in pairs
             for one, other in (pair, pair[::-1])}
SIGNS = {"+": ("sign", "-"), "-": ("sign", "+"), "+=": ("missing accumulation", "="),
         "-=": ("sign", "+="), "<": ("comparison", "<="), "<=": ("comparison", "<"),
         ">": ("comparison", ">="), ">=": ("comparison", ">"), "==": ("comparison", "!="),
         "!=": ("comparison", "=="), "&&": ("branches", "||"), "||": ("branches", "&&"),
         "?": ("branches", "== 0 ?"), "%": ("wrong stride", "+")}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


def in_c(path: str, text: str) -> tuple[Fault, ...]:
    """All faults that a file of C or a template of one can have."""
    return tuple(numbered(_Reader(path, text).faults()))


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        marks = path.endswith(".j2")
        self.tokens = [_Token(one.lastgroup or "", one[0], one.start())
                       for one in TOKEN.finditer(text if marks else text.replace("<<", "\0\0"))]
        self.tokens = [one for one in self.tokens if one.kind != "skip"]
        self.heads = [(one.start(), one[1] or one[2]) for one in HEAD.finditer(text)]

    def faults(self) -> Iterator[Fault]:
        for place, one in enumerate(self.tokens):
            if one.kind == "sign":
                yield from self._of_sign(place, one)
            elif one.kind == "number":
                if one.text.isdigit() and int(one.text) <= 9:
                    yield self._fault(one, "off by one", str(int(one.text) + 1))
            elif one.kind == "name":
                yield from self._of_name(place, one)

    def _of_sign(self, place: int, one: _Token) -> Iterator[Fault]:
        before = self.tokens[place - 1]
        if one.text in ("+", "-") and before.text in ("(", ",", "=", "?", ":", "return", "["):
            if one.text == "-":
                yield self._fault(one, "sign", "")
        elif one.text in SIGNS:
            kind, after = SIGNS[one.text]
            yield self._fault(one, kind, after)
        elif one.text == ";" and (before.text in (")", "]") or before.kind == "name"):
            yield from self._dropped(place)

    def _dropped(self, place: int) -> Iterator[Fault]:
        """A statement that stands on lines of its own: an assignment or a call."""
        start = place - 1
        while self.tokens[start].text not in (";", "{", "}", "\\") and start > 0 \
                and self.tokens[start].kind != "mark":
            start -= 1
        words = self.tokens[start + 1:place]
        if not words or self.tokens[start].text == "\\":
            return
        first = words[0]
        plain = (first.kind == "name" or first.text == "*") and first.text not in (
            "return", "if", "for", "while", "else", "const", "typedef", "struct", "enum", "static",
            "extern", "break", "continue", "do", "ALWAYS", "MAYBE", "TILES")
        told = {one.text for one in words}
        if plain and len(words) > 1 and words[1].kind != "name" and told & {"=", "+=", "("}:
            whole = self.text[first.start:self.tokens[place].start]
            yield Fault(self.path, self._where(first.start), "dropped statement", first.start,
                        self.tokens[place].start, whole, "")

    def _of_name(self, place: int, one: _Token) -> Iterator[Fault]:
        following = self.tokens[place + 1].text if place + 1 < len(self.tokens) else ""
        if one.text == "BARRIER":
            yield self._fault(one, "missing barrier", "")
        if one.text == "min_size" and following == "(":
            yield from self._smaller(place, one)
        if one.text == "if" and following == "(" and (end := self._closing(place + 1)):
            inside = self.text[self.tokens[place + 1].start:end]
            yield Fault(self.path, self._where(one.start), "branches",
                        self.tokens[place + 1].start, end, inside, f"(!{inside})")
        if one.text in ("accumulate", "scale") and following in (",", ")", "&", "*", "?"):
            yield self._fault(one, "missing accumulation" if one.text == "accumulate"
                              else "dropped factor", "0" if one.text == "accumulate" else "1")
        if one.text in OPPOSITES:
            kind, other = OPPOSITES[one.text]
            if re.search(rf"\b{other}\b", self._function(one.start)):
                yield self._fault(one, kind, other)

    def _smaller(self, place: int, one: _Token) -> Iterator[Fault]:
        """``min_size(a, b)`` without the b: nothing ends at the edge."""
        depth, end = 0, self._closing(place + 1)
        for token in self.tokens[place + 1:]:
            depth += (token.text in "([") - (token.text in ")]")
            if token.text == "," and depth == 1 and end:
                first = self.text[self.tokens[place + 1].start + 1:token.start]
                yield Fault(self.path, self._where(one.start), "off the edge", one.start, end,
                            self.text[one.start:end], f"({first})")
                return

    def _closing(self, place: int) -> int:
        depth = 0
        for token in self.tokens[place:]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return token.start + 1
        return 0

    def _head(self, at: int) -> tuple[int, str]:
        return max((one for one in self.heads if one[0] <= at), default=(0, "file"))

    def _where(self, at: int) -> str:
        return self._head(at)[1]

    def _function(self, at: int) -> str:
        start = self._head(at)[0]
        return self.text[start:min((one for one, _ in self.heads if one > at),
                                   default=len(self.text))]

    def _fault(self, one: _Token, kind: str, after: str) -> Fault:
        return Fault(self.path, self._where(one.start), kind, one.start,
                     one.start + len(one.text), one.text, after)

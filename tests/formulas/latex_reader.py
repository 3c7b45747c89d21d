"""A reader of LaTeX: tokens as atoms of mathematics."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.formulas.mathematics import FUNCTIONS, HADAMARD, TIMES, Atom, Unclear

TOKEN = re.compile(r"\\[A-Za-z]+|\\[^A-Za-z]|\d+(?:\.\d+)?|[^\s\\]")
SIGNS = {r"\,": TIMES, r"\odot": HADAMARD, r"\cdot": "·", "+": "+", "-": "-", "=": "=", "<": "<",
         ">": ">", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", ",": ","}
NAMES = {r"\sigma": "σ", r"\Phi": "Φ", **{f"\\{one}": one for one in (
    "tanh", "exp", "log", "sin", "cos", "max", "min")}}
SKIPPED = frozenset((r"\quad", "&"))
OPENING = {"(": ")", r"\lvert": r"\rvert"}
Tokens = tuple[str, ...]


def tokens(text: str) -> Tokens:
    """The tokens of a text; an ampersand or a break of lines is one too."""
    found = TOKEN.findall(text)
    return tuple(one for one in found if one not in (r"\left", r"\right"))


def turned(key: Tokens) -> Tokens:
    """A symbol with the mark of a transpose in its superscript."""
    depth, marks = 0, dict[str, int]()
    for place, one in enumerate(key):
        depth += {"{": 1, "}": -1}.get(one, 0)
        if depth == 0 and one in "^_":
            marks[one] = place
    if "^" in marks:
        end = marks.get("_", len(key)) - 1
        return (*key[:end], ",", r"\top", *key[end:])
    end = marks.get("_", len(key))
    return (*key[:end], "^", "{", r"\top", "}", *key[end:])


class Reader:
    """Reads formulas whose symbols are known by what they look like."""

    def __init__(self, known: dict[Tokens, str]) -> None:
        self.known = {key: Atom("symbol", text) for key, text in known.items()}
        self.known |= {turned(key): Atom("symbol", text, transposed=True)
                       for key, text in known.items()}
        self.longest = max(map(len, self.known))

    def equation(self, text: str) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
        """Both sides of a printed equation."""
        self.tokens, self.at = tuple(one for one in tokens(text)), 0
        left = self.formula("=")
        return left, self.formula("")

    def formula(self, *ends: str) -> tuple[Atom, ...]:
        """Atoms up to a token that ends them, which is read too."""
        found: list[Atom] = []
        while (token := self.ahead()) not in ends:
            if token == "":
                raise Unclear(f"no {ends} in {' '.join(self.tokens)}")
            if token in SKIPPED:
                self.at += 1
            else:
                found.append(self.with_scripts(self.atom()))
        self.at += 1
        return tuple(found)

    def ahead(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def braced(self) -> tuple[Atom, ...]:
        assert self.next() == "{"
        return self.formula("}")

    def words(self) -> str:
        assert self.next() == "{"
        found = []
        while (token := self.next()) != "}":
            found.append({r"\,": "", r"\sigma": "σ"}.get(token, token))
        return "".join(found)

    def symbol(self) -> Atom | None:
        """The longest symbol that stands here."""
        for length in range(self.longest, 0, -1):
            found = self.known.get(self.tokens[self.at:self.at + length])
            if found is not None:
                self.at += length
                return found
        return None

    def atom(self) -> Atom:
        found = self.symbol()
        if found is not None:
            return found
        token = self.next()
        if token in SIGNS:
            return Atom("op", SIGNS[token])
        if token in OPENING:
            kind = "group" if token == "(" else "bars"
            return Atom(kind, inside=(self.formula(OPENING[token]),))
        if token in NAMES or token == r"\operatorname":
            return self.function(NAMES[token] if token in NAMES else self.words())
        if token[0] == "\\" and hasattr(self, f"read_{token[1:]}"):
            read: Atom = getattr(self, f"read_{token[1:]}")()
            return read
        if token[0].isdigit():
            return Atom("number", token)
        if token not in (r"\pi", r"\top", r"\prime") and not token.isalpha():
            raise Unclear(f"{token} in {' '.join(self.tokens)}")
        return Atom("symbol", "π" if token == r"\pi" else token)

    def with_scripts(self, atom: Atom) -> Atom:
        while self.ahead() in ("^", "_") and atom.kind != "op":
            if self.next() == "^":
                power = self.braced()
                if [one.text for one in power] == [r"\top"]:
                    atom = replace(atom, transposed=True)
                else:
                    atom = replace(atom, power=power)
            else:
                atom = replace(atom, indices=self.letters())
        return atom

    def letters(self) -> tuple[str, ...]:
        return tuple(one for one in self.words() if one != ",")

    def function(self, name: str) -> Atom:
        """A function with its power, its parameters and its arguments."""
        if name == "max" and self.ahead() == "_":
            return self.big("max")
        atom = Atom("call", name)
        while self.ahead() in ("^", "_"):
            if self.next() == "^":
                power = self.braced()
                primed = [one.text for one in power] == [r"\prime"]
                atom = replace(atom, text=name + "′") if primed else replace(atom, power=power)
            else:
                atom = replace(atom, parameters=tuple(self.words().split(",")))
        if atom.text not in FUNCTIONS or self.next() != "(":
            raise Unclear(f"{atom.text} is no function of an argument")
        return replace(atom, inside=(self.formula(")"),))

    def big(self, name: str) -> Atom:
        assert self.next() == "_"
        return Atom("big", name, indices=self.letters())

    def read_sum(self) -> Atom:
        return self.big("sum")

    def read_frac(self) -> Atom:
        return Atom("fraction", inside=(self.braced(), self.braced()))

    read_tfrac = read_frac

    def read_sqrt(self) -> Atom:
        return Atom("root", inside=(self.braced(),))

    def read_text(self) -> Atom:
        return Atom("text", self.words())

    def read_begin(self) -> Atom:
        """Cases: values and conditions by turns, the last value alone."""
        assert self.words() == "cases"
        parts: list[tuple[Atom, ...]] = []
        while True:
            parts.append(self.formula("&"))
            assert self.next() == r"\text"
            if self.words() == "else":
                break
            parts.append(self.formula(r"\\"))
        assert self.next() == r"\end" and self.words() == "cases"
        return Atom("cases", inside=tuple(parts))

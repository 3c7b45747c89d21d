"""Inputs that were changed: of cell files by their grammar, of all files by their bytes.

Everything is drawn from one seeded generator, so a number names an input.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from symrnn.fuzzing.names import HOSTILE

TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|[A-Za-z_]\w*\*?|[0-9.]+(?:[eE][+-]?\d+)?'
                   r'|<=|>=|==|!=|\n|\S|[ ]+')
WORDS = ("__import__", "\u0430", "\u202e", "h_bar", "int", "operator", "lambda", "oo", "zoo", "nan",
         "repeat", "end", "size", "const", "cell", "to", "title", "note", "T", "B", "t", "initial",
         "tape", "W_*", "\\input", "*/", "??/", "\\\n", "\x00", "\ufeff", "\u2028")
NUMBERS = ("0", "-1", "1e30", "1e31", "9" * 20, "9" * 21, "1e-30", "0.5", "64", "65", "100", "101",
           "8", "9", "1/0", ".", "1e99999", "0x10", "1_0", "007", "2.50")
SIGNS = ("+", "-", "*", "/", "@", "^", "**", "'", ".T", "(", ")", "[", "]", ",", "=", ":", ";",
         "<", "==", "\n", '"', "#", "%", "$", "{", "}", "??/", "\\")
CALLS = ("tanh", "sigmoid", "exp", "log", "sqrt", "sum", "mean", "max", "min", "dot", "outer",
         "softmax", "concat", "piece", "where", "sin", "erf", "shift", "one", "abs", "layer_norm")


FEW = (1, 1, 1, 2, 3)  # changes: after many, little is left to be read


def tokens(text: str) -> list[str]:
    """The pieces of a cell file, spaces and ends of lines among them."""
    return TOKEN.findall(text)


def of_grammar(draw: Random, text: str, other: str) -> str:
    """A cell file after a few changes that know its pieces and its lines."""
    for _ in range(draw.choice(FEW)):
        text = draw.choice(CHANGES)(draw, text, other)[:80_000]
    return text


def _token(draw: Random, text: str, other: str) -> str:
    """Another piece in the place of one, of its kind or of any."""
    own = tokens(text) or [""]
    place, known = draw.randrange(len(own)), tokens(other) or ["x"]
    own[place] = draw.choice((draw.choice(WORDS), draw.choice(NUMBERS), draw.choice(SIGNS),
                              draw.choice(HOSTILE), draw.choice(known), draw.choice(own), ""))
    return "".join(own)


def _line(draw: Random, text: str, other: str) -> str:
    """A line left out, said twice, moved, or taken from another file."""
    own = text.split("\n")
    place = draw.randrange(len(own))
    line = draw.choice((own[place], draw.choice(other.split("\n"))))
    kind = draw.randrange(3)
    if kind:
        own.pop(place)
    if kind != 1:
        own.insert(draw.randint(0, len(own)), line)
    return "\n".join(own)


def _formula(draw: Random, text: str, other: str) -> str:
    """A piece of a formula inside brackets, a function or a longer formula."""
    own = tokens(text) or [""]
    names = [place for place, one in enumerate(own) if one[0].isalpha()] or [0]
    place = draw.choice(names)
    end = min(len(own), place + draw.choice((1, 4, 6)))
    inner = "".join(own[place:end])
    made = draw.choice((
        f"({inner})", f"{draw.choice(CALLS)}({inner})", f"{draw.choice(CALLS)}({inner}, {inner})",
        f"{inner}^{draw.choice(NUMBERS)}", f"-{inner}", f"{inner} @ {inner}", f"{inner} * {inner}",
        f"where({inner} < {inner}, {inner}, {draw.choice(NUMBERS)})",
        f"{inner} / {draw.choice(NUMBERS)}", f"{'(' * 30}{inner}{')' * 30}",
        " + ".join([inner] * draw.choice((3, 30, 90)))))
    return "".join((*own[:place], made, *own[end:]))


def _name(draw: Random, text: str, other: str) -> str:
    """One name everywhere another one: a hostile one, or that of another symbol."""
    names = sorted({one for one in tokens(text) if one[0].isalpha()}) or ["x"]
    old, new = draw.choice(names), draw.choice((draw.choice(HOSTILE), draw.choice(names)))
    return "".join(new if one == old else one for one in tokens(text))


def _like(draw: Random, text: str, other: str) -> str:
    """A name, a number or a sign in the place of another one of the file."""
    own = tokens(text) or [""]
    place = draw.randrange(len(own))
    known = [one for one in own if _sort(one) == _sort(own[place])]
    more = NUMBERS if _sort(own[place]) == "number" else ()
    own[place] = draw.choice((*known, *more))
    return "".join(own)


def _sort(piece: str) -> str:
    return "name" if piece[:1].isalpha() else "number" if piece[:1].isdigit() else (
        "space" if piece.isspace() else "sign")


CHANGES = (_token, _line, _formula, _formula, _name, _name, _like, _like, _like)


def of_bytes(draw: Random, data: bytes, other: bytes) -> bytes:
    """A file after a few changes that know nothing of it."""
    whole = bytearray(data)
    for _ in range(draw.choice(FEW)):
        place, kind = draw.randint(0, len(whole)), draw.randrange(7)
        length = draw.choice((1, 1, 2, 4, 8, 64, 1024))
        if kind == 0 and place < len(whole):
            whole[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            whole[place:place + length] = draw.choice((b"\0", b"\xff", b"\x7f")) * length
        elif kind == 2:
            del whole[place:place + length]
        elif kind == 3:
            whole[place:place] = draw.randbytes(length)
        elif kind == 4:
            start = draw.randint(0, len(other))
            whole[place:place + length] = other[start:start + length]
        elif kind == 5:
            del whole[place:]
        elif place < len(whole):
            whole[place] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5B, 0x7B))
    return bytes(whole)


VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2 ** 31, 2 ** 63, 10 ** 40, 10 ** 60, 1.5, "", "x", "a.b", "\u202e",
    "\x00", "*/", "\\input{x}", "__class__", [], {}, [[]], ["pi"], ["/", 1, 0], ["^", "x", 9 ** 9],
    ["^", "x", ["^", 9, ["^", 9, 9]]], ["call", "tanh", "x"], ["letters", "ij"], ["size", "n"],
    ["index", "i"], ["drawn", "x"], ["cases", ["case", "x", True]], ["einsum", "x", "x"],
    ["largest", "x"], ["and", True], ["<", 1, 2], ["+", "x"], ["*", 0, "x"], 10 ** 4000)


def of_data(draw: Random, data: Any, other: Any) -> Any:
    """Data of JSON after a few changes of a part of it; ``data`` itself is changed."""
    for _ in range(draw.choice(FEW)):
        places = list(_places(data))
        if not places:
            return draw.choice(VALUES)
        inside, key = draw.choice(places)
        spare = list(_places(other)) or places
        there, other_key = draw.choice(spare)
        kind = draw.randrange(6)
        if kind == 0:
            del inside[key]
        elif kind == 1:
            inside[key] = _copied(there[other_key])
        elif kind == 2:
            inside[key] = _deep(inside[key], draw.choice((2, 30, 150, 250)))
        elif kind == 3 and isinstance(inside, list):
            inside.insert(key, _copied(inside[key]))
        elif kind == 4 and isinstance(inside, dict):
            inside[draw.choice(("name", "x", "__class__", "role", ""))] = inside.pop(key)
        else:
            inside[key] = draw.choice(VALUES)
    return data


def _places(data: Any) -> Any:
    """Every entry of every list and dictionary in the data."""
    inner = (data.items() if isinstance(data, dict) else enumerate(data)
             if isinstance(data, list) else ())
    for key, value in list(inner):
        yield data, key
        yield from _places(value)


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _deep(value: Any, levels: int) -> Any:
    for _ in range(levels):
        value = ["+", value, 1]
    return value

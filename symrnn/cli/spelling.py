"""Letters of formulas on a terminal that lacks them: σ̄ᵀ becomes sigma_bar^T."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TextIO

ARROWS = {"overrightarrow": "_right", "overleftarrow": "_left"}
SPELLED = {"Σₜ": "sum_t", "∂": "d", "⊙": "*", "×": "*", "·": "*", "−": "-", "–": "-", "—": "-",
           "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "≤": "<=", "≥": ">=", "≠": "!=",
           "→": "->", "←": "<-", "∞": "inf", "√": "sqrt", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae",
           "Æ": "AE", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"}
NAME = "symrnn-spelled"


def spell_out(*streams: TextIO | None) -> None:
    """Let streams write what they cannot encode in letters of ASCII."""
    codecs.register_error(NAME, _handle)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=NAME)


def spelled(text: str) -> str:
    """A text in ASCII: names of Greek letters, accents behind their letter, ``^`` for powers."""
    return text.encode("ascii", NAME).decode("ascii")


@cache
def _raised() -> dict[str, str]:
    """What stands for a raised letter."""
    from symrnn.program.terminal import SUPERSCRIPT

    return {chr(raised): chr(plain) for plain, raised in SUPERSCRIPT.items()} | {"ᵀ": "T"}


@cache
def _marks() -> dict[str, str]:
    """What stands for an accent."""
    from symrnn.program.terminal import ACCENTS

    return {mark: ARROWS.get(name, f"_{name}")
            for name, mark in ACCENTS.items()}


def _handle(error: UnicodeError) -> tuple[str, int]:
    """What stands for the characters that a codec cannot encode, and where it goes on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, end = error.object, error.end
    while text[end:end + 1] in _raised() and text[end - 1] in _raised():
        end += 1  # a power is raised as a whole
    return "".join(_spelled(text, error.start, end)), end


def _spelled(text: str, start: int, end: int) -> Iterator[str]:
    at = start
    while at < end:
        pair = text[at:at + 2]
        known = pair if pair in SPELLED else text[at]
        yield _letter(text, at) if known not in SPELLED else SPELLED[known]
        at += len(known)


def _letter(text: str, at: int) -> str:
    letter, before, after = text[at], text[at - 1:at], text[at + 1:at + 2]
    if letter in _raised():
        return ("" if before in _raised() else "^") + _raised()[letter]
    if letter in _marks():
        return _marks()[letter]
    case, _, name = unicodedata.name(letter, "").partition(" LETTER ")
    if case in ("GREEK SMALL", "GREEK CAPITAL"):
        word = name.lower().replace("lamda", "lambda")
        apart = "_" if after.isalnum() else ""
        return (word.capitalize() if case.endswith("CAPITAL") else word) + apart
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or "?"

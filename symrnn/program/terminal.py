"""A symbol in the terminal: bars over letters, indices behind underscores."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

from symrnn.program.notation import Face, Glyph, Letter, Style

ACCENTS = {"bar": "\u0304", "tilde": "\u0303", "hat": "\u0302", "check": "\u030c",
           "dot": "\u0307", "ddot": "\u0308", "dddot": "\u20db",
           "overrightarrow": "\u20d7", "overleftarrow": "\u20d6"}
LINE = "\u0305"  # pieces of it join
ALPHABETS = {Style.BOLD: "BOLD", Style.SCRIPT: "SCRIPT"}  # as Unicode names them
SUPERSCRIPT = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")


def glyph_text(glyph: Glyph) -> str:
    """A glyph without its step: ``z̄_i``."""
    first, *others = map(_letter_text, glyph.letters)
    marked = (_under_bar("".join((first, *others))) if glyph.long and glyph.accents == ("bar",)
              else under_accents(first, glyph.accents) + "".join(others))
    sup = ",".join(map(glyph_text, glyph.sup))
    raised = sup.translate(SUPERSCRIPT) if sup and set(sup) <= set("0123456789-()") else \
        f"^{sup}" if sup else ""
    return marked + raised + "".join(f"_{glyph_text(part)}" for part in glyph.sub)


def _under_bar(word: str) -> str:
    """A word under one line, which is a piece over each of its letters."""
    return "".join(one if one == " " else one + LINE for one in word)


def _letter_text(letter: Letter) -> str:
    return under_accents(character(letter), letter.accents)


def under_accents(text: str, accents: Iterable[str]) -> str:
    """A text whose first letter carries the accents: ``h̃``, ``īn``."""
    end = next((place for place, one in enumerate(text[1:], 1) if not unicodedata.combining(one)),
               len(text))
    return text[:end] + "".join(map(ACCENTS.__getitem__, accents)) + text[end:]


def character(letter: Letter) -> str:
    """The text of a letter without its accents; a Greek letter as the character itself."""
    text = _greek(letter.text) if letter.face is Face.GREEK else letter.text
    alphabet = ALPHABETS.get(letter.style)
    return "".join(_of_alphabet(one, alphabet) for one in text) if alphabet else text


@cache
def _of_alphabet(character: str, alphabet: str) -> str:
    """A letter or a digit in an alphabet for mathematics; itself where Unicode has none."""
    name = unicodedata.name(character, "").replace("LETTER ", "")
    plain = name.removeprefix("LATIN ").removeprefix("GREEK ")
    for styled in (f"MATHEMATICAL {alphabet} {plain}", f"{alphabet} {plain}"):
        with suppress(KeyError):
            return unicodedata.lookup(styled)
    return character


@cache
def _greek(name: str) -> str:
    """The character of a Greek letter, and of the script l."""
    if name == "ell":
        return "ℓ"
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")

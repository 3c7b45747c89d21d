"""What the texts of an author may hold: titles, sources, notes and meanings, in every document.

One rule holds at every door: a cell in Python, a cell file, a program made by hand.
"""

from __future__ import annotations

# What a document can set in any font: Latin letters, and the dashes and quotes of papers.
BEYOND = "\u0180"
PUNCTUATION = frozenset("–—‘’“”…")
UNSET = frozenset("ĦħĸĿŀŉŦŧſ")  # letters that LaTeX's usual fonts lack


def unfit(text: str) -> tuple[int, str] | None:
    """The place of the first character that not every document can print, and why; else None."""
    for place, one in enumerate(text):
        if not _is_set(one):
            return place, (f"U+{ord(one):04X} is no character that every document can print; "
                           f"write Latin letters")
    return None


def _is_set(character: str) -> bool:
    if character in PUNCTUATION:
        return True
    return character < BEYOND and character.isprintable() and character not in UNSET


def untold(what: str, text: object) -> str | None:
    """Why a text of this purpose stands in no document, in one sentence; None where it can."""
    if not isinstance(text, str):
        return f"{what} is no text, but of type {type(text).__name__}"
    found = unfit(text)
    return None if found is None else f"{what}: {found[1]}"


def unquoted(what: str, bibtex: object) -> str | None:
    r"""The same for an entry of BibTeX, whose lines stand in a document as they are."""
    if not isinstance(bibtex, str):
        return untold(what, bibtex)
    if r"\end{verbatim}" in bibtex:
        return rf"{what} has '\end{{verbatim}}' in it, which would end its frame; leave it out"
    return untold(what, " ".join(bibtex.split()))

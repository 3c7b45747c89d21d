"""What a name may be, how a fresh one is found, and how a message shows a piece of text.

One rule holds at every door: a cell in Python, a cell file, a program made by hand, the name that
files are to bear. So a name is an identifier in every language that is written, and its own file.
"""

from __future__ import annotations

import re
from unicodedata import category
from collections.abc import Container
from itertools import chain, count

from symrnn.program.borne import BORNE

MOST, MOST_COMPOSED = 40, 255  # characters of a name; of one that is put together of several
RULE = (f"a name has at most {MOST} characters: letters from A to Z and a to z, digits and '_', "
        "a letter first")
TAKEN = {"T": "steps", "B": "samples"}  # axes that every symbol has unsaid
LONG = 60  # what a message shows of a text
SHARED = "symrnn"  # whose header stands beside all folders
DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt")
                                                  for number in range(1, 10))))


def is_name(text: object) -> bool:
    """True for what a variable, an axis or a cell may be called."""
    return isinstance(text, str) and len(text) <= MOST and _is_word(text)


def is_composed(text: object) -> bool:
    """True for a name, or for several with dots between: ``layer1.h``."""
    return (isinstance(text, str) and len(text) <= MOST_COMPOSED
            and all(map(_is_word, text.split("."))))


def _is_word(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) is not None


def misnamed(name: object) -> str | None:
    """Why files and functions cannot bear a name, in one sentence; None where they can."""
    if not is_name(name):
        return f"{quoted(name)} is no name that files and functions can bear; {RULE}"
    own = str(name).lower()
    if own == SHARED:
        return f"{quoted(name)} is the name of the header that all networks share; take another"
    if own in BORNE:
        return (f"{quoted(name)} is the name of {BORNE[own]}, which a file of the network would "
                f"hide; take another name")
    if own.endswith("_simd"):
        return (f"{quoted(name)} ends like the fast profile of another cell, whose files and "
                f"functions have these names; take another ending than '_simd'")
    if own in DEVICES:
        return f"{quoted(name)} is a device of Windows, which has no such files; take another name"
    return None


def free_name(taken: Container[str], *wishes: str) -> str:
    """The first wish that is not taken, else the last one with a number: ``h_prev_2``."""
    numbered = (f"{wishes[-1]}_{number}" for number in count(2))
    return next(one for one in chain(wishes, numbered) if one not in taken)


def quoted(value: object) -> str:
    """A piece of text from outside, fit for a message: in quotes, cut where it is long.

    Characters that a terminal would obey, turn round or not show are written as their codes.
    """
    text = repr(value) if isinstance(value, str) else printable(repr(value))
    end = text[-1:] if isinstance(value, str) else ""
    return text if len(text) <= LONG else f"{text[:LONG - 1]}…{end}"


def printable(text: str) -> str:
    r"""A text with the codes of what is neither print nor space: ``\x1b``, ``\u202e``, ``\n``."""
    return "".join(one if one.isprintable() or category(one) == "Zs" else repr(one)[1:-1]
                   for one in text)

"""What an author's BibTeX tells besides itself."""

from __future__ import annotations

import re

YEAR = re.compile(r"\byear\s*=\s*[{\"]?(\d{4})")
KEY = re.compile(r"^\s*@\w+\s*\{\s*([\w:.+/-]+)\s*,", re.ASCII | re.MULTILINE)


def year(bibtex: str) -> str:
    """The year of the last entry, which describes the network; empty where none is told.

    Entries before it are what it builds on.
    """
    found = YEAR.findall(bibtex)
    return found[-1] if found else ""


def keys(bibtex: str) -> tuple[str, ...]:
    r"""The keys by which ``\cite`` calls the entries."""
    return tuple(dict.fromkeys(KEY.findall(bibtex)))

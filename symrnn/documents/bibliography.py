"""What an author's BibTeX tells besides itself."""

from __future__ import annotations

import re

YEAR = re.compile(r"\byear\s*=\s*[{\"]?(\d{4})")


def year(bibtex: str) -> str:
    """The year of the first entry, which is that of the cell; empty where none is told."""
    found = YEAR.search(bibtex)
    return found[1] if found else ""

"""What all pages of a site share: style, script and the font of formulas.

The font stands in a style sheet as text. Browsers may refuse to load a font file from the folder
above a page that is opened as a file, and a text bears the mark of generated files.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from symrnn.diagrams.svg import style
from symrnn.rendering import render, template_folder

FOLDER = "docs"
STYLE, FONT, SCRIPTS = "style.css", "font.css", ("code.js", "script.js", "live.js", "flow.js")


@dataclass(frozen=True)
class Font:
    """The font of formulas in letters of a style sheet, and its licence."""

    font: str
    licence: str


def assets() -> dict[str, str]:
    """The text of every shared file, by name."""
    folder = template_folder() / FOLDER / "font"
    font = Font(b64encode((folder / "math.woff2").read_bytes()).decode(),
                (folder / "LICENSE.txt").read_text(encoding="utf-8"))
    return {STYLE: render(f"{FOLDER}/{STYLE}", None) + style(),
            **{one: render(f"{FOLDER}/{one}", None) for one in SCRIPTS},
            FONT: render(f"{FOLDER}/{FONT}.j2", font)}

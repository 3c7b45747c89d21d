"""A symbol in the terminal: bars over letters, indices behind underscores."""

from __future__ import annotations

import re
import unicodedata

from symrnn.program.notation import Glyph

ACCENTS = {r"\bar": "\u0304", r"\tilde": "\u0303", r"\hat": "\u0302", r"\check": "\u030c",
           r"\dot": "\u0307", r"\ddot": "\u0308", r"\dddot": "\u20db",
           r"\overrightarrow": "\u20d7", r"\overleftarrow": "\u20d6"}
SUPERSCRIPT = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")


def glyph_text(glyph: Glyph) -> str:
    """A glyph without its step: ``z̄_i``."""
    letter = _plain(glyph.letter)
    end = 2 if unicodedata.combining(letter[1:2] or " ") else 1
    marked = letter[:end] + "".join(ACCENTS.get(one, "") for one in glyph.accents) + letter[end:]
    sup = ",".join(map(_plain, glyph.sup))
    raised = sup.translate(SUPERSCRIPT) if sup and set(sup) <= set("0123456789-()") else \
        f"^{sup}" if sup else ""
    return marked + raised + "".join(f"_{_plain(part)}" for part in glyph.sub)


def _plain(latex: str) -> str:
    r"""A LaTeX letter as text: ``\Delta t`` is Δt, ``\tilde{h}`` is h̃, ``\hat{\kappa}`` κ̂."""
    accented = re.sub(r"(\\[a-z]+)\{(\w|\\[A-Za-z]+)\}", _accented, latex)
    plain = re.sub(r"[{}]", "", accented.replace(r"\mathrm", "").replace(r"\_", "_"))
    return re.sub(r"\\([A-Za-z]+) ?", lambda command: _letter(command[1]), plain)


def _accented(found: re.Match[str]) -> str:
    """A letter under its accent; what is no accent stays."""
    return _plain(found[2]) + ACCENTS[found[1]] if found[1] in ACCENTS else found[0]


def _letter(name: str) -> str:
    """The Greek letter of a LaTeX command; another command is its own name."""
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name

"""Short formulas inside a picture: printed with marks, then taken apart into runs of letters.

A printer puts strings together, so it marks where a subscript or italic letters begin and end by
characters that no formula has. A picture sets each run in its own place.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

SUB, SUP, ITALIC, END = "\ue000", "\ue001", "\ue002", "\ue003"
SMALLER = 0.7  # how large an index is beside its letter
NARROW, WIDE = frozenset("()[]|,.;:ijlrt′·f/ "), frozenset("mwMW→←⊙⊗+−=≥≤>")


@dataclass(frozen=True)
class Run:
    """Letters side by side: ``level`` is 0 on the line, -1 below it, 1 above it."""

    text: str
    level: int = 0
    italic: bool = False

    @property
    def width(self) -> float:
        """About how wide it is, in the size of the letters on the line."""
        scale = SMALLER if self.level else 1.0
        return scale * sum(map(_width, self.text))


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if character in NARROW:
        return 0.34
    return 0.8 if character in WIDE else 0.68 if character.isupper() else 0.53


def italic(text: str) -> str:
    """Letters of mathematics."""
    return f"{ITALIC}{text}{END}"


def below(text: str) -> str:
    """A subscript, empty where there is none."""
    return f"{SUB}{text}{END}" if text else ""


def above(text: str) -> str:
    """A superscript, empty where there is none."""
    return f"{SUP}{text}{END}" if text else ""


def runs(marked: str) -> tuple[Run, ...]:
    """The runs of a marked text. An index of an index stands beside it."""
    found: list[Run] = []
    marks: list[str] = []
    letters = ""
    for character in (*marked.replace(END + ITALIC, ""), ""):
        if character and character not in (SUB, SUP, ITALIC, END):
            letters += character
            continue
        if letters:
            found.append(Run(letters.replace("-", "−"), _level(marks), ITALIC in marks))
        letters = ""
        if character == END:
            marks.pop()
        elif character:
            marks.append(character)
    return tuple(found)


def _level(marks: list[str]) -> int:
    first = next((one for one in marks if one in (SUB, SUP)), "")
    return {SUB: -1, SUP: 1}.get(first, 0)


def placed(marked: str) -> tuple[tuple[Run, float], ...]:
    """Each run and where it begins. A sub- and a superscript of one letter stand above each other.

    Places count from the left, in the size of the letters on the line.
    """
    found: list[tuple[Run, float]] = []
    start = 0.0  # where the indices of the last letter begin
    ends = {-1: 0.0, 0: 0.0, 1: 0.0}
    for run in runs(marked):
        if run.level == 0:
            at = max(ends.values())
            start = at + run.width
            ends = dict.fromkeys(ends, start)
        else:
            at = ends[run.level] if ends[run.level] > start else start
            ends[run.level] = at + run.width
        found.append((run, at))
    return tuple(found)


def width(marked: str) -> float:
    """About how wide a marked text is, in the size of its letters."""
    return max((at + run.width for run, at in placed(marked)), default=0.0)


def plain(marked: str) -> str:
    """The text for those who hear it: indices behind their letters."""
    found, level = "", 0
    for run in runs(marked):
        found += ("" if run.level == level else {0: "", -1: "_", 1: "^"}[run.level]) + run.text
        level = run.level
    return found

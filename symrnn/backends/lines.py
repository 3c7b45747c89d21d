"""Lines of code that are not wider than a page.

Whoever prints a line marks where it may end; the marks become spaces, or the line goes on below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from symrnn.program import Equation

WIDTH = 100
INDENT = "    "
BREAK, INNER = "\v", "\f"  # letters of no language: INNER marks serve where BREAKs do not
SHORT = 70    # what belongs together and is no longer stays in one line


class Row(NamedTuple):
    """A finished line, and the equations that it computes: none where it only leads to them."""

    text: str
    equations: tuple[Equation, ...] = ()


class Line(NamedTuple):
    """A line of code, how deep it stands, and what its continuation begins with."""

    text: str
    depth: int = 0
    hang: str = INDENT

    def laid_out(self, further: int = 0) -> Iterator[str]:
        """One line, or several where one would be too long; ``further`` to the right."""
        first = INDENT * (self.depth + further)
        whole = first + flat(self.text)
        if len(whole) <= WIDTH:
            yield whole.rstrip()
            return
        room = WIDTH - len(first + self.hang)
        words = [part for word in self.text.split(BREAK)
                 for part in (word.split(INNER) if len(word) > room else [flat(word)])]
        line = first + words[0]
        for word in words[1:]:
            if len(line) + 1 + len(word) > WIDTH:
                yield line.rstrip()
                line = first + self.hang + word
            else:
                line += f" {word}"
        yield line.rstrip()


@dataclass(frozen=True)
class Indented:
    """Lines one step further to the right, all that is within them too."""

    lines: Lines


@dataclass(frozen=True)
class Computing:
    """Lines that compute equations, which a reader of the code may ask for."""

    equations: tuple[Equation, ...]
    lines: Lines


Part = Line | Indented | Computing
Lines = tuple[Part, ...]
EMPTY = Line("")


def deeper(lines: Iterable[Part]) -> Lines:
    """Lines further to the right."""
    return (Indented(tuple(lines)),)


def laid_out(lines: Iterable[Part]) -> tuple[str, ...]:
    """The text of some lines."""
    return tuple(text for text, _ in _rows(lines, 0, ()))


def rows(lines: Iterable[Part]) -> tuple[Row, ...]:
    """The same lines with the equations that each computes."""
    return tuple(_rows(lines, 0, ()))


def bare_rows(lines: Iterable[Part], of: tuple[Equation, ...] = ()) -> Iterator[Row]:
    """The same for machines: every line from the margin on, whole, and no empty one."""
    for one in lines:
        if isinstance(one, Line):
            if one.text:
                yield Row(flat(one.text), of)
        else:
            yield from bare_rows(one.lines, one.equations if isinstance(one, Computing) else of)


def _rows(lines: Iterable[Part], further: int, of: tuple[Equation, ...]) -> Iterator[Row]:
    for one in lines:
        if isinstance(one, Line):
            for text in one.laid_out(further):
                yield Row(text, of)
        elif isinstance(one, Indented):
            yield from _rows(one.lines, further + 1, of)
        else:
            yield from _rows(one.lines, further, one.equations)


def remark(text: str) -> Line:
    """A comment, which may end a line between any two words."""
    return Line(BREAK.join(f"/* {text} */".split(" ")), hang=" * ")


def flat(text: str) -> str:
    """Text in one line, however long."""
    return text.replace(BREAK, " ").replace(INNER, " ")


def closed(text: str) -> str:
    """Text in parentheses, which stays together where it is short."""
    return f"({together(text)})"


def together(text: str) -> str:
    """Text that stays in one line where it is short."""
    return text.replace(BREAK, INNER) if len(text) <= SHORT else text

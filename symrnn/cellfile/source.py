"""The text of a cell file, and errors that point into it."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from symrnn.program import ProgramError

MAX_BYTES = 64 * 1024
NAMES = {"\0": "NUL, as in a file that is no text"}
BEFORE, AFTER = 60, 40  # how much of a long line an error shows


class CellFileError(ProgramError):
    """A cell file that cannot be read; the message shows the line with a caret under the spot."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True)
class Source:
    """A file's name and text."""

    name: str
    text: str

    def error(self, message: str, at: int) -> CellFileError:
        """What is wrong, with the line and a caret under the character ``at``."""
        start = self.text.rfind("\n", 0, at) + 1
        line, column = self.line(at), at - start + 1
        end = self.text.find("\n", at)
        whole = self.text[start:end if end >= 0 else len(self.text)]
        left = max(0, column - 1 - BEFORE)
        shown = printable(whole[left:column - 1 + AFTER])
        caret = " " * (column - 1 - left) + "^"
        where = f"{printable(self.name)}:{line}:{column}"
        return CellFileError(f"{where}: {message}\n    {shown}\n    {caret}", line, column)

    def line(self, at: int) -> int:
        """The line that a character stands in."""
        return self.text.count("\n", 0, at) + 1


def printable(text: str) -> str:
    """Text of a file, fit for a terminal: what does not print becomes a mark of its own."""
    return "".join(" " if one == "\t" else one if _is_plain(one) else "\N{REPLACEMENT CHARACTER}"
                   for one in text)


def _is_plain(character: str) -> bool:
    """True for what takes one place on a line, so that the caret stands where it should."""
    return (character.isprintable() and not unicodedata.combining(character)
            and unicodedata.east_asian_width(character) not in "WF")


def described(character: str) -> str:
    """A character as a reader can tell it from its look-alikes."""
    name = NAMES.get(character) or unicodedata.name(character, "")
    code = f"U+{ord(character):04X}"
    known = f"'{character}'" if _is_plain(character) else ""
    return " ".join(part for part in (known, f"({code} {name})" if name else f"({code})") if part)


def load(path: str | os.PathLike[str]) -> Source:
    """A file's text. Raises OSError where it is not there, CellFileError for no UTF-8."""
    with Path(path).open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    name = os.fspath(path)
    if len(data) > MAX_BYTES:
        raise too_long(name)
    try:
        return source(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        good = source(data[:error.start].decode("utf-8-sig", "ignore"), name)
        raise good.error("the file is not UTF-8 text", len(good.text)) from None


def source(text: str, name: str) -> Source:
    """A text that is not too long, its lines ended by newlines alone."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise too_long(name)
    return Source(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def too_long(name: str) -> CellFileError:
    """The error for a file that nobody wrote by hand."""
    message = f"the file is longer than {MAX_BYTES} bytes; a cell is a page of equations"
    return CellFileError(f"{printable(name)}:1:1: {message}", 1, 1)

"""Cells by what people call them: a name that symrnn knows, or the path of a cell file."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn import cells
from symrnn.authoring.registry import Architecture, with_common_options
from symrnn.cells import architectures
from symrnn.program import Program, ProgramError, UnknownName, quoted
from symrnn.titles import SAVED, SUFFIX


@dataclass(frozen=True, repr=False)
class FromFile(Architecture):
    """The cell of a file, under the name that the file gives it."""

    @property
    def built_in(self) -> bool:
        """False: whoever wrote the file speaks one language."""
        return False


def is_path(name: str) -> bool:
    """True for what ends with .cell, or as a saved file does, or has a separator in it."""
    separators = [one for one in ("/", os.sep, os.altsep) if one]
    return name.endswith((SUFFIX, *SAVED)) or any(one in name for one in separators)


def cell(name: str | os.PathLike[str], **options: Any) -> Program:
    """The cell of a name, with the options of its builder, or of a path such as "my.cell".

    A file's cell has the options of every cell, such as ``clip`` and ``zoneout``. Raises
    ValueError for a name that is not there, TypeError for an option that it lacks, OSError
    and CellFileError for a file that cannot be read.
    """
    path = os.fspath(name)
    if isinstance(name, str) and not is_path(name):
        return cells.cell(name, **options)
    return with_common_options(_file)(path, **options)


def _file(path: str) -> Program:
    """The cell of a file, or the network of a saved one; only files need the parser."""
    if path.endswith(SAVED):
        from symrnn.storage import saved_network

        return saved_network(path)
    from symrnn.cellfile import read

    return read(path)


def _readable(path: str) -> Program:
    try:
        return _file(path)
    except OSError as error:
        raise UnknownName(f"{quoted(path)}: {error.strerror}; `symrnn new NAME` writes a cell "
                          f"file") from None


def find(name: str) -> Architecture:
    """The architecture of a name or a path. Raises UnknownName, CellFileError."""
    if is_path(name):
        program = _readable(name)
        return FromFile(program.name, lambda: program, f"symrnn.cell({Path(name).name!r})")
    known = {one.name: one for one in architectures()}
    if name not in known:
        close = difflib.get_close_matches(name.lower(), known, 1)
        hint = f"did you mean {close[0]}?" if close else "`symrnn list` shows all"
        raise UnknownName(f"no architecture is called {quoted(name)}; {hint}")
    return known[name]


def new(name: str) -> Path:
    """Write a commented starter, NAME.cell. Raises ProgramError where there is one."""
    from symrnn.cellfile import starter

    own = name.removesuffix(SUFFIX)
    text = starter(own)
    path = Path(own + SUFFIX)
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise ProgramError(f"{path} is there already; take another name, or move it") from None
    try:
        with file:
            file.write(text)
    except BaseException as error:  # a full disk or an interruption: half a cell helps nobody
        path.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    return path

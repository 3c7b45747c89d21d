"""What a package is made of: a network under a name, and its weights where there are some."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.catalogue import find
from symrnn.program import Program, ProgramError, quoted

ARRAYS, CELL = ".npz", "cell"


@dataclass(frozen=True)
class Given:
    """A network under a name, and its weights, None where they are to be drawn."""

    name: str
    network: Program
    params: Mapping[str, Any] | None = None


def given(cell: str, weights: str = "") -> Given:
    """The network of a name or a file, with the weights of another file or of its own.

    ``cell`` is a name, a cell file, or a ``.npz`` with the weights by their names whose entry
    ``cell`` is the name of the cell. Raises ProgramError for a file that cannot be read, and
    UnknownName.
    """
    if cell.endswith(ARRAYS):
        params = _arrays(cell)
        if CELL not in params:
            raise ProgramError(f"{quoted(cell)} does not tell its cell; write symrnn package NAME "
                               f"--weights {cell}, or save the cell's name in it as '{CELL}'")
        cell = str(params.pop(CELL))
    else:
        params = _arrays(weights) if weights else {}
    found = find(cell)
    return Given(found.name, found.build(), params or None)


def _arrays(path: str) -> dict[str, Any]:
    """The arrays of a file of NumPy; objects in it are refused."""
    try:
        with np.load(Path(path), allow_pickle=False) as file:
            return {} if not isinstance(file, np.lib.npyio.NpzFile) else dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        why = getattr(error, "strerror", None) or "it is no archive of plain arrays"
        raise ProgramError(f"{quoted(path)}: {why}; numpy.savez writes one") from None

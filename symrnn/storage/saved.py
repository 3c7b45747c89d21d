"""``save`` and ``load``: a network's equations, its sizes and its weights in one file.

The text of the file is JSON: the program as :mod:`symrnn.program.plain` spells it, so that what
is read back is equal to what was written, layers, directions, symbols and notes included. (A cell
file cannot say all that: it has no names with dots, no masks, and no symbols of its own.)
``symrnn show FILE`` prints its equations, wherever they came from: a cell file, Python, a model.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from symrnn.program import Program, ProgramError, counted, of_network
from symrnn.program.plain import from_plain, to_plain
from symrnn.runtime.inputs import fitting
from symrnn.runtime.shapes import Array, ShapeError
from symrnn.storage.containers import CONTAINERS, Unreadable, container, write

FORMAT = 1
LONGEST = 64_000_000  # characters of the text


class Saved(NamedTuple):
    """What a file holds: ``network, parameters = symrnn.load("my.safetensors")``."""

    network: Program
    parameters: dict[str, Array]

    def __repr__(self) -> str:
        return f"<Saved {self.network.name}: {counted(len(self.parameters), 'parameter')}>"


def is_saved(name: str) -> bool:
    """True for the name of a file that ``save`` may have written, by its ending."""
    return Path(name).suffix in CONTAINERS


@of_network
def save(network: Program, parameters: Any, path: str | os.PathLike[str]) -> None:
    """Write a network with its parameters by name into one file, .safetensors or .npz.

    ``parameters`` are arrays or tensors by name, or a module of symrnn.torch. They keep their
    floating type (torch's bfloat16 becomes float32), and what is infinite or no number is kept
    too, as a run that went wrong leaves it. The same network and numbers are the same bytes.
    A file that symrnn did not write is never written over, and an old one stays whole until the
    new one is. Raises ShapeError for a parameter that is missing, unknown or of another shape,
    ValueError for another ending, for a file that symrnn did not write, and where the safetensors
    library is missing, ProgramError, OSError.
    """
    own = Path(path)
    arrays, _ = fitting(network, parameters)
    sizes = {axis: length for name, one in arrays.items()
             for axis, length in zip(network[name].axes, one.shape, strict=True)}
    text = json.dumps({"format": FORMAT, "sizes": sizes, "program": to_plain(network)},
                      ensure_ascii=False, separators=(",", ":"))
    write(own, arrays, text)


def load(path: str | os.PathLike[str]) -> Saved:
    """The network and the parameters that :func:`save` wrote; no code of the file runs.

    Raises ProgramError in one sentence for a file that is cut short, that says
    other sizes than it has, or that holds no network; ValueError for another ending, OSError.
    """
    own = Path(path)
    arrays, text = container(own).read(own)
    network, sizes = _described(own, text)
    try:
        found, _ = fitting(network, arrays)
    except ShapeError as error:
        raise Unreadable(f"{own}: {error}") from None
    for name, one in found.items():
        for axis, length in zip(network[name].axes, one.shape, strict=True):
            if sizes.get(axis) != length:
                raise Unreadable(f"{own} says that {axis} is {sizes.get(axis)}, but {name} has "
                                 f"shape {one.shape}")
    return Saved(network, found)


def saved_network(path: str | os.PathLike[str]) -> Program:
    """The network of a file; its numbers are not read. Raises as :func:`load` does."""
    own = Path(path)
    return _described(own, container(own).text(own))[0]


def _described(path: Path, text: str | None) -> tuple[Program, dict[str, Any]]:
    """The program and the sizes that a file's text tells."""
    if text is None:
        raise Unreadable(f"{path} holds arrays, but no network of symrnn; `symrnn import` makes "
                         f"one of other libraries' weights")
    try:
        whole = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict) or not isinstance(whole.get("sizes"), dict):
        raise Unreadable(f"{path}: its text is no network of symrnn")
    if whole.get("format") != FORMAT:
        raise Unreadable(f"{path} is of another version of symrnn; this one reads format {FORMAT}")
    try:
        return from_plain(whole.get("program")), whole["sizes"]
    except ProgramError as error:
        first = str(error).partition("\n")[0]
        raise Unreadable(f"{path}: {first}") from None

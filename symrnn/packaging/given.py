"""What a package is made of: a network under a name, and its weights where there are some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn.catalogue import find
from symrnn.exchange import Imported, is_readable, read
from symrnn.program import Misused, Program, ProgramError, quoted
from symrnn.storage import container, is_saved, load, read_arrays

ARRAYS, CELL = ".npz", "cell"


@dataclass(frozen=True)
class Given:
    """A network under a name, and its weights, None where they are to be drawn."""

    name: str
    network: Program
    params: Mapping[str, Any] | None = None


def given(cell: str, weights: str = "", node: str = "") -> Given:
    """The network of a name or a file, with the weights of another file or of its own.

    ``cell`` is a name, a cell file, what ``symrnn.save`` wrote, another library's file (see
    :func:`symrnn.exchange.read`, which takes the ``node``), or a ``.npz`` with the weights by
    their names whose entry ``cell`` is the name of the cell. Raises ProgramError for a file that
    cannot be read, Misused and UnknownName.
    """
    if node and not cell.endswith(".onnx"):
        raise Misused("--node names a node of an ONNX model")
    found = _from_file(cell, node) if is_saved(cell) or is_readable(cell) else None
    if found is None:
        named = find(cell)
        return Given(named.name, named.build(), _weights(weights) if weights else None)
    if weights:
        raise Misused(f"{cell} holds weights, and --weights names others; give one of the two")
    return found


def _from_file(path: str, node: str) -> Given:
    """The network and the weights of a file that has both."""
    if is_saved(path):
        params = _weights(path) if path.endswith(ARRAYS) else {}
        if CELL in params:
            named = find(str(params.pop(CELL)))
            return Given(named.name, named.build(), params)
        if _text(path) is not None:
            saved = load(path)
            return Given(saved.network.name, *saved)
    found = _imported(path, node)
    return Given(found.network.name, found.network, found.parameters)


def _imported(path: str, node: str) -> Imported:
    """Another library's network; arrays of nobody knows what are told how to be used."""
    try:
        return read(path, node)
    except Misused as error:
        if not is_saved(path):
            raise
        raise ProgramError(f"{quoted(path)} does not tell its cell ({error}); write symrnn package "
                           f"NAME --weights {path}, or read it by symrnn import, which takes "
                           f"--prefix and --kind") from None


def _text(path: str) -> str | None:
    """The text in a file that ``symrnn.save`` wrote."""
    try:
        return container(Path(path)).text(Path(path))
    except OSError as error:
        raise ProgramError(f"{quoted(path)}: {error.strerror}; look at the path") from None


def _weights(path: str) -> dict[str, Any]:
    try:
        return dict(read_arrays(Path(path)))
    except OSError as error:
        raise ProgramError(f"{quoted(path)}: {error.strerror}; look at the path") from None

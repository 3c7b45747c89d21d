"""What ``symrnn flow`` does, without a terminal: read options, measure, save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from symrnn.catalogue import find
from symrnn.jacobians import data, picture
from symrnn.jacobians.measure import Told, measured
from symrnn.jacobians.result import Flow
from symrnn.jacobians.report import Table, tables
from symrnn.jacobians.start import Choice
from symrnn.program import Misused, quoted
from symrnn.rendering import FileRefused, put, write
from symrnn.runtime.shapes import Array
from symrnn.storage import Unreadable, read_arrays

PICTURES = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class Asked:
    """The options as they were typed."""

    cells: tuple[str, ...]
    steps: int = 50
    fix: str = ""
    weights: Path | None = None
    seed: int = 0
    scale: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    data: Path | None = None
    plot: Path | None = None


@dataclass(frozen=True)
class Answer:
    """What is told, and the files that were written."""

    tables: tuple[Table, ...]
    written: tuple[Path, ...]


def flow(asked: Asked, told: Told) -> Answer:
    """Measure and save what was asked for.

    Raises UnknownName, Misused, ShapeError, ProgramError, and FileRefused for other kinds of files.
    """
    _refuse(asked.data, tuple(data.FORMATS), "--data")
    _refuse(asked.plot, PICTURES, "--plot")
    cells = [find(name) for name in dict.fromkeys(asked.cells)]
    choice = Choice(
        {name: int(size) for name, size in _settings([one for one in asked.fix.split(",") if one],
                                                     "--fix", "n=4").items()},
        asked.steps, asked.seed, None if asked.weights is None else _weights(asked.weights),
        _settings(asked.scale, "--scale", "U=1.5"), _settings(asked.set, "--set", "b_f=1"))
    found = measured([(one.name, one.build()) for one in cells], choice, told)
    if asked.data is not None:
        data.save(found.travels, asked.data)
    if asked.plot is not None:
        _draw(found, asked.plot)
    return Answer(tuple(tables(found.travels)), tuple(filter(None, (asked.data, asked.plot))))


def _draw(flow: Flow, path: Path) -> None:
    if path.suffix == ".svg":
        write(path.parent, {path.name: flow.svg}, "choose another file with --plot")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, lambda made: picture.draw(flow.travels, made))


def _refuse(path: Path | None, endings: Sequence[str], option: str) -> None:
    if path is not None and path.suffix not in endings:
        raise FileRefused(f"{option} {quoted(str(path))} is of no kind that is written; give a "
                          f"file that ends with {', '.join(endings)}")


def _settings(given: Sequence[str], option: str, example: str) -> dict[str, float]:
    """``U=1.5`` as a name and a number. Raises Misused."""
    found = {}
    for one in given:
        name, _, text = (half.strip() for half in one.partition("="))
        try:
            number = float(text)
            found[name] = int(text) if option == "--fix" else number
        except ValueError:
            number = np.nan
        if not name or not np.isfinite(number):
            raise Misused(f"{option} {quoted(one)} is not understood; write a name and a number, "
                          f"such as {example}")
    return found


def _weights(path: Path) -> dict[str, Array]:
    """The arrays of a file. Raises Misused for one that holds none, OSError without one."""
    try:
        return read_arrays(path)
    except Unreadable:
        raise Misused(f"{path} is no archive of arrays; write one with numpy.savez") from None

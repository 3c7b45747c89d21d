"""What the commands do, without a terminal: find networks, write files, check them."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from symrnn.cells import Architecture, architectures
from symrnn.checking import Drift, check_kernel, drift
from symrnn.pipeline import generate
from symrnn.program import Program, ProgramError, UnknownName
from symrnn.runtime import CompilerMissing, ShapeError


MISTAKES = (UnknownName, ProgramError, ShapeError, CompilerMissing, OSError)
KERNELS = tuple((backend, dtype) for backend in ("numpy", "c") for dtype in ("float32", "float64"))


def chosen(names: Sequence[str]) -> tuple[Architecture, ...]:
    """The architectures of these names, or all. Raises UnknownName."""
    return tuple(_find(name) for name in names) if names else architectures()


def network(name: str) -> Program:
    """The program of an architecture. Raises UnknownName."""
    return _find(name).build()


def _find(name: str) -> Architecture:
    known = {one.name: one for one in architectures()}
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]}?" if close else "`symrnn list` shows all"
        raise UnknownName(f"no architecture is called {name!r}; {hint}")
    return known[name]


def write(architecture: Architecture, output: Path) -> int:
    """Write the files of one architecture, each at once; returns how many there are."""
    folder = output / architecture.name
    folder.mkdir(parents=True, exist_ok=True)
    files = generate(architecture.build(), architecture.name)
    for name, text in files.items():
        _write_atomically(folder / name, text)
    return len(files)


def _write_atomically(path: Path, text: str) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".symrnn-") as folder:
        fresh = Path(folder) / path.name
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)


def drifted(networks: Sequence[Architecture], output: Path) -> list[Drift]:
    """Files that are not what the equations give."""
    expected = {one.name: generate(one.build(), one.name) for one in networks}
    return drift(output, expected, [one.name for one in architectures()])


def numeric_failures(architecture: Architecture) -> Iterator[str]:
    """Every array of every kernel of an architecture that is not right."""
    for backend, dtype in KERNELS:
        for finding in check_kernel(architecture.build(), backend, dtype):
            yield f"{architecture.name}, {backend}, {dtype}: {finding}"

"""What the commands do, without a terminal: find networks, write files, check them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from symrnn.authoring import Architecture
from symrnn.catalogue import FromFile, find
from symrnn.cells import architectures
from symrnn.checking import Drift, check_kernel, drift
from symrnn.comparison import Comparison, Verdict, compare
from symrnn.pipeline import generate
from symrnn.program import Program, ProgramError, UnknownName
from symrnn.rendering import shared
from symrnn.runtime import CompilerFailed, CompilerMissing, ShapeError
from symrnn.runtime.patience import silence


MISTAKES = (UnknownName, ProgramError, ShapeError, CompilerMissing, CompilerFailed,
            OSError)
KERNELS = tuple((backend, profile, dtype)
                for backend, profile in (("numpy", ""), ("c", "portable"), ("c", "simd"))
                for dtype in ("float32", "float64"))


def chosen(names: Sequence[str]) -> tuple[Architecture, ...]:
    """The architectures of these names and cell files, or all, each with a folder of its own.

    Raises UnknownName, and ProgramError where a file's cell has the name of another.
    """
    found = tuple(find(name) for name in dict.fromkeys(names)) if names else architectures()
    taken = {one.name for one in architectures()}
    for one in found:
        if isinstance(one, FromFile):
            if one.name in taken:
                raise ProgramError(f"{one.python} is called '{one.name}' like another cell, and "
                                   f"both would be written into one folder; rename it")
            taken.add(one.name)
    return found


def network(name: str) -> Program:
    """The program of a name or a cell file. Raises UnknownName."""
    return find(name).build()


# What `symrnn compare` exits with; 2 is a mistake, as everywhere.
EXIT_CODES = {Verdict.SAME: 0, Verdict.MERGED: 0, Verdict.DIFFERENT: 1, Verdict.OPEN: 3}


def compared(a: str, b: str) -> tuple[Comparison, int]:
    """Whether two cells or conventions are one function, and the exit code for it.

    Raises UnknownName, and CellFileError for a file that cannot be read.
    """
    found = compare(a, b)
    return found, EXIT_CODES[found.verdict]


def write(architecture: Architecture, output: Path) -> int:
    """Write the files of one architecture, each at once; returns how many there are."""
    folder = output / architecture.name
    folder.mkdir(parents=True, exist_ok=True)
    files = generate(architecture.build(), architecture.name)
    for name, text in files.items():
        _write_atomically(folder / name, text)
    for name, text in shared().items():
        _write_atomically(output / name, text)
    return len(files)


def _write_atomically(path: Path, text: str) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".symrnn-") as folder:
        fresh = Path(folder) / path.name
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)


def drifted(networks: Sequence[Architecture], output: Path) -> list[Drift]:
    """Files that are not what the equations give.

    A folder that belongs to no architecture counts only where all of them are checked: beside
    some, it may be that of a cell file.
    """
    expected = {one.name: generate(one.build(), one.name) for one in networks}
    known = {one.name for one in architectures()}
    return drift(output, expected, known if known == set(expected) else None, shared())


def numeric_failures(networks: Sequence[Architecture]) -> Iterator[tuple[Architecture, list[str]]]:
    """For each kernel of each architecture every array that is not right, said once.

    Networks are built in this thread alone: SymPy's cache knows the symbols of two builds of one
    cell by their names, and mixes them up where both are being written.
    """
    pool = ThreadPoolExecutor(os.cpu_count())  # most of the time compilers are at work
    try:
        pending = [(one, [pool.submit(_findings, one.name, program, *kernel) for kernel in KERNELS])
                   for one, program in [(one, one.build()) for one in networks]]
        for one, found in pending:
            told = set[str]()
            for each in found:
                yield one, [message for message in each.result() if message not in told]
                told.update(each.result())
    finally:
        pool.shutdown(cancel_futures=True)


def _findings(name: str, program: Program, backend: str, profile: str, dtype: str) -> list[str]:
    called = ", ".join(part for part in (name, backend, profile, dtype) if part)
    try:
        with silence():  # a bar shows that it goes on
            found = check_kernel(program, backend, dtype, profile=profile or "simd")
    except ProgramError as error:
        return [str(error)]
    return [f"{called}: {one}" for one in found]

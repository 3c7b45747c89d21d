"""What a package is once it is made: files by their paths, written into a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from symrnn.optimisers import OPTIMISERS
from symrnn.packaging.kinds import CORE, FAST, KINDS, LEARNS
from symrnn.packaging.narrow import Difference
from symrnn.rendering import is_ours, write


@dataclass(frozen=True, repr=False)
class Packaged:
    """The files of a package by their paths, and what narrow weights change of its results."""

    name: str
    files: Mapping[str, str | bytes]
    differences: tuple[Difference, ...] = ()

    def __repr__(self) -> str:
        return f"<Packaged {self.name}: {len(self.files)} files>"

    def write(self, folder: str | os.PathLike[str]) -> tuple[str, ...]:
        """Write all files, and remove those that a package of this name had before and has no more.

        Returns the paths of what was removed. A file that symrnn did not write stays, whatever
        it is called; where one stands in the way, ValueError is raised and nothing is written.
        """
        output = Path(folder)
        write(output, self.files)
        left = tuple(path for path in _paths(self.name)
                     if path not in self.files and is_ours(output / path))
        for path in left:
            (output / path).unlink()
        return left


def _paths(name: str) -> Iterator[str]:
    """Every path that a package of a name may have."""
    for kind in (CORE, FAST, LEARNS, *KINDS):
        yield from (path.format(name=name) for _, path in kind.files)
    for part in ("train", "clip", *OPTIMISERS):
        yield from (f"src/{name}_{part}{ending}" for ending in (".c", ".h"))

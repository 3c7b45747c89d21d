"""Generated files held against what the equations give now."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Drift:
    """One file that is not as it should be, and how: a unified diff, or that it is missing."""

    path: Path
    report: str


def drift(folder: Path, expected: Mapping[str, Mapping[str, str]],
          known: Iterable[str] | None, shared: Mapping[str, str]) -> list[Drift]:
    """Every file under ``folder`` that differs, is missing, or should not be there.

    ``expected`` holds for each network its files' texts by name; ``known`` are the names of
    all networks, whose folders may exist; None where other folders are nobody's business.
    ``shared`` are the files beside the folders.
    """
    found = [one for name, text in shared.items() for one in _compare(folder / name, text, folder)]
    for network, files in expected.items():
        for name, text in files.items():
            found += _compare(folder / network / name, text, folder)
        found += [Drift(path, f"{path} is stale: nothing generates it") for path in
                  _entries(folder / network) if path.name not in files]
    found += [Drift(path, f"{path} is stale: nothing generates it") for path in _entries(folder)
              if known is not None and path.name not in {*known, *shared}]
    return found


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _compare(path: Path, text: str, folder: Path) -> list[Drift]:
    if not path.is_file():
        return [Drift(path, f"{path} is missing: run `symrnn generate` with "
                            f"--output {folder}")]
    current = path.read_bytes()
    if current == text.encode("utf-8"):
        return []
    lines = current.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    report = "".join(difflib.unified_diff(lines, text.splitlines(keepends=True),
                                          f"{path} (file)", f"{path} (equations)"))
    return [Drift(path, report or f"{path} differs in its line ends")]

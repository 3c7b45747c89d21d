"""What a shell may complete: names, tags, conventions, and files of cells beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from symrnn.tags import TAGS
from symrnn.titles import SAVED, SUFFIX, listed


def cells(incomplete: str) -> list[str]:
    """Architectures, cell files, and files of saved networks."""
    return [*_beginning((one.name for one in listed()), incomplete), *_files(incomplete)]


def tags(incomplete: str) -> list[tuple[str, str]]:
    """Tags, each with what it means, which some shells show."""
    return [(one, TAGS[one]) for one in _beginning(TAGS, incomplete)]


def compared(incomplete: str) -> list[str]:
    """Architectures, conventions of other libraries, and cell files."""
    from symrnn import workflow

    return [*_beginning(workflow.conventions(), incomplete), *cells(incomplete)]


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [one for one in names if one.startswith(incomplete)]


def _files(incomplete: str) -> list[str]:
    """The files of cells in a folder, and the folders in it, where the beginning is a path."""
    head, _, start = incomplete.rpartition("/")
    folder = Path(f"{head}/") if "/" in incomplete else Path()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    shown = [one.name + "/" * one.is_dir() for one in found
             if one.name.endswith((SUFFIX, *SAVED)) or (one.is_dir() and "/" in incomplete)]
    before = f"{head}/" if "/" in incomplete else ""
    return [before + one for one in shown if one.startswith(start)]

"""Lines of C, further to the right inside a loop."""

from __future__ import annotations

from collections.abc import Sequence

Lines = list[str]


def indented(lines: Sequence[str], levels: int = 1) -> Lines:
    """Lines further to the right; empty ones stay empty."""
    return [" " * (4 * levels) + line if line else "" for line in lines]


def nest(head: str, lines: Sequence[str]) -> Lines:
    """A loop around lines."""
    return [f"{head} {{", *indented(lines), "}"]

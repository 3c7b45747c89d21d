"""Faults that are written down one by one, where no rule of a kind reaches what the field fears."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.faults.fault import Fault

FILE = Path(__file__).with_name("written.toml")


class Stale(ValueError):
    """A fault cannot be planted any more: its text is not there, or is there twice."""


def written(root: Path) -> list[Fault]:
    """The faults of ``written.toml``. Raises Stale."""
    return [_found(root, one) for one in tomllib.loads(FILE.read_text(encoding="utf-8"))["fault"]]


def _found(root: Path, one: dict[str, str]) -> Fault:
    text = (root / one["path"]).read_text(encoding="utf-8")
    if text.count(one["before"]) != 1:
        raise Stale(f"{FILE.name}: {one['path']} has {one['before']!r} {text.count(one['before'])} "
                    f"times; write the fault '{one['name']}' anew")
    start = text.index(one["before"])
    return Fault(one["path"], one["name"], one["kind"], start, start + len(one["before"]),
                 one["before"], one["after"])

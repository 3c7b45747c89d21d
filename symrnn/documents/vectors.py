"""The numbers of a worked example as JSON: all digits, so that who reads them can compare."""

from __future__ import annotations

import json
from typing import Any

from symrnn.documents.worked import Arrays, Vector
from symrnn.rendering.render import MARK


def numbers_of(vector: Vector) -> str:
    """A test vector: sizes, everything given, and everything that follows from it."""
    data = {MARK: "from the network's equations; do not edit. Arrays go row by row.",
            "cell": vector.name, "sizes": dict(vector.sizes),
            **_groups((*vector.given, *vector.follows))}
    lines = [f"{json.dumps(key)}: {json.dumps(one, separators=(',', ':'))}"
             for key, one in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def given_of(vector: Vector) -> str:
    """What a page computes from, on one line."""
    return json.dumps({"cell": vector.name, "sizes": dict(vector.sizes),
                       "given": _groups(vector.given)}, separators=(",", ":"))


def _groups(groups: tuple[tuple[str, Arrays], ...]) -> dict[str, Any]:
    return {name: {key: list(entries) for key, entries in arrays} for name, arrays in groups}

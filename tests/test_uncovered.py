"""What no test takes is told with a reason, in order, by names that are there."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOLD = tomllib.loads((ROOT / "tests" / "uncovered.toml").read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[str]:
    """The classes and functions of a module, methods under both names."""
    yield "*"
    for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(one, ast.ClassDef | ast.FunctionDef):
            yield one.name
        if isinstance(one, ast.ClassDef):
            yield from (f"{one.name}.{each.name}" for each in one.body
                        if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("module", TOLD)
def test_what_is_told_is_there_and_has_a_reason(module: str) -> None:
    told = TOLD[module]
    assert {*told} <= {*functions(ROOT / module)}
    assert [*told] == sorted(told)
    assert all(one[0].isupper() and one.endswith(".") for one in told.values())


def test_modules_stand_in_order() -> None:
    assert [*TOLD] == sorted(TOLD) and TOLD

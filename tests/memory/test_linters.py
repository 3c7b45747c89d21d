"""Portable C as clang-tidy and cppcheck read it: nothing is found, and no check is left out.

Of clang-tidy these are the warnings and the analyzer, which follows paths; of cppcheck warnings,
portability and performance. By day two cells, by night all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.cells import architectures
from symrnn.pipeline import generate
from tests.memory.building import needs, nightly, said

DAY = ("elman", "gru")
LINTERS = {
    "clang-tidy": (("--quiet", "--warnings-as-errors=*", "--checks=clang-analyzer-*"),
                   ("--", "-std=c99")),
    "cppcheck": (("-q", "--std=c99", "--error-exitcode=1",
                  "--enable=warning,portability,performance"), ())}


def found(linter: str, folder: Path, name: str) -> str:
    """What a linter complains of; empty where it is content."""
    needs(linter)
    front, back = LINTERS[linter]
    done = said(folder, linter, *front, f"{name}.c", *back)
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("linter", LINTERS)
@pytest.mark.parametrize("name", [
    pytest.param(one.name, marks=() if one.name in DAY else nightly) for one in architectures()])
def test_linters_are_content(name: str, linter: str, tmp_path: Path) -> None:
    build = {one.name: one.build for one in architectures()}[name]
    for file, text in generate(build(), name).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert found(linter, tmp_path, name) == ""


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_see(linter: str, tmp_path: Path) -> None:
    """A number that is read before it is written."""
    (tmp_path / "slip.c").write_text("int slip(void)\n{\n    int one;\n    return one + 1;\n}\n")
    assert "one" in found(linter, tmp_path, "slip")

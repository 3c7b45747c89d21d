"""C as clang-tidy and cppcheck read it: nothing is found.

Of clang-tidy these are the warnings and the analyzer, which follows paths; of cppcheck warnings,
portability and performance. By day two cells in portable C and one in fast C, by night all.

One exception: in fast C the analyzer's checks of ``core`` are left out. It follows no division, so
that for it chunks and shares, which are quotients rounded up, may be 0, and then it divides by them
and reads tables in front of their beginning. Guard pages and sanitizers watch these same reads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.cells import architectures
from symrnn.pipeline import generate
from tests.memory.building import needs, nightly, said

DAY = (("elman", ""), ("gru", ""), ("elman", "_simd"))
LINTERS = {
    "clang-tidy": (("--quiet", "--warnings-as-errors=*"),
                   {"": ("--checks=clang-analyzer-*", "--", "-std=c99"),
                    "_simd": ("--checks=clang-analyzer-*,-clang-analyzer-core.*", "--",
                              "-std=gnu99")}),
    "cppcheck": (("-q", "--std=c99", "--error-exitcode=1", "--max-configs=12",
                  "--suppress=toomanyconfigs", "--enable=warning,portability,performance"),
                 {"": (), "_simd": ()})}


def found(linter: str, folder: Path, name: str, profile: str = "") -> str:
    """What a linter complains of; empty where it is content."""
    needs(linter)
    front, back = LINTERS[linter]
    done = said(folder, linter, *front, f"{name}{profile}.c", *back[profile])
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("linter", LINTERS)
@pytest.mark.parametrize(("name", "profile"), [
    pytest.param(one.name, profile, marks=() if (one.name, profile) in DAY else nightly)
    for one in architectures() for profile in ("", "_simd")])
def test_linters_are_content(name: str, profile: str, linter: str, tmp_path: Path) -> None:
    build = {one.name: one.build for one in architectures()}[name]
    for file, text in generate(build(), name).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert found(linter, tmp_path, name, profile) == ""


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_see(linter: str, tmp_path: Path) -> None:
    """A number that is read before it is written."""
    (tmp_path / "slip.c").write_text("int slip(void)\n{\n    int one;\n    return one + 1;\n}\n")
    assert "one" in found(linter, tmp_path, "slip")

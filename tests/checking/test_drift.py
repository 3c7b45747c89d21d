"""A file that differs is told line by line, whatever bytes it holds."""

from __future__ import annotations

from pathlib import Path

from symrnn.checking.drift import drift
from symrnn.pipeline import own_files
from symrnn.cells import cell


def test_the_lines_that_differ_are_told(tmp_path: Path) -> None:
    files = own_files(cell("elman"), "elman")
    folder = tmp_path / "elman"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert drift(tmp_path, {"elman": files}, None, {}) == []

    own = folder / "elman.py"
    own.write_bytes(own.read_bytes() + b"# \xff\n")
    (found,) = drift(tmp_path, {"elman": files}, None, {})
    assert found.path == own
    assert found.report.endswith("-# \\xff\n")

"""What ``check`` says of a file: other equations, or other text for the same ones."""

from __future__ import annotations

from pathlib import Path

import pytest

import symrnn
from symrnn.checking import drift
from symrnn.pipeline import generate, own_files
from symrnn.program import short_digest
from symrnn.rendering import equations_of, shared, write

OLD, NEW = symrnn.elman(), symrnn.elman(activation="relu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {f"net/{name}": text for name, text in own_files(OLD, "net").items()})
    write(tmp_path, shared())
    return tmp_path


def reports(folder: Path, files: dict[str, str]) -> dict[str, str]:
    return {one.path.name: one.report for one in drift(folder, {"net": files}, None, shared())}


def test_every_file_of_a_network_bears_the_digest_of_its_equations() -> None:
    told = {name: equations_of(text.encode()) for name, text in generate(OLD, "net").items()}
    assert {name for name, one in told.items() if not one} == {*shared()}
    assert {*told.values()} == {"", short_digest(OLD)}


def test_files_of_other_equations_are_told_with_both_digests(folder: Path) -> None:
    files = own_files(NEW, "net")
    told = reports(folder, files)
    assert {*told} == {*files}
    for name, report in told.items():
        first, rest = report.split("\n", 1)
        assert first == (f"{folder}/net/{name} was generated from other equations "
                         f"({short_digest(OLD)}) than the cell has ({short_digest(NEW)})")
        assert rest.startswith("--- ")


def test_another_text_for_the_same_equations_is_told_as_that(folder: Path) -> None:
    files = own_files(OLD, "net")
    assert reports(folder, files) == {}
    path = folder / "net" / "net.c"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (report,) = reports(folder, files).values()
    assert report.startswith(f"{path} has other text for the same equations ({short_digest(OLD)})")


def test_a_file_without_a_digest_differs_line_by_line_alone(folder: Path) -> None:
    path = folder / "net" / "net.c"
    text = path.read_text(encoding="utf-8").replace(short_digest(OLD), "")
    assert equations_of(text.encode()) == ""
    path.write_text(text, encoding="utf-8")
    (report,) = reports(folder, own_files(OLD, "net")).values()
    assert report.startswith(f"--- {path} (file)")


def test_bytes_that_are_no_text_are_told_as_such(folder: Path) -> None:
    own = folder / "net" / "net.py"
    own.write_bytes(own.read_bytes() + b"# \xff\n")
    assert reports(folder, own_files(OLD, "net"))["net.py"].endswith("-# \\xff\n")

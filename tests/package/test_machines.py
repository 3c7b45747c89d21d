"""Packages on other machines: a Cortex-M4, and one whose numbers have the big end first."""

from __future__ import annotations

from pathlib import Path

import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.packaging import Packaged, package
from symrnn.targets import NARROW
from tests.package.building import BOARD, nightly, on_cortex, program, run

BY_NAME = {one.name: one for one in architectures()}
DAY = ("mlstm", "bidirectional_rnn")
cells = pytest.mark.parametrize("name", [
    pytest.param(one, marks=() if one in DAY else nightly) for one in BY_NAME])


def made(name: str) -> Packaged:
    network = BY_NAME[name].build()
    free = [one.name for one in network.sizes if one.value is None]
    return package(network, name, {one: 2 + place for place, one in enumerate(free)})


def passes_with_the_big_end_first(one: Packaged, folder: Path) -> None:
    """With weights compiled in, and from a file, which has the little end first."""
    one.write(folder)
    check = program("s390x", folder, "check", folder)
    assert "right" in run(*check, cwd=folder)
    assert "right" in run(*check, str(folder / f"weights/{one.name}.bin"), cwd=folder)


@cells
def test_a_cortex_m4_passes_the_vectors(name: str, tmp_path: Path) -> None:
    made(name).write(tmp_path)
    check = on_cortex(tmp_path, tmp_path / "tests/check.c", tmp_path)
    assert "right" in run(*BOARD, str(check), cwd=tmp_path)


@cells
def test_the_big_end_passes_the_vectors(name: str, tmp_path: Path) -> None:
    passes_with_the_big_end_first(made(name), tmp_path)


@pytest.mark.parametrize("kind", NARROW)
def test_narrow_weights_come_from_the_same_file(kind: str, tmp_path: Path) -> None:
    passes_with_the_big_end_first(
        package(symrnn.lstm(), "lstm", {"n": 3, "m": 4}, weights_as=kind), tmp_path)

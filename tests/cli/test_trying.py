"""``symrnn fuzz`` and ``symrnn accuracy``: what they say, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn import cli
from symrnn.fuzzing import command
from symrnn.fuzzing.campaign import Made
from symrnn.program import Misused
from symrnn.rendering import FileRefused
from symrnn.runtime.compiler import Toolchain

BROKEN = Made("C by false", "c", "portable", toolchain=Toolchain(("false",)))


def run(*words: str) -> tuple[int, str]:
    """The exit code and the output; Misused is what the program tells in one sentence."""
    found = CliRunner().invoke(cli.app, words)
    if isinstance(found.exception, Misused):
        return 2, str(found.exception)
    return found.exit_code, found.stdout


def test_cells_that_hold_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "KERNELS", (Made("NumPy", "numpy"),))
    code, said = run("fuzz", "--cells", "2", "--seed", "3")
    assert code == 0 and "cells held against their equations" in said


def test_the_smallest_cell_that_fails_is_written(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "KERNELS", (BROKEN,))
    file = tmp_path / "wrong.cell"
    code, said = run("fuzz", "--cells", "3", "--seed", "1", "--output", str(file))
    assert code == 1 and "false could not compile" in said
    assert file.read_text(encoding="utf-8") in said
    file.write_text("mine\n")
    with pytest.raises(FileRefused, match="choose another file"):
        command.fuzzed(3, 1, file, lambda number: None)
    assert file.read_text() == "mine\n"


def test_what_nobody_computes_by_is_refused() -> None:
    code, said = run("fuzz", "--cells", "1", "--also", "abacus")
    assert code == 2 and "abacus" in said and "javascript" in said


def test_accuracy_is_measured_where_it_is_wanted() -> None:
    words = ("accuracy", "gru", "--sizes", "n=2, m=3", "--T", "2", "--range", "-2,2")
    code, said = run(*words)
    assert code == 0 and "m = 3" in said and "every error lies inside its bound" in said
    code, data = run(*words, "--format", "json")
    assert code == 0 and json.loads(data)["sizes"]["m"] == 3


@pytest.mark.parametrize(("words", "sentence"), [
    (("--sizes", "m"), "--sizes 'm' is not understood"),
    (("--sizes", "=3"), "--sizes '=3' is not understood"),
    (("--sizes", "m=a"), "--sizes 'm=a' is not understood"),
    (("--range", "1"), "--range '1' is not understood; write two numbers"),
    (("--range", "a,b"), "--range 'a,b' is not understood")])
def test_sizes_and_ranges_that_are_none_are_refused(
        words: tuple[str, ...], sentence: str) -> None:
    code, said = run("accuracy", "gru", *words)
    assert code == 2 and sentence in said

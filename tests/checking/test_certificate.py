"""A certificate tells what was compared, says the same twice, and names what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn.checking.certificate import Certificate, _rows, certificate
from symrnn.checking.certified import certified
from symrnn.checking.ladder import Held
from symrnn.cli import app
from symrnn.program import digest
from symrnn.rendering import is_ours
from symrnn.runtime.numpy_engine import NumpyEngine
from symrnn.targets import RUN

NUMPY = tuple(one for one in RUN if one.backend == "numpy")
NETWORK = symrnn.elman()


def made() -> Certificate:
    return certificate(NETWORK, "elman", "symrnn verify elman", 3, NUMPY)


def test_it_is_the_same_twice_and_all_holds() -> None:
    first = made()
    assert first.json == made().json and first.text == made().text
    assert first.wrong == ()
    assert {row.worst.rung for row in first.rows} >= {"rule", "extended precision", "oracle",
                                                      "forward", "Hessian products"}
    assert all(row.numbers > 0 for row in first.rows)
    assert json.loads(first.json)["equations"] == digest(NETWORK)


def test_a_wrong_gradient_is_told_with_its_rung_array_and_entry(
        monkeypatch: pytest.MonkeyPatch) -> None:
    right = NumpyEngine.backward

    def wrong(self: NumpyEngine, *arguments: object) -> dict[str, np.ndarray]:
        gradients = {name: np.array(one) for name, one in right(self, *arguments).items()}
        gradients["U"][1, 0] += 1.0
        return gradients

    monkeypatch.setattr(NumpyEngine, "backward", wrong)
    told = made().wrong
    assert any("elman: NumPy, float64: backward: entry [1, 0] of U is" in one for one in told)
    assert any("oracle: entry [1, 0] of U" in one for one in told)


def test_files_are_symrnns_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.checking.certified.CHECKED", NUMPY)
    certified(NETWORK, "elman", "my elman.cell", 0, (), tmp_path)
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["elman.json", "elman.txt"]
    assert all(map(is_ours, files))
    assert "symrnn verify 'my elman.cell' --seed 0" in files[1].read_text()


def test_variants_of_a_cell_have_certificates_of_their_own(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.checking.certified.CHECKED", NUMPY)
    variants = ("gru", "gru_reset_before")
    result = CliRunner().invoke(app, ["verify", *variants, "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert {path.stem for path in tmp_path.iterdir()} == {*variants}
    for name in variants:
        told = json.loads((tmp_path / f"{name}.json").read_text())
        assert told["network"] == name and told["equations"] == digest(symrnn.cell(name))


def test_a_row_tells_the_worst_of_what_it_holds() -> None:
    found = [Held("forward", "interpreter", name, 2, error, 1.0, 1e-16, (0,), 0.0, 0.0)
             for name, error in (("y", 0.25), ("h", 0.5), ("c", 0.125))]
    (row,) = _rows("NumPy", found)
    assert (row.worst.array, row.numbers, row.wrong) == ("h", 6, ())


NOWHERE = """cell nowhere
input x[n]
param W[n,n]
state h[n]
output h
h[t] = log(-abs(W @ x[t]) - 1 - h[t-1]^2)
"""


def test_a_cell_without_finite_values_is_told_and_the_others_are_verified(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.checking.certified.CHECKED", NUMPY)
    monkeypatch.chdir(tmp_path)
    Path("nowhere.cell").write_text(NOWHERE)
    result = CliRunner().invoke(app, ["verify", "nowhere.cell", "elman", "-o", "made"])
    assert result.exit_code == 1
    assert "nowhere: the equations have no finite value" in result.output
    assert {path.stem for path in Path("made").iterdir()} == {"elman"}


def test_the_same_file_by_two_paths_is_verified_once(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.checking.certified.CHECKED", NUMPY)
    monkeypatch.chdir(tmp_path)
    Path("own.cell").write_text("cell own\ninput x[n]\nparam W[n,n]\nstate h[n]\noutput h\n"
                                "h[t] = tanh(W @ x[t] + h[t-1])\n")
    again = ["own.cell", "./own.cell", str(tmp_path / "own.cell")]
    result = CliRunner().invoke(app, ["verify", *again, "-o", "made"])
    assert result.exit_code == 0, result.output
    assert "symrnn verify own.cell --seed 0" in Path("made/own.txt").read_text()
    assert result.output.count("NumPy, float64  forward") == 1

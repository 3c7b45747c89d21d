"""``symrnn package``: what it writes, from what, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from symrnn import cli
from symrnn.packaging import given
from symrnn.program import Misused, ProgramError
from symrnn.rendering import FileRefused

WEIGHTS = {"W": np.ones((3, 2)), "U": np.zeros((3, 3)), "b": np.zeros(3), "V": np.ones((1, 3)),
           "b_y": np.full(1, 0.5)}


def called(*words: str) -> str:
    result = CliRunner().invoke(cli.app, ["package", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_it_writes_what_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "net"
    told = called("elman", "-o", str(out), "--fix", "n=2,m=3,p=1", "--for", "zephyr")
    assert f"files in {out}" in told
    assert (out / "zephyr/module.yml").is_file()
    assert not (out / "CMakeLists.txt").exists()
    assert not list(out.rglob("*trainer*"))


def test_training_is_an_option_with_a_loss_and_a_window(tmp_path: Path) -> None:
    called("elman", "-o", str(tmp_path), "--fix", "n=2,m=3,p=2", "--train", "--loss",
           "softmax_cross_entropy", "--window", "3", "--for", "cmake")
    assert "#define ELMAN_WINDOW 3\n" in (tmp_path / "src/elman_trainer.h").read_text()
    for options in (("--loss", "mean_squared_error"), ("--window", "3")):
        with pytest.raises(Misused, match="go with --train"):
            called("elman", "-o", str(tmp_path), "--fix", "n=2,m=3,p=2", *options)


def test_weights_come_from_a_file_beside_the_name_or_from_one_that_tells_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "told.npz", cell="elman", **WEIGHTS)
    np.savez(tmp_path / "bare.npz", **WEIGHTS)
    found = given(str(tmp_path / "told.npz")), given("elman", str(tmp_path / "bare.npz"))
    for one in found:
        assert one.name == "elman" and one.params is not None
        assert {name: value.tolist() for name, value in one.params.items()} == {
            name: value.tolist() for name, value in WEIGHTS.items()}
    called(str(tmp_path / "told.npz"), "-o", str(tmp_path / "net"), "--for", "cmake")
    values = (tmp_path / "net/src/elman_weights.c").read_text()
    assert "    /* b_y [p] bias of the output */\n    0.5f,\n" in values


def test_a_file_that_tells_no_cell_or_is_no_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", **WEIGHTS)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(ProgramError, match="does not tell its cell"):
        given(str(tmp_path / "bare.npz"))
    with pytest.raises(ProgramError, match="no archive of plain arrays"):
        given("elman", str(tmp_path / "text.npz"))
    with pytest.raises(ProgramError, match="No such file"):
        given("elman", str(tmp_path / "none.npz"))


def test_somebody_elses_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "library.json").write_text('{"name": "mine"}\n')
    with pytest.raises(FileRefused, match=r"library\.json is there already"):
        called("elman", "-o", str(tmp_path), "--fix", "n=2,m=3,p=1")
    assert [one.name for one in tmp_path.iterdir()] == ["library.json"]


def test_a_cell_file_is_packaged_too(tmp_path: Path) -> None:
    (tmp_path / "mine.cell").write_text(
        "cell mine\ninput x[n];  state h[m];  output h\nparam W[m,n], U[m,m]\n"
        "h[t] = tanh(W @ x[t] + U @ h[t-1])\n")
    called(str(tmp_path / "mine.cell"), "-o", str(tmp_path / "out"), "--fix", "n=1,m=2")
    assert "mine_stream_step" in (tmp_path / "out/src/mine_model.h").read_text()

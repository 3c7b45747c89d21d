"""``symrnn package``: what it writes, from what, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.packaging import given
from symrnn.packaging.drawn import drawn_parameters
from symrnn.program import Misused, ProgramError
from symrnn.rendering import FileRefused
from tests.package.building import program, run

ENDINGS = ("c", "h", "tex", "py", "js", "bin", "json")
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


def drawn(network: symrnn.Program, **sizes: int) -> dict[str, np.ndarray]:
    return drawn_parameters(network, sizes)


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_what_save_wrote_is_packaged_with_its_weights(ending: str, tmp_path: Path) -> None:
    if ending == ".safetensors":
        pytest.importorskip("safetensors")
    network, path = symrnn.gru(), tmp_path / f"net{ending}"
    params = drawn(network, n=2, m=3)
    symrnn.save(network, params, path)
    found = given(str(path))
    assert (found.name, found.network) == ("gru", network)
    assert found.params is not None and set(found.params) == set(params)
    called(str(path), "-o", str(tmp_path / "out"), "--for", "zephyr")
    raw = (tmp_path / "out/weights/gru.bin").read_bytes()[64:]
    assert raw == b"".join(np.asarray(one, "<f4").tobytes() for one in params.values())


def test_a_model_of_onnx_is_packaged_and_computes_what_it_did(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path, params = tmp_path / "model.onnx", drawn(symrnn.lstm(), n=2, m=3)
    symrnn.to_onnx(symrnn.lstm(), params, path)
    found = given(str(path))
    assert found.params is not None
    x = np.random.default_rng(4).normal(size=(5, 1, 2))
    theirs = symrnn.compile(found.network, "numpy").forward(found.params, x).y
    ours = symrnn.compile(symrnn.lstm(), "numpy").forward(params, x).y
    assert np.allclose(theirs, ours, atol=1e-6)
    called(str(path), "-o", str(tmp_path / "out"), "--for", "zephyr")
    check = program("gcc", tmp_path / "out", "check", tmp_path)
    assert "right" in run(*check, cwd=tmp_path)


def test_weights_of_a_state_dict_are_packaged(tmp_path: Path) -> None:
    """As PyTorch names them; a module of nn.GRU needs no torch to be read."""
    random = np.random.default_rng(5)
    np.savez(tmp_path / "gru.npz", **{
        f"{kind}_l0": random.normal(size=shape).astype(np.float32) for kind, shape in
        (("weight_ih", (9, 2)), ("weight_hh", (9, 3)), ("bias_ih", (9,)), ("bias_hh", (9,)))})
    called(str(tmp_path / "gru.npz"), "-o", str(tmp_path / "out"), "--for", "zephyr")
    assert list((tmp_path / "out/src").glob("*gru_weights.c"))


def test_weights_of_two_files_are_refused(tmp_path: Path) -> None:
    symrnn.save(symrnn.gru(), drawn(symrnn.gru(), n=2, m=3), tmp_path / "net.npz")
    with pytest.raises(Misused, match="--weights names others"):
        given(str(tmp_path / "net.npz"), "other.npz")


def test_a_pickle_is_refused_by_name() -> None:
    with pytest.raises(Misused, match=r"net\.pt is a pickle"):
        given("net.pt")


def test_what_learned_before_leaves_nothing_behind(tmp_path: Path) -> None:
    """Sources of training would be compiled by src/*.c; a file of somebody else's stays."""
    words = ("elman", "-o", str(tmp_path), "--fix", "n=2,m=3,p=2", "--for", "cmake")
    called(*words, "--train")
    (tmp_path / "src/elman_adam.c").write_text("mine\n")
    (tmp_path / "src/own.c").write_text("/* Generated by symrnn: another package */\n")
    told = called(*words)
    assert "removed what an earlier package had and this one lacks: " in told
    assert "src/elman_trainer.c" in told and "src/elman_adam.c" not in told
    left = {one.name for one in (tmp_path / "src").iterdir()}
    assert left == {"elman.c", "elman.h", "elman_fast.c", "elman_fast.h", "elman_model.c",
                    "elman_model.h", "elman_weights.c",
                    "elman_adam.c", "own.c"}
    assert {one.name for one in (tmp_path / "tests").iterdir()} == {"check.c", "elman_vectors.h"}


def test_sources_name_no_file_that_is_not_there(tmp_path: Path) -> None:
    called("elman", "-o", str(tmp_path), "--fix", "n=2,m=3,p=2", "--train")
    there = {one.name for one in tmp_path.rglob("*")}
    for one in (tmp_path / "src").iterdir():
        named = set(re.findall(r"\belman\w*\.\w+", one.read_text()))
        assert {name for name in named if name.rpartition(".")[2] in ENDINGS} <= there


def test_the_public_name_makes_the_same_package(tmp_path: Path) -> None:
    made = symrnn.package(symrnn.gru(), "gru", {"n": 2, "m": 3}, kinds=["cmake"])
    made.write(tmp_path / "one")
    called("gru", "-o", str(tmp_path / "two"), "--fix", "n=2,m=3", "--for", "cmake")
    for name, content in made.files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        found = [(tmp_path / folder / name).read_bytes() for folder in ("one", "two")]
        assert found == [raw, raw]


def test_a_file_that_tells_no_cell_or_is_no_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", **WEIGHTS)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(ProgramError, match="does not tell its cell"):
        given(str(tmp_path / "bare.npz"))
    with pytest.raises(ProgramError, match="is no complete npz file"):
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

"""``symrnn import`` and ``symrnn export`` as a user runs them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import symrnn
from symrnn import cli
from symrnn.program import Misused, ProgramError, Role


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(one) for one in arguments])


def output(*arguments: object) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def state_dict(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    np.savez(tmp_path / "torch.npz", **{
        "rnn.weight_ih_l0": random.normal(size=(12, 3)).astype("f4"),
        "rnn.weight_hh_l0": random.normal(size=(12, 4)).astype("f4")})
    return tmp_path / "torch.npz"


def test_import_writes_a_file_that_other_commands_take(state_dict: Path, tmp_path: Path) -> None:
    own = tmp_path / "gru.npz"
    text = output("import", state_dict, "-o", own)
    assert "nn.GRU at rnn" in text and "layer1.W_z = rnn.weight_ih_l0, block 2 of 3" in text
    assert "between PyTorch and symrnn" in text or "not compared with PyTorch" in text
    network, parameters = symrnn.load(own)
    assert network.name == "deep_gru" and parameters["layer1.W_z"].shape == (4, 3)
    assert "layer1.U_n" in output("show", own)


def test_export_of_an_imported_file_is_one_operator(state_dict: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    own, model = tmp_path / "gru.npz", tmp_path / "gru.onnx"
    output("import", state_dict, "-o", own)
    text = output("export", own, "-o", model)
    assert "the operator GRU, proved to be this network" in text
    assert "GRU" in [one.op_type for one in onnx.load(model).graph.node]
    again = output("import", model, "-o", tmp_path / "again.npz")
    assert again.startswith("ONNX: Gated recurrent unit")
    first, second = symrnn.load(own).parameters, symrnn.load(tmp_path / "again.npz").parameters
    assert np.allclose(first["layer1.U_n"], second["U_n"])
    assert "a Scan of primitive operators; it will be slow there" in output(
        "export", own, "-o", model, "--scan")


def test_export_of_a_cell_takes_its_weights_as_inputs(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = tmp_path / "janet.onnx"
    assert "slow there" in output("export", "janet", "-o", model, "--fix", "n=3,m=4",
                                  "--dtype", "float64")
    names = {one.name for one in onnx.load(model).graph.input}
    assert names == {"x", "initial.h", *(one.name for one in symrnn.cell("janet").with_role(
        Role.PARAMETER))}


@pytest.mark.parametrize(("arguments", "words"), [
    (("import", "a.tflite", "-o", "a.npz"), "ends with none of .onnx"),
    (("import", "a.nam", "-o", "a.pt"), "ends with neither .safetensors nor .npz"),
    (("export", "lstm", "-o", "a.txt"), "names no model; give a file that ends with .onnx"),
    (("export", "lstm", "-o", "a.onnx"), "2 sizes must be told for a model: n, m"),
    (("export", "none.npz", "-o", "a.onnx"), "No such file"),
])
def test_mistakes_are_one_sentence(arguments: tuple[str, ...], words: str, tmp_path: Path,
                                   monkeypatch) -> None:
    pytest.importorskip("onnx")
    monkeypatch.chdir(tmp_path)
    result = invoke(*arguments)
    assert isinstance(result.exception, Misused | ProgramError | OSError)
    assert words in str(result.exception) and "\n" not in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_of_a_model_that_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "amp.nam").write_text(json.dumps(
        {"architecture": "WaveNet", "config": {}, "weights": []}))
    result = invoke("import", tmp_path / "amp.nam", "-o", tmp_path / "amp.npz")
    assert "NAM's architecture 'WaveNet'" in str(result.exception)
    assert not (tmp_path / "amp.npz").exists()

"""`symrnn flow` as a user runs it: tables, files, and how it fails."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn import cli

Flow = Callable[..., tuple[object, str, str]]


@pytest.fixture
def flow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Flow:
    """The command: its exit code, output and errors."""
    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["symrnn", "flow", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        told = capsys.readouterr()
        return stopped.value.code, told.out, told.err
    return run


def test_elman_beside_lstm_shows_the_point_at_once(flow: Flow) -> None:
    code, out, _ = flow("elman", "lstm")
    assert code == 0
    head, last = (next(line.split() for line in out.splitlines() if line.split()[:1] == [word])
                  for word in ("lag", "50"))
    assert head == ["lag", "elman", "h", "lstm", "h", "lstm", "c"]
    plain, _, memory = map(float, last[1:])
    assert plain < 1e-9 and memory > 1e4 * plain
    assert "tanh(c[t])" in out and "largest singular value" in out


def test_numbers_in_three_formats_are_those_of_python(flow: Flow, tmp_path: Path) -> None:
    (wanted,) = symrnn.flow(symrnn.lstm(), sizes={"m": 3}, steps=4, scale={"recurrent": 1.5},
                            set={"b_f": 2})
    paths = [tmp_path / f"new{ending}" for ending in (".json", ".csv", ".npz")]
    for path in paths:
        code, out, _ = flow("lstm", "--fix", "m=3", "--steps", "4", "--scale", "recurrent=1.5",
                            "--set", "b_f=2", "--data", str(path))
        assert code == 0 and f"{path} is written" in out
    powers = wanted.norms["c", "h"]
    (one,) = json.loads(paths[0].read_text())
    (row,) = [each for each in one["log10_norms"] if (each["of"], each["by"]) == ("c", "h")]
    assert row["at_lags"] == [None, *powers[1:]]
    with paths[1].open(newline="") as file:
        rows = [each for each in csv.DictReader(file) if each["what"] == "norm"
                and (each["of"], each["by"]) == ("c", "h")]
    assert [float(each["log10"]) for each in rows] == list(powers)
    with np.load(paths[2]) as arrays:
        assert np.array_equal(arrays["lstm/norm/c/h"], powers)
        assert np.array_equal(arrays["lstm/singular values/4"], wanted.spectra[-1].singular)


@pytest.mark.parametrize("ending, magic", [(".svg", b"<svg"), (".png", b"\x89PNG"),
                                           (".pdf", b"%PDF")])
def test_pictures_are_the_same_bytes_again(flow: Flow, tmp_path: Path, ending: str,
                                           magic: bytes) -> None:
    path = tmp_path / f"flow{ending}"
    found = []
    for _ in range(2):
        assert flow("elman", "--steps", "5", "--plot", str(path))[0] == 0
        found.append(path.read_bytes())
    assert found[0] == found[1] and found[0].startswith(magic)


def test_weights_of_a_file(flow: Flow, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, W=np.zeros((2, 1)), U=np.eye(2) / 2, b=np.zeros(2), V=np.eye(2), b_y=np.zeros(2))
    code, out, _ = flow("elman", "--weights", str(path), "--steps", "10")
    assert code == 0 and "9.8e-04" in out and "m = 2" in out
    path.write_text("nothing")
    assert flow("elman", "--weights", str(path)) == (
        2, "", f"symrnn: {path} is no archive of arrays; write one with numpy.savez\n")
    assert flow("elman", "--weights", str(tmp_path / "none"))[0] == 2


def test_a_cell_of_a_file_is_measured(flow: Flow, tmp_path: Path) -> None:
    path = tmp_path / "own.cell"
    path.write_text("cell own\ninput x[n];  state h[m];  output h\nparam W[m,n], U[m,m]\n"
                    "h[t] = tanh(W @ x[t] + U @ h[t-1])\n")
    code, out, _ = flow(str(path), "--steps", "3")
    assert code == 0 and "own h" in out


@pytest.mark.parametrize("words, told", [
    (["bidirectional_rnn"], "both directions"), (["lstm", "--scale", "W=2"], "no parameter"),
    (["lstm", "--scale", "W"], "--scale 'W' is not understood; write a name and a number"),
    (["lstm", "--fix", "m=x"], "--fix 'm=x' is not understood"),
    (["lstm", "--fix", "m=1.5"], "--fix 'm=1.5' is not understood"),
    (["lstm", "--set", "b_f=inf"], "not understood"),
    (["lstm", "--plot", "a.txt"], "ends with .svg, .png, .pdf"),
    (["lstm", "--data", "a.txt"], "ends with .json, .csv, .npz"), (["nothing"], "no architecture")])
def test_mistakes_are_one_sentence(flow: Flow, words: list[str], told: str) -> None:
    code, out, err = flow(*words)
    assert (code, out) == (2, "") and told in err and err.count("\n") == 1

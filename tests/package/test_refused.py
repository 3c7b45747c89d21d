"""What package, import and export refuse: one sentence with the true reason, nothing written."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.cellfile import parse
from symrnn.cli import running
from symrnn.packaging.drawn import drawn_parameters

SIZES = {"n": 2, "m": 3, "p": 2}
GOOD = drawn_parameters(symrnn.elman(), SIZES)
LSTM = {"weight_ih_l0": np.ones((12, 2), "f4"), "weight_hh_l0": np.ones((12, 3), "f4")}


def changed(**arrays: object) -> dict[str, object]:
    return {name: one for name, one in {**GOOD, **arrays}.items() if one is not None}


def nan(array: np.ndarray) -> np.ndarray:
    return np.where(np.arange(array.size).reshape(array.shape) == 1, np.nan, array)


FILES = {
    "nan.npz": changed(U=nan(GOOD["U"])), "huge.npz": changed(U=np.full((3, 3), 1e300)),
    "shape.npz": changed(U=np.ones((2, 3))), "flat.npz": changed(W=np.ones(6)),
    "miss.npz": changed(U=None), "extra.npz": changed(Q=np.ones(3)),
    "text.npz": changed(U=np.array([["a"] * 3] * 3)), "torchnan.npz": {
        **LSTM, "weight_hh_l0": nan(LSTM["weight_hh_l0"])},
    "two.npz": {f"{place}.{name}": one for place in "ab" for name, one in LSTM.items()},
}
REFUSED = {
    "package elman -o out --weights nan.npz": "1 of the 9 entries of 'U' are no finite numbers",
    "package elman -o out --weights huge.npz": "9 of the 9 entries of 'U' are no finite numbers",
    "package elman -o out --weights shape.npz": "'U' has shape (2, 3) and must be (3, 3)",
    "package elman -o out --weights flat.npz": "'W' has shape (6,) and must have the axes [m, n]",
    "package elman -o out --weights miss.npz": "there are no weights for 'U'",
    "package elman -o out --weights extra.npz": "has no parameter 'Q'",
    "package elman -o out --weights text.npz": "'U' is no array of numbers",
    "package elman -o out --weights none.npz": "No such file or directory; look at the path",
    "package elman -o out --fix n=2,m=3,p=2 --node x": "--node names a node of an ONNX model",
    "package elman -o out --fix n=2,m=99999999999,p=2": "take smaller sizes",
    "package bidirectional_rnn -o out --fix n=2,m=2,p=2 --for wasm":
        "a state that goes from the last step to the first",
    "package two.npz -o out": "by symrnn import, which takes --prefix",
    "import torchnan.npz -o new.npz": "entries that are no finite numbers",
    "import two.npz -o new.npz --prefix c": "no recurrent module 'c'; there are 'a', 'b'",
    "import saved.npz -o new.npz": "was written by symrnn",
    "import trash.keras -o new.npz": "no complete .keras file, which is a zip archive",
}


@pytest.mark.parametrize("words", REFUSED)
def test_it_is_one_sentence_with_the_reason(words: str, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    if "trash.keras" in words and find_spec("keras") is None:
        pytest.skip("keras is not installed")
    monkeypatch.chdir(tmp_path)
    for name in FILES.keys() & set(words.split()):
        np.savez(name, **FILES[name])
    if "saved.npz" in words:
        symrnn.save(symrnn.elman(), GOOD, "saved.npz")
    Path("trash.keras").write_text("hello")
    there = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(sys, "argv", ["symrnn", *words.split()])
    assert running._run() == 2
    told = [line for line in capsys.readouterr().err.splitlines() if REFUSED[words] in line]
    assert len(told) == 1 and told[0].startswith("symrnn: ")
    assert sorted(tmp_path.rglob("*")) == there


@pytest.mark.parametrize(("options", "told"), [
    ({"train": "mean_squared_error", "window": 0}, "window is 0; it is a whole number"),
    ({"train": "mean_squared_error", "window": "x"}, "window is 'x'; it is a whole number"),
    ({"weights_as": "int8", "tolerance": float("nan")}, "tolerance is nan; it is a number from 0"),
    ({"kinds": "make"}, "there is no kind of package 'make'")])
def test_options_in_python_are_refused_alike(options: dict[str, object], told: str) -> None:
    with pytest.raises(symrnn.ProgramError, match=told):
        symrnn.package(symrnn.elman(), "net", SIZES, **options)


def test_weights_that_overflow_give_no_vectors() -> None:
    net = parse("cell big\ninput x[m]; state h[m]; output h\nparam w[m]\n"
                "h[t] = exp(w * x[t]^2) + 0.5 * h[t-1]")
    with pytest.raises(symrnn.ProgramError, match=r"big: with these weights it gives no finite "
                                                  r"numbers; give others with --weights FILE\.npz"):
        symrnn.package(net, "net", {"m": 2}, {"w": np.full(2, 1e30)})


@pytest.mark.parametrize(("arguments", "told"), [
    ({"sizes": {**SIZES, "m": 0}}, "m is 0; a size is a whole number"),
    ({"sizes": {**SIZES, "m": "x"}}, "m is 'x'; a size is a whole number"),
    ({"parameters": FILES["nan.npz"]}, "'U' has entries that are no finite numbers")])
def test_a_model_of_no_sizes_or_no_numbers_is_not_written(arguments: dict[str, object], told: str,
                                                          tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    with pytest.raises(ValueError, match=told):
        symrnn.to_onnx(symrnn.elman(), path=tmp_path / "net.onnx", **arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("made", [symrnn.adjoint, symrnn.tangent])
def test_a_program_that_reads_another_run_is_no_c(made) -> None:
    """An adjoint reads what the forward pass saved, which no caller has."""
    program = made(symrnn.elman())
    for doing in (lambda: symrnn.generate(program, "net"), lambda: symrnn.compile(program, "c"),
                  lambda: symrnn.package(program, "net", SIZES)):
        with pytest.raises(symrnn.ProgramError, match="which no call in C brings; take the net"):
            doing()

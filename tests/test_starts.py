"""What a state starts with where nobody gives it, and exponential gates at their edges."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn import Cell, Program, ProgramError, t
from symrnn.cellfile import CellFileError, parse
from symrnn.pipeline import generate

KINDS = [("c", "simd"), ("c", "portable"), ("numpy", "simd")]
each_kind = pytest.mark.parametrize(("backend", "profile"), KINDS,
                                    ids=["simd", "portable", "numpy"])
each_type = pytest.mark.parametrize("dtype", ["float32", "float64"])
TEXT = """cell sum
input x[n]
state s[n] = -2.5 "what was seen"
param w[n]
output s
s[t] = s[t-1] + w * x[t]
"""


def summed() -> Program:
    with Cell("sum", "A sum") as cell:
        x, s = cell.input("x[n]", "input"), cell.state("s[n]", "what was seen", start=-2.5)
        w = cell.parameter("w[n]", "weights")
        s[t] = s[t - 1] + w * x[t]
    return cell.build("s")


@each_kind
def test_a_state_starts_with_what_it_declares(backend: str, profile: str) -> None:
    for net in (summed(), parse(TEXT)):
        kernel = symrnn.compile(net, backend, profile=profile)
        x, one = np.ones((3, 2, 4), np.float32), {"w": np.ones(4)}
        assert np.array_equal(kernel.forward(one, x).y[-1], np.full((2, 4), 0.5))
        assert np.array_equal(kernel.infer(one, x)[0][0], np.full((2, 4), -1.5))
        given = kernel.forward(one, x, {"s": np.ones((2, 4))})
        assert np.array_equal(given.y[-1], np.full((2, 4), 4.0))
        masked = kernel.forward(one, x, lengths=[0, 2])
        assert masked.final["s"][:, 0].tolist() == [-2.5, -0.5]
        stream = kernel.stepper(one)
        assert stream(np.ones(4)).tolist() == [-1.5] * 4


def test_networks_of_a_cell_start_alike() -> None:
    for net in (symrnn.deep(summed(), 2), symrnn.bidirectional(summed(), readout=False)):
        kernel = symrnn.compile(net, "numpy")
        run = kernel.forward({name: np.ones(3) for name in kernel.parameters}, np.zeros((1, 1, 3)))
        assert all(np.array_equal(one, np.full((1, 3), -2.5)) or one[0, 0] == -5.0
                   for one in run.final.values())


def test_whoever_reads_is_told() -> None:
    files = generate(summed(), "sum")
    for name in ("sum.h", "sum.py"):
        assert "-2.5 where none is given" in files[name], name
    assert r"s_{0}\text{, else }" in files["sum.tex"]


@pytest.mark.parametrize("start", ["x", None, float("inf"), float("nan"), 1e31, 1j])
def test_a_start_is_a_number(start: object) -> None:
    with Cell("sum", "A sum") as cell, pytest.raises(ProgramError, match="sum: "):
        cell.state("s[n]", "what was seen", start=start)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("input x[n]", "input x[n] = 1", "only a state starts with a number"),
    ("-2.5", "-2.5e30", "starts beyond 1e30"), ("-2.5", "", "unexpected"),
])
def test_a_wrong_start_in_a_file_is_pointed_at(old: str, new: str, words: str) -> None:
    with pytest.raises(CellFileError, match=words):
        parse(TEXT.replace(old, new))


@each_kind
@each_type
def test_a_closed_first_input_gate_decides_alone(backend: str, profile: str, dtype: str) -> None:
    """With one step, h is sigma(0) tanh(1/2), however closed the input gate is."""
    kernel = symrnn.compile(symrnn.cell("slstm"), backend, dtype, profile=profile)
    for gate in (0, 5, -60, -95, -103, -110, -380, -1000, 300):
        params = {name: np.zeros([1] * len(one.axes)) for name, one in kernel.parameters.items()}
        params["W_z"][:], params["W_i"][:] = 0.5, gate
        run = kernel.forward(params, np.ones((1, 1, 1)))
        found = kernel.backward(run, np.ones((1, 1, 1)))
        assert run.y.item() == pytest.approx(0.2310586, abs=1e-7)
        assert found["W_z"].item() == pytest.approx(0.3932239, abs=1e-7)
        assert found["W_i"].item() == 0
        assert all(np.isfinite(one).all() for one in found.values())


@each_kind
@each_type
@pytest.mark.parametrize("bias", [-95, -720, -1000, 0, 95, 720])
def test_a_matrix_memory_with_closed_gates_is_finite(
        backend: str, profile: str, dtype: str, bias: float) -> None:
    kernel = symrnn.compile(symrnn.cell("mlstm"), backend, dtype, profile=profile)
    draw = np.random.default_rng(1)
    params = {name: draw.normal(size=[2] * len(one.axes))
              for name, one in kernel.parameters.items()}
    params |= {"w_i": np.zeros(2), "w_f": np.zeros(2), "b_i": np.array(bias), "b_f": np.array(bias)}
    run = kernel.forward(params, np.ones((3, 1, 2)))
    found = kernel.backward(run, np.ones_like(run.y))
    assert np.isfinite(run.y).all()
    assert all(np.isfinite(one).all() for one in found.values())
    if bias <= -95:  # nothing was stored
        assert np.abs(run.y).max() < 1e-38
        assert np.abs(found["W_v"]).max() < 1e-38

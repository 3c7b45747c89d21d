"""Cells whose sizes stand in unusual places, and inputs of unusual types."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import Cell, Program, ProgramError, ShapeError, t
from symrnn.checking.numeric import check_kernel

STATE_ALONE = """cell held
input a[l]; state S[v]; output y; param q[l]
y[t] = S[t-1]
S[t] = S[t-1] * 0.5 + dot(q, a[t])
"""


def state_alone(folder: Path) -> Program:
    (folder / "held.cell").write_text(STATE_ALONE)
    return symrnn.cell(str(folder / "held.cell"))


@pytest.mark.parametrize(("backend", "profile"), [("numpy", "simd"), ("c", "simd"),
                                                  ("c", "portable")])
def test_an_axis_that_states_alone_carry(backend: str, profile: str, tmp_path: Path) -> None:
    net = state_alone(tmp_path)
    assert symrnn.generate(net, "held")
    assert check_kernel(net, backend, "float64", profile=profile) == []
    kernel = symrnn.compile(net, backend, "float64", profile=profile)
    params, a, S = {"q": np.ones(2)}, np.ones((3, 1, 2)), np.arange(4.).reshape(1, 4)
    assert np.allclose(kernel.forward(params, a, {"S": S}).y[1], S / 2 + 2)
    assert np.allclose(kernel.step(params, a[0], {"S": S})[1]["S"], S / 2 + 2)
    assert np.allclose(kernel.stepper(params, initial={"S": S})(a[0]), S)
    for call in (lambda: kernel.forward(params, a), lambda: kernel.step(params, a[0]),
                 lambda: kernel.stepper(params), lambda: kernel.truncated(params, a, a, 2)):
        with pytest.raises(ShapeError, match=r"tells v: give the state 'S' \[B, v\] to start from"):
            call()


def test_one_state_tells_the_size_of_another() -> None:
    with Cell("two", "Two states") as cell:
        a = cell.input("a", "number")
        S, R = cell.state("S[v]", "state"), cell.state("R[v]", "other state")
        S[t] = S[t - 1] / 2 + a[t]
        R[t] = R[t - 1] + S[t]
    kernel = symrnn.compile(cell.build("R"), "numpy", "float64")
    run = kernel.forward({}, np.ones((2, 1)), {"R": np.ones((1, 3))})
    assert np.allclose(run.y[:, 0, 0], [2, 3.5])
    assert run.final["S"].shape == (1, 3)
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert gradients["initial.S"].shape == (1, 3)


def test_a_cell_without_an_input_is_refused(tmp_path: Path) -> None:
    with Cell("alone", "Nothing comes in") as cell:
        h = cell.state("h[m]", "state")
        (U,) = cell.parameters("U[m,m]", "of the state")
        h[t] = U @ h[t - 1]
    with pytest.raises(ProgramError, match=r"alone: there is no input.*cell\.input\('x\[n\]'"):
        cell.build("h")


def test_an_axis_that_nothing_tells_is_refused() -> None:
    with Cell("wide", "An output of any length") as cell:
        x, y = cell.input("x[n]", "input"), cell.symbol("y[p]", "output")
        (q,) = cell.parameters("q[n]", "of the output")
        y[t] = 2 * cell.contract("i,i->", q, x[t])
    with pytest.raises(ProgramError, match="nothing tells how long the axis 'p' of 'y' is; give"):
        cell.build("y")


def module(program: Program, name: str = "net") -> Any:
    found = ModuleType(name)
    exec(symrnn.generate(program, name)[f"{name}.py"], found.__dict__)
    return found


def test_complex_numbers_are_refused() -> None:
    """Their order and their sign, which saturated slopes need, mean nothing."""
    net = module(symrnn.lstm())
    with pytest.raises(TypeError, match="complex128; net computes with real numbers"):
        net.forward({}, {"x": np.ones((1, 1, 1), complex)}, {})


@pytest.mark.parametrize("kind", [bool, np.int8, np.int64, np.float16, np.float32, np.float64])
def test_integers_are_computed_with_as_floats(kind: type) -> None:
    net, random = module(symrnn.lstm()), np.random.default_rng(0)
    kernel = symrnn.compile(symrnn.lstm(), "numpy")
    params = {name: random.normal(size=[3] * len(one.axes)).astype("f4")
              for name, one in kernel.parameters.items()}
    x = random.integers(0, 2, (5, 2, 3))
    zero = {"h": np.zeros((2, 3), "f4"), "c": np.zeros((2, 3), "f4")}
    wanted, _, _ = net.forward(params, {"x": x.astype("f8")}, zero)
    outputs, _, tape = net.forward(params, {"x": x.astype(kind)}, zero)
    assert outputs["h"].any()
    assert np.allclose(outputs["h"], wanted["h"], rtol=1e-5)
    assert outputs["h"].dtype == np.result_type(np.float32, kind)
    step, _ = net.step(params, {"x": x[0].astype(kind)}, zero)
    assert np.allclose(step["h"], outputs["h"][0])
    bars = {"h": np.ones((5, 2, 3), int), "final.h": np.zeros((2, 3), int), "final.c": zero["c"]}
    gradients = net.backward(params, {"x": x.astype(kind)}, zero, outputs, tape, bars)
    again = net.backward(params, {"x": x.astype("f8")}, zero, *net.forward(
        params, {"x": x.astype("f8")}, zero)[::2], bars)
    assert all(np.allclose(one, again[name], rtol=1e-4) for name, one in gradients.items())


def test_masks_may_be_truths_and_parameters_wider_than_the_input() -> None:
    net = module(symrnn.gru(zoneout=True))
    kernel = symrnn.compile(symrnn.gru(zoneout=True), "numpy")
    params = {name: np.full([3] * len(one.axes), 1 / 3) for name, one in kernel.parameters.items()}
    x, mask = np.ones((4, 2, 3), "f4"), np.arange(24).reshape(4, 2, 3) % 2
    found = [net.forward(params, {"x": x, "zoneout_h": mask.astype(kind)}, {"h": np.zeros((2, 3))})
             for kind in (bool, int, float)]
    for outputs, _, _ in found:
        assert outputs["h"].dtype == np.float64
        assert np.array_equal(outputs["h"], found[0][0]["h"])

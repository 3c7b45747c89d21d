"""Losses: their values by their definitions, their derived gradients by the textbook's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import symrnn
from symrnn.checking import check_kernel
from symrnn.losses import LOSSES

DRAW = np.random.default_rng(3)
A, TARGET = DRAW.normal(size=(4, 2, 3)), DRAW.random((4, 2, 3))
SIGMOID = 1 / (1 + np.exp(-A))
EXPECTED = {
    "mean_squared_error": (((A - TARGET) ** 2).mean(-1), 2 * (A - TARGET) / 3),
    "binary_cross_entropy": (
        -(TARGET * np.log(SIGMOID) + (1 - TARGET) * np.log(1 - SIGMOID)).sum(-1),
        SIGMOID - TARGET),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_value_and_gradient_are_those_of_the_textbook(name: str) -> None:
    kernel = symrnn.compile(LOSSES[name](), "numpy", "float64")
    run = kernel.forward({}, {"a": A, "target": TARGET})
    bars = kernel.backward(run, np.ones((4, 2)))
    loss, gradient = EXPECTED[name]
    assert np.allclose(run.y, loss, rtol=1e-12)
    assert np.allclose(bars["a"], gradient, rtol=1e-12)


@pytest.mark.parametrize("score", [-1000.0, 1000.0])
def test_a_certain_answer_overflows_nowhere(score: float) -> None:
    kernel = symrnn.compile(symrnn.binary_cross_entropy(), "numpy", "float32")
    given = {"a": np.full((1, 1, 1), score), "target": np.ones((1, 1, 1))}
    run = kernel.forward({}, given)
    assert run.y == pytest.approx(max(-score, 0))
    assert kernel.backward(run, np.ones((1, 1)))["a"] == pytest.approx(-1.0 if score < 0 else 0)


@pytest.mark.parametrize("name", LOSSES)
def test_a_network_and_its_loss_are_one_program(name: str) -> None:
    judged = symrnn.with_loss(symrnn.readout(symrnn.gru()), LOSSES[name]())
    assert judged.outputs == ("loss",)
    assert "target" in [one.name for one in judged.with_role(symrnn.program.Role.INPUT)]
    assert check_kernel(judged, backend="numpy", dtype="float64") == []


def test_names_that_the_network_has_get_a_number() -> None:
    judged = symrnn.with_loss(symrnn.elman(), symrnn.softmax_cross_entropy())
    assert judged.outputs == ("loss",)
    assert judged == symrnn.with_loss(symrnn.elman(), "softmax_cross_entropy")
    twice = symrnn.with_loss(symrnn.with_loss(symrnn.elman(), _identity()),
                             symrnn.mean_squared_error())
    assert [one.name for one in twice.with_role(symrnn.program.Role.INPUT)] == [
        "x", "target", "target_2"]


def _identity() -> symrnn.Program:
    """What passes its first input on, and has a target."""
    from symrnn import Cell, t

    with Cell("same", "the same") as cell:
        a, target = cell.input("a[p]", "scores"), cell.input("target[p]", "target")
        s = cell.symbol("s[p]", "sum")
        s[t] = a[t] + target[t]
    return cell.build("s")


def test_what_a_loss_cannot_judge_is_said() -> None:
    both = symrnn.bidirectional(symrnn.gru(), readout=False, merge="concat")
    assert symrnn.with_loss(both, symrnn.mean_squared_error()).outputs == ("loss",)
    for wrong in ("mse", symrnn.mean_squared_error):
        with pytest.raises(ValueError, match="there is no loss"):
            symrnn.with_loss(both, wrong)
    apart = replace(symrnn.lstm(), outputs=("h", "c"))
    with pytest.raises(symrnn.ProgramError, match="mean_squared_error judges one output, and lstm "
                                                  "has 2 outputs; join them by a readout"):
        symrnn.with_loss(apart, symrnn.mean_squared_error())
    with pytest.raises(symrnn.ProgramError, match="add a readout"):
        symrnn.with_loss(symrnn.cell("convlstm"), symrnn.mean_squared_error())

"""The mass-conserving LSTM against a loop from its paper, and against its promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from symrnn.checking.reference import random_case
from symrnn.kernels import compile
from symrnn.pipeline import derive
from tests.zoo.against import Values, compare
from tests.zoo.functions import sigmoid


def hoedt(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    """Hoedt et al., arXiv 2101.05186: all gates see a and c / |c|."""
    c, out, memory = initial["c"], [], []
    for x, a in zip(inputs["x"], inputs["a"], strict=True):
        mass = sum(one if one.real > 0 else -one for one in c)
        shares = c / (mass if mass.real > 0 else 1)
        i = np.exp(w["W_i"] @ a + w["U_i"] @ shares + w["b_i"])
        o = sigmoid(w["W_o"] @ a + w["U_o"] @ shares + w["b_o"])
        R = np.exp(w["W_r"] @ a + w["U_r"] @ shares + w["B_r"])
        total = (R / R.sum(axis=0)) @ c + i / i.sum() * x
        c = (1 - o) * total
        out.append(o * total)
        memory.append(c)
    return {"h": out, "c": memory}


def test_mass_conserving_lstm() -> None:
    compare(cell("mass_conserving_lstm"), hoedt)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_it_starts_empty(backend: str) -> None:
    """There the paper divides 0 by 0; shares jump, so that no derivative by c exists."""
    program = cell("mass_conserving_lstm")
    case, kernel = random_case(derive(program)), compile(program, backend, "float64")
    run = kernel.forward(case.parameters, case.inputs)
    for sample, made in enumerate(np.moveaxis(run.y, 1, 0)):
        inputs = {name: one[:, sample] for name, one in case.inputs.items()}
        wanted = hoedt(case.parameters, inputs, {"c": np.zeros(made.shape[-1])})["h"]
        np.testing.assert_allclose(made, wanted, rtol=1e-12)
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert all(np.isfinite(one).all() for one in gradients.values())


def test_mass_is_conserved() -> None:
    program = cell("mass_conserving_lstm")
    case = random_case(derive(program), steps=30, positive=True)
    run = compile(program, "numpy", "float64").forward(case.parameters, case.inputs, case.initial)
    came = case.initial["c"].sum(-1) + case.inputs["x"].sum(0)
    went = run.final["c"].sum(-1) + run.y.sum((0, -1))
    np.testing.assert_allclose(went, came, rtol=1e-13)
    assert np.all(run.y >= 0) and np.all(run.final["c"] >= 0)

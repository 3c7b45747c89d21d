"""The liquid network against algorithm 1 of its paper, neuron by neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from symrnn.kernels import compile
from symrnn.program import ProgramError
from tests.zoo.against import Loop, Values, compare


def fused_solver(steps: int) -> Loop:
    def loop(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        x, shown = initial["x"], []
        for number, now in enumerate(inputs["I"]):
            dt = (inputs["Delta"][number] if "Delta" in inputs else 1) / steps
            for _ in range(steps):
                x = np.array([fused_step(p, neuron, x, now, dt) for neuron in range(len(x))])
            shown.append(x)
        return {"x": shown}

    return loop


def fused_step(p: Values, i: int, x: Any, now: Any, dt: Any) -> Any:
    f = 1 / (1 + np.exp(-(p["gamma_r"][i] @ x + p["gamma"][i] @ now + p["mu"][i])))
    return (x[i] + dt * f * p["A"][i]) / (1 + dt * (1 / np.exp(p["tau_log"][i]) + f))


@pytest.mark.parametrize("unfolds, elapsed", [(6, False), (2, True), (1, False)])
def test_ltc_takes_steps_of_the_fused_solver(unfolds: int, elapsed: bool) -> None:
    compare(cell("ltc", unfolds=unfolds, elapsed=elapsed), fused_solver(unfolds),
            sizes={"n": 3, "m": 4})


def test_more_steps_of_the_solver_come_closer_to_the_solution() -> None:
    """Without weights f is 1/2: x relaxes to f A / (1/tau + f) at the rate 1/tau + f."""
    given = {"gamma": np.zeros((1, 1)), "gamma_r": np.zeros((1, 1)), "mu": np.zeros(1),
             "tau_log": np.log([2.0]), "A": np.ones(1)}
    errors = []
    for unfolds in (1, 4, 16):
        kernel = compile(cell("ltc", unfolds=unfolds), "numpy", "float64")
        run = kernel.forward(given, np.zeros((3, 1, 1)))
        errors.append(abs(run.y[-1, 0, 0] - 0.5 * (1 - np.exp(-3))))
    assert errors[1] < errors[0] / 3
    assert errors[2] < errors[1] / 3


def test_a_solver_without_steps_is_refused() -> None:
    with pytest.raises(ProgramError, match="unfolds is 0"):
        cell("ltc", unfolds=0)

"""Gated DeltaNet against its paper's product of matrices, head by head."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from symrnn.kernels import compile
from tests.zoo.against import Values, compare

SIZES = {"D": 4, "H": 2, "d_k": 3, "d_v": 5}


def silu(a: Any) -> Any:
    return a / (1 + np.exp(-a))


def delta_rule(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    S, states, shown = list(initial["S"]), [], []
    for x in inputs["x"]:
        y = 0
        for head in range(len(S)):
            q, k, v = (silu(p[f"W_{one}"][head] @ x) for one in "qkv")
            q, k = (one / np.sqrt(sum(entry**2 for entry in one)) for one in (q, k))
            speed = np.log(1 + np.exp(p["W_alpha"][head] @ x + p["b_alpha"][head]))
            alpha = np.exp(-np.exp(p["A_log"][head]) * speed)
            beta = 1 / (1 + np.exp(-p["W_beta"][head] @ x))
            turn = alpha * (np.eye(len(k)) - beta * np.outer(k, k))
            S[head] = S[head] @ turn + beta * np.outer(v, k)
            y = y + p["W_o"][:, head] @ (S[head] @ q)
        states.append(np.array(S))
        shown.append(y)
    return {"y": shown, "S": states}


def test_gated_deltanet_corrects_its_memory() -> None:
    compare(cell("gated_deltanet"), delta_rule, sizes=SIZES)


def test_an_input_of_zeros_leaves_all_finite() -> None:
    """Queries and keys have no direction there."""
    kernel = compile(cell("gated_deltanet"), "numpy", "float64")
    sizes, random = {**SIZES, "T": 3, "B": 2}, np.random.default_rng(0)
    given = {name: random.normal(size=[sizes[axis] for axis in one.axes])
             for name, one in kernel.parameters.items()}
    run = kernel.forward(given, np.zeros((3, 2, 4)))
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert all(np.isfinite(one).all() for one in (run.y, *gradients.values()))

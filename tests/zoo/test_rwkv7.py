"""RWKV-7 against its paper's product of matrices, head by head, in rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from tests.zoo.against import Values, compare


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def loramlp(p: Values, gate: str, head: int, hidden: Any) -> Any:
    return hidden @ p[f"B_{gate}"][head].T + p[f"lambda_{gate}"][head]


def goose(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    S, last, states, shown = list(initial["S"]), initial["x"], [], []
    for x in inputs["x"]:
        seen = {one: (1 - p[f"mu_{one}"]) * x + p[f"mu_{one}"] * last for one in "rkvda"}
        last, y = x, 0
        for head in range(len(S)):
            r, k, v = (seen[one] @ p[f"W_{one}"][head].T for one in "rkv")
            d = loramlp(p, "d", head, np.tanh(seen["d"] @ p["A_d"].T))
            a = sigmoid(loramlp(p, "a", head, seen["a"] @ p["A_a"].T))
            w = np.exp(-np.exp(-0.5) * sigmoid(d))
            kappa = k * p["xi"][head]
            kappa = kappa / np.sqrt(np.sum(kappa**2))
            written = k * (1 + (a - 1) * p["alpha"][head])
            S[head] = (S[head] @ (np.diag(w) - np.outer(kappa, a * kappa))
                       + np.outer(v, written))
            y = y + (r @ S[head].T) @ p["W_o"][:, head].T
        states.append(np.array(S))
        shown.append(y)
    return {"y": shown, "S": states, "x": list(inputs["x"])}


def test_rwkv7_evolves_its_state() -> None:
    compare(cell("rwkv7"), goose, steps=5, batch=2,
            sizes={"D": 3, "H": 2, "d_k": 2, "d_v": 3, "R_d": 2, "R_a": 1})

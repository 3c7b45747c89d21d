"""Gated linear attention against the recurrence of its paper, head by head, in rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from tests.zoo.against import Loop, Values, compare


def attention(tau: float) -> Loop:
    def loop(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        S, states, shown = list(initial["S"]), [], []
        for x in inputs["x"]:
            y = 0
            for head in range(len(S)):
                q, k, v = (x @ p[f"W_{one}"][head].T for one in "qkv")
                a = x @ p["W_1"].T @ p["W_2"][head].T + p["b"][head]
                alpha = (1 / (1 + np.exp(-a))) ** (1 / tau)
                S[head] = alpha[:, None] * S[head] + np.outer(k, v)
                y = y + (q @ S[head]) @ p["W_o"][:, head].T
            states.append(np.array(S))
            shown.append(y)
        return {"y": shown, "S": states}

    return loop


@pytest.mark.parametrize("tau", [16, 1])
def test_gla_forgets_row_by_row(tau: float) -> None:
    compare(cell("gla", tau=tau), attention(tau),
            sizes={"D": 4, "H": 2, "d_k": 3, "d_v": 5, "R": 2})

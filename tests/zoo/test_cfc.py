"""The closed-form network against equation (4) of its paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from tests.zoo.against import Values, compare


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def closed_form(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    x, shown = initial["x"], []
    for number, now in enumerate(inputs["I"]):
        time = inputs["Delta"][number] if "Delta" in inputs else 1
        z = np.tanh(np.concatenate([p["W_z"], p["U_z"]], axis=1) @ np.concatenate([now, x])
                    + p["b_z"])
        f, g, h = (p[f"W_{one}"] @ z + p[f"b_{one}"] for one in "fgh")
        x = sigmoid(-f * time) * np.tanh(g) + (1 - sigmoid(-f * time)) * np.tanh(h)
        shown.append(x)
    return {"x": shown}


@pytest.mark.parametrize("elapsed", [False, True])
def test_cfc_goes_from_target_to_target(elapsed: bool) -> None:
    compare(cell("cfc", elapsed=elapsed), closed_form, sizes={"n": 3, "m": 4, "k": 5})

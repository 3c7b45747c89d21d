"""HGRN2 against its paper's recurrence, head by head."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from tests.zoo.against import Values, compare


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def hgrn2(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    h, states, shown = list(initial["h"]), [], []
    for x in inputs["x"]:
        y = 0
        for head in range(len(h)):
            a_f, a_i, a_o = (p[f"W_{one}"][head] @ x + p[f"b_{one}"][head] for one in "fio")
            bound = p["gamma"][head]
            f = bound + (1 - bound) * sigmoid(a_f)
            h[head] = np.diag(f) @ h[head] + np.outer(1 - f, a_i * sigmoid(a_i))
            y = y + p["W_y"][:, head] @ (sigmoid(a_o) @ h[head])
        states.append(np.array(h))
        shown.append(y)
    return {"y": shown, "h": states}


def test_hgrn2_expands_its_state() -> None:
    compare(cell("hgrn2"), hgrn2, sizes={"D": 4, "H": 2, "d_f": 3, "d_i": 5})


def test_without_a_lower_bound_it_is_the_first_layer() -> None:
    compare(cell("hgrn2"), hgrn2, sizes={"D": 3, "H": 2, "d_f": 2, "d_i": 2}, given={"gamma": 0.0})

"""RG-LRU against equations (1) to (4) of Griffin's paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from tests.zoo.against import Loop, Values, compare


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def griffin(c: float) -> Loop:
    def loop(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, shown = initial["h"], []
        for x in inputs["x"]:
            r, i = sigmoid(p["W_a"] @ x + p["b_a"]), sigmoid(p["W_x"] @ x + p["b_x"])
            a = sigmoid(p["Lambda"]) ** (c * r)
            h = a * h + np.sqrt(1 - a**2) * (i * x)
            shown.append(h)
        return {"h": shown}

    return loop


@pytest.mark.parametrize("c", [8, 0.5])
def test_rglru_gates_its_decay(c: float) -> None:
    compare(cell("rglru", c=c), griffin(c), sizes={"d": 5})


def test_a_slow_decay_keeps_its_digits() -> None:
    """1 - a^2 is 3e-15 here: computed as written, it would have one digit."""
    compare(cell("rglru"), slow, sizes={"d": 2}, given={"Lambda": 36.0})


def slow(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    h, shown = initial["h"], []
    for x in inputs["x"]:
        r, i = sigmoid(p["W_a"] @ x + p["b_a"]), sigmoid(p["W_x"] @ x + p["b_x"])
        log_a = -8 * r * np.exp(-p["Lambda"])
        h = np.exp(log_a) * h + np.sqrt(-2 * log_a * (1 + log_a)) * (i * x)
        shown.append(h)
    return {"h": shown}

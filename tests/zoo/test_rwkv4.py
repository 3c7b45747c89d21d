"""RWKV-4 against the sum over all steps before, in which no exponent is shifted."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from tests.zoo.against import Values, compare

SIZES = {"D": 4, "d": 3}
EMPTY = {"initial.a": 0.0, "initial.b": 0.0, "initial.p": -1e30}


def mixed(p: Values, inputs: Values, initial: Values) -> list[tuple[Any, Any, Any]]:
    """Receptance, key and value of every step."""
    made, last = [], initial["x"]
    for x in inputs["x"]:
        made.append(tuple(p[f"W_{one}"] @ (p[f"mu_{one}"] * x + (1 - p[f"mu_{one}"]) * last)
                          for one in "rkv"))
        last = x
    return made


def shown(p: Values, r: Any, wkv: Any) -> Any:
    return p["W_o"] @ (wkv / (1 + np.exp(-r)))


def attention(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    """Equation (14) of the paper: weights that decay with age, for one present and all past."""
    steps, w, y = mixed(p, inputs, initial), np.exp(p["w_log"]), []
    for now, (r, k, _) in enumerate(steps):
        weights = [np.exp(-(now - 1 - past) * w + steps[past][1]) for past in range(now)]
        weights.append(np.exp(p["u"] + k))
        values = [value for _, _, value in steps[: now + 1]]
        found = sum(one * value for one, value in zip(weights, values, strict=True))
        y.append(shown(p, r, found / sum(weights)))
    return {"y": y, "x": list(inputs["x"])}


def recurrence(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    """The RNN cell of the appendix, without a shift: b and a hold exp(p) times what is stored."""
    scale, w, y = np.exp(initial["p"]), np.exp(p["w_log"]), []
    a, b = scale * initial["a"], scale * initial["b"]
    for r, k, v in mixed(p, inputs, initial):
        now = np.exp(p["u"] + k)
        y.append(shown(p, r, (a + now * v) / (b + now)))
        a, b = np.exp(-w) * a + np.exp(k) * v, np.exp(-w) * b + np.exp(k)
    return {"y": y, "x": list(inputs["x"])}


def test_rwkv4_is_attention_over_all_steps() -> None:
    compare(cell("rwkv4"), attention, sizes=SIZES, given=EMPTY)


def test_rwkv4_goes_on_from_a_state() -> None:
    stored = np.random.default_rng(1).uniform(0.5, 1.5, (3, SIZES["d"]))
    compare(cell("rwkv4"), recurrence, sizes=SIZES, given={"initial.b": stored})

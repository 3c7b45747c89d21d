"""Relatives of the LSTM, each against a loop that was written from its paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from symrnn.presentation import show
from tests.zoo.against import Loop, Values, compare
from tests.zoo.functions import sigmoid


def test_memory_controller_lstm() -> None:
    """Ben-Ari and Shwartz-Ziv, NIPS 2017 Time Series Workshop: v steers, h is shown."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        c, v = initial["c"], initial["v"]
        shown: dict[str, Any] = {"h": [], "c": [], "v": []}
        for x in inputs["x"]:
            f, i, o, m, n = (w[f"W_{one}v"] @ v + w[f"W_{one}x"] @ x + w[f"b_{one}"]
                             for one in "fiomn")
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(n)
            h, v = sigmoid(o) * np.tanh(c), sigmoid(m) * np.tanh(c)
            for name, one in (("h", h), ("c", c), ("v", v)):
                shown[name].append(one)
        return shown

    compare(cell("memory_controller_lstm"), loop)


def kim(identity: bool) -> Loop:
    """Kim et al., arXiv 1701.03360: an LSTM with peepholes and projection, and a shortcut."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, c, outputs, memory = initial["h"], initial["c"], [], []
        for x in inputs["x"]:
            i = sigmoid(w["W_ix"] @ x + w["W_ih"] @ h + w["w_ic"] * c + w["b_i"])
            f = sigmoid(w["W_fx"] @ x + w["W_fh"] @ h + w["w_fc"] * c + w["b_f"])
            c = f * c + i * np.tanh(w["W_cx"] @ x + w["W_ch"] @ h + w["b_c"])
            o = sigmoid(w["W_ox"] @ x + w["W_oh"] @ h + w["W_oc"] @ c + w["b_o"])
            h = o * (w["W_p"] @ np.tanh(c) + (x if identity else w["W_h"] @ x))
            outputs.append(h)
            memory.append(c)
        return {"h": outputs, "c": memory}

    return loop


@pytest.mark.parametrize("identity", [False, True])
def test_residual_lstm(identity: bool) -> None:
    compare(cell("residual_lstm", identity=identity), kim(identity))


def test_letters_of_a_subscript_are_no_greek_letter() -> None:
    assert r"\xi" not in show(cell("residual_lstm"), "latex")


def test_working_memory_lstm() -> None:
    """Landi et al., arXiv 2109.00020: tanh(W c) in every gate, o sees the new memory."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, c, outputs, memory = initial["h"], initial["c"], [], []

        def gate(one: str, x: Any, h: Any, c: Any) -> Any:
            return sigmoid(w[f"W_{one}x"] @ x + w[f"W_{one}h"] @ h
                           + np.tanh(w[f"W_{one}c"] @ c) + w[f"b_{one}"])

        for x in inputs["x"]:
            g = np.tanh(w["W_gx"] @ x + w["W_gh"] @ h + w["b_g"])
            before = h
            c = gate("f", x, before, c) * c + gate("i", x, before, c) * g
            h = gate("o", x, before, c) * np.tanh(c)
            outputs.append(h)
            memory.append(c)
        return {"h": outputs, "c": memory}

    compare(cell("working_memory_lstm"), loop)

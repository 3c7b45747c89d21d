"""Options that give the equations of a paper, each against a loop that was written from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cells import cell
from tests.zoo.against import Loop, Values, compare
from tests.zoo.functions import sigmoid


def lstm(shown: Any, coupled: bool) -> Loop:
    """An LSTM with peepholes whose output gate sees the new memory."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, c, outputs, memory = initial["h"], initial["c"], [], []

        def gate(one: str, x: Any, h: Any, c: Any) -> Any:
            return sigmoid(w[f"W_{one}"] @ x + w[f"U_{one}"] @ h + w[f"p_{one}"] * c
                           + w[f"b_{one}"])

        for x in inputs["x"]:
            i = gate("i", x, h, c)
            f = 1 - i if coupled else gate("f", x, h, c)
            c = f * c + i * np.tanh(w["W_g"] @ x + w["U_g"] @ h + w["b_g"])
            h = gate("o", x, h, c) * shown(c)
            outputs.append(h)
            memory.append(c)
        return {"h": outputs, "c": memory}

    return loop


def test_gers_2002_shows_the_memory_as_it_is() -> None:
    net = symrnn.lstm(peephole=True, output_activation="linear")
    compare(net, lstm(lambda c: c, coupled=False))
    assert any("output_activation='linear'" in note for note in net.notes)


def test_greff_couples_the_gates_of_an_lstm_with_peepholes() -> None:
    net = cell("lstm_coupled", peephole=True)
    compare(net, lstm(np.tanh, coupled=True))
    assert "p_f" not in net and any("peephole=True" in note for note in cell("lstm_coupled").notes)


@pytest.mark.parametrize("self_connection", [False, True])
def test_context_of_jordan(self_connection: bool) -> None:
    """Jordan 1986: the context keeps a share of itself and takes the last output whole."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        y, contexts, outputs = initial["y"], [], []
        context = initial["c"] if self_connection else 0 * y
        for x in inputs["x"]:
            context = (w["alpha"] if self_connection else 0) * context + y
            h = np.tanh(w["W"] @ x + w["U"] @ context + w["b"])
            y = sigmoid(w["V"] @ h + w["b_y"])
            contexts.append(context)
            outputs.append(y)
        return {"y": outputs} | ({"c": contexts} if self_connection else {})

    compare(symrnn.jordan(self_connection=self_connection), loop, given=(
        {"alpha": 0.7} if self_connection else None))


@pytest.mark.parametrize("gate_inside", [False, True])
def test_multiplicative_lstm(gate_inside: bool) -> None:
    """Krause et al., arXiv 1609.07959, with the output gate inside the tanh, or outside."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, c, outputs, memory = initial["h"], initial["c"], [], []
        for x in inputs["x"]:
            m = (w["W_mx"] @ x) * (w["W_mh"] @ h)
            new, i, o, f = (w[f"W_{one}x"] @ x + w[f"W_{one}m"] @ m for one in "hiof")
            if gate_inside:
                c = sigmoid(f) * c + sigmoid(i) * new
                h = np.tanh(c * sigmoid(o))
            else:
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
                h = np.tanh(c) * sigmoid(o)
            outputs.append(h)
            memory.append(c)
        return {"h": outputs, "c": memory}

    compare(cell("multiplicative_lstm", gate_inside=gate_inside), loop)

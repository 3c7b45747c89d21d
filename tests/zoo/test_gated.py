"""Gated networks with one state, each against a loop that was written from its paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from symrnn.program import ProgramError
from tests.zoo.against import Loop, Values, compare
from tests.zoo.functions import hard_sigmoid, relu, sigmoid, softplus


def test_atr() -> None:
    """Zhang et al., arXiv 1810.12546: p, q, their sum and difference in two gates."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, seen = initial["h"], []
        for x in inputs["x"]:
            p, q = w["W"] @ x, w["U"] @ h
            h = sigmoid(p + q) * p + sigmoid(p - q) * h
            seen.append(h)
        return {"h": seen}

    compare(cell("atr"), loop)


def test_intersection_rnn() -> None:
    """Collins et al., arXiv 1611.09913, the +RNN: a highway in depth and one in time."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, states, outputs = initial["h"], [], []
        for x in inputs["x"]:
            y_in = relu(w["W_yx"] @ x + w["W_yh"] @ h + w["b_y"])
            h_in = np.tanh(w["W_hx"] @ x + w["W_hh"] @ h + w["b_h"])
            gate_y = sigmoid(w["W_gyx"] @ x + w["W_gyh"] @ h + w["b_gy"])
            gate_h = sigmoid(w["W_ghx"] @ x + w["W_ghh"] @ h + w["b_gh"])
            outputs.append(gate_y * x + (1 - gate_y) * y_in)
            h = gate_h * h + (1 - gate_h) * h_in
            states.append(h)
        return {"y": outputs, "h": states}

    compare(cell("intersection_rnn"), loop)


def test_lightru() -> None:
    """Ye et al., Electronics 13 (2024): the gate at 1 replaces the state."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, seen = initial["h"], []
        for x in inputs["x"]:
            f = sigmoid(w["W_f"] @ x + w["U_f"] @ h + w["b_f"])
            h = (1 - f) * h + f * np.tanh(w["W_h"] @ x)
            seen.append(h)
        return {"h": seen}

    compare(cell("lightru"), loop)


@pytest.mark.parametrize("variant", [1, 2])
def test_miru(variant: int) -> None:
    """Zyarah and Kudithipudi, arXiv 2503.06175: 1 has a reset gate, 2 a number in its place."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, seen = initial["h"], []
        for x in inputs["x"]:
            reset = (sigmoid(w["W_r"] @ x + w["U_r"] @ h + w["b_r"]) if variant == 1
                     else w["beta"])
            candidate = np.tanh(w["W_h"] @ x + w["U_h"] @ (reset * h) + w["b_h"])
            h = w["lam"] * h + (1 - w["lam"]) * candidate
            seen.append(h)
        return {"h": seen}

    compare(cell(f"miru{variant}"), loop)


@pytest.mark.parametrize("biases", [False, True])
def test_nas(biases: bool) -> None:
    """Zoph and Le, arXiv 1611.01578, by the layers of the authors' NASCell in TensorFlow."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, c, seen, memory = initial["h"], initial["c"], [], []
        for x in inputs["x"]:
            i = [w[f"W_{one}"] @ x for one in range(1, 9)]
            m = [w[f"U_{one}"] @ h + (w[f"b_{one}"] if biases else 0) for one in range(1, 9)]
            first = [sigmoid(i[0] + m[0]), relu(i[1] + m[1]), sigmoid(i[2] + m[2]),
                     relu(i[3] * m[3]), np.tanh(i[4] + m[4]), sigmoid(i[5] + m[5]),
                     np.tanh(i[6] + m[6]), sigmoid(i[7] + m[7])]
            second = [np.tanh(first[0] * first[1]), np.tanh(first[2] + first[3]),
                      np.tanh(first[4] * first[5]), sigmoid(first[6] + first[7])]
            c = np.tanh(second[0] + c) * second[1]
            h = np.tanh(c * np.tanh(second[2] + second[3]))
            seen.append(h)
            memory.append(c)
        return {"h": seen, "c": memory}

    compare(cell("nas", bias_of_the_state=biases), loop)


def test_sgrn() -> None:
    """Zu and Wei, IET Generation, Transmission & Distribution 15 (2021)."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, seen = initial["h"], []
        for x in inputs["x"]:
            f = sigmoid(w["W"] @ x + w["U"] @ h + w["b"])
            h = np.tanh((1 - f) * (w["W"] @ x) + f * h)
            seen.append(h)
        return {"h": seen}

    compare(cell("sgrn"), loop)


def gao_and_glowacka(deep: bool) -> Loop:
    """Gao and Glowacka, arXiv 1604.02910: the simple gated unit and the deep one."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, seen = initial["h"], []
        for x in inputs["x"]:
            x_g = w["W_xh"] @ x + w["b_g"]
            z_g = np.tanh(w["W_zxh"] @ (x_g * h))
            z_out = sigmoid(w["W_go"] @ (z_g * h)) if deep else softplus(z_g * h)
            z = hard_sigmoid(w["W_xz"] @ x + w["b_z"] + w["W_hz"] @ h)
            h = (1 - z) * h + z * z_out
            seen.append(h)
        return {"h": seen}

    return loop


@pytest.mark.parametrize("spread", [0.6, 3.0])
@pytest.mark.parametrize("name", ["sgu", "dsgu"])
def test_sgu_and_dsgu(name: str, spread: float) -> None:
    """With large weights the hard gate is shut and open as well."""
    compare(cell(name), gao_and_glowacka(name == "dsgu"), spread=spread)


@pytest.mark.parametrize("delay", [1, 3])
def test_taugru(delay: int) -> None:
    """Erichson et al., arXiv 2212.00228: z sees the state of ``delay`` steps before h_n."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        history = [*reversed(initial.values())]  # the first of them is h, the others are older
        for x in inputs["x"]:
            h, late = history[-1], history[-1 - delay]
            u = np.tanh(w["W_1"] @ h + w["U_1"] @ x)
            z = np.tanh(w["W_2"] @ late + w["U_2"] @ x)
            g = sigmoid(w["W_3"] @ h + w["U_3"] @ x)
            a = sigmoid(w["W_4"] @ h + w["U_4"] @ x)
            history.append((1 - g) * h + g * (u + a * z))
        older = {name: [history[-1 - steps]] for steps, name in enumerate(initial)}
        return {**older, "h": history[delay + 1:]}

    compare(cell("taugru", delay=delay), loop)


@pytest.mark.parametrize("delay", [0, -1, 1.5, "one"])
def test_a_delay_is_a_whole_number_of_steps(delay: Any) -> None:
    with pytest.raises(ProgramError, match=r"taugru: delay is .*at least 1"):
        cell("taugru", delay=delay)

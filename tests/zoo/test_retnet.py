"""Retention against its parallel form: queries and keys turned by the number of their step."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from tests.zoo.against import Values, compare

SIZES = {"D": 4, "H": 2, "d_k": 3, "d_v": 2}


def turned(re: Any, im: Any, angle: Any) -> tuple[Any, Any]:
    return re * np.cos(angle) - im * np.sin(angle), re * np.sin(angle) + im * np.cos(angle)


def published(p: Values) -> tuple[Any, Any]:
    """The decay of every head, and the turn of every pair."""
    heads, pairs, _ = np.shape(p["W_q_re"])
    return 1 - 2.0 ** (-5 - np.arange(heads)), 10000.0 ** (-2 * np.arange(pairs) / (2 * pairs))


def recurrent(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    """Equation (6): S_n = gamma S_(n-1) + K_n^T V_n, o_n = Q_n S_n, of turned pairs."""
    (gamma, theta), shown, states = published(p), [], []
    S_re, S_im = list(initial["S_re"]), list(initial["S_im"])
    for number, x in enumerate(inputs["x"], 1):
        angle, y = number * theta, 0
        for head in range(len(gamma)):
            q_re, q_im = turned(p["W_q_re"][head] @ x, p["W_q_im"][head] @ x, angle)
            k_re, k_im = turned(p["W_k_re"][head] @ x, p["W_k_im"][head] @ x, angle)
            v = p["W_v"][head] @ x
            S_re[head] = gamma[head] * S_re[head] + np.outer(k_re, v)
            S_im[head] = gamma[head] * S_im[head] - np.outer(k_im, v)
            y = y + p["W_o"][:, head] @ (q_re @ S_re[head] - q_im @ S_im[head])
        shown.append(y)
        states.append(turned(np.array(S_re), np.array(S_im), angle[:, None]))
    return {"y": shown, "S_re": [re for re, _ in states], "S_im": [im for _, im in states]}


def parallel(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    """Equation (5): (Q K^T, masked and decayed) V, and what the first memory adds."""
    steps, (gamma, theta), shown = inputs["x"], published(p), []
    S = initial["S_re"], initial["S_im"]
    for now, x in enumerate(steps):
        y = 0
        for head in range(len(gamma)):
            q = turned(p["W_q_re"][head] @ x, p["W_q_im"][head] @ x, (now + 1) * theta)
            for part, sign in ((0, 1), (1, -1)):
                kept = sign * gamma[head] ** (now + 1) * S[part][head]
                y = y + p["W_o"][:, head] @ (q[part] @ kept)
            for past in range(now + 1):
                k = turned(p["W_k_re"][head] @ steps[past], p["W_k_im"][head] @ steps[past],
                           (past + 1) * theta)
                score = np.sum(q[0] * k[0]) + np.sum(q[1] * k[1])
                decay = gamma[head] ** (now - past)
                y = y + p["W_o"][:, head] @ (decay * score * (p["W_v"][head] @ steps[past]))
        shown.append(y)
    return {"y": shown}


def test_retention_is_the_recurrence_of_turned_keys() -> None:
    compare(cell("retnet"), recurrent, sizes=SIZES)


def test_retention_is_attention_that_decays() -> None:
    compare(cell("retnet"), parallel, sizes=SIZES, steps=5, batch=2)

"""S6 against algorithm 2 of Mamba's paper, one entry of the state at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from tests.zoo.against import Loop, Values, compare


def zero_order_hold(delta: Any, a: Any) -> Any:
    """``(delta A)^-1 (exp(delta A) - I) delta`` for one entry of a diagonal A."""
    return (np.exp(delta * a) - 1) / (delta * a) * delta


def euler(delta: Any, a: Any) -> Any:
    return delta


KINDS = {"zoh": zero_order_hold, "euler": euler}


def selective_scan(taken_in: Callable[[Any, Any], Any]) -> Loop:
    def loop(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, states, shown = initial["h"], [], []
        channels, entries = np.shape(h)
        for x in inputs["x"]:
            delta = np.log(1 + np.exp(p["W_Delta"] @ (p["W_R"] @ x) + p["b_Delta"]))
            B, C, A = p["W_B"] @ x, p["W_C"] @ x, -np.exp(p["A_log"])
            h = np.array([[np.exp(delta[d] * A[d, n]) * h[d, n]
                           + taken_in(delta[d], A[d, n]) * B[n] * x[d]
                           for n in range(entries)] for d in range(channels)])
            states.append(h)
            shown.append([sum(C[n] * h[d, n] for n in range(entries)) for d in range(channels)])
        return {"y": shown, "h": states}

    return loop


@pytest.mark.parametrize("kind", KINDS)
def test_s6_scans_every_channel(kind: str) -> None:
    compare(cell("s6", discretization=kind), selective_scan(KINDS[kind]),
            sizes={"D": 4, "N": 3, "R": 2})


def test_another_discretization_is_refused() -> None:
    with pytest.raises(ValueError, match="discretization is 'bilinear'; there are zoh and euler"):
        cell("s6", discretization="bilinear")

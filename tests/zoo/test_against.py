"""The comparison itself: it passes what is equal, and sees every kind of difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell
from tests.zoo.against import Loop, Values, compare


def elman(loss: float = 1.0, kept: float = 1.0, last: float = 1.0, late: float = 1.0) -> Loop:
    """The Elman network; factors of 1 may be moved to make it wrong."""

    def loop(parameters: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        h, shown = kept * initial["h"], []
        for x in inputs["x"]:
            a = parameters["W"] @ x + parameters["U"] @ h + parameters["b"]
            h = np.tanh(loss * a.real + 1j * a.imag) if np.iscomplexobj(a) else np.tanh(a)
            shown.append(h)
        end = last if len(shown) == 7 else late
        return {"h": [*shown[:-1], end * shown[-1]]}

    return loop


def test_equal_numbers_pass() -> None:
    compare(cell("elman", readout=False), elman())


@pytest.mark.parametrize("wrong, told", [
    ({"kept": 1 + 1e-9}, "numpy simd: h is off"),
    ({"last": 1 + 1e-9}, "numpy simd: h is off"),
    ({"loss": 1 + 1e-9}, "numpy simd: the gradient of"),
    ({"late": 1 + 1e-9}, r"lengths \(7, 3, 1\): h is off"),
])
def test_a_difference_is_seen(wrong: dict[str, float], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        compare(cell("elman", readout=False), elman(**wrong))


def test_an_output_that_the_loop_forgot_is_told() -> None:
    with pytest.raises(AssertionError, match="too few outputs"):
        compare(cell("elman"), elman())

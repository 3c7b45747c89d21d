"""The convolutional LSTM against equation (3) of its paper, one pixel at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cells import cell
from symrnn.checking import check_kernel
from symrnn.program import ProgramError
from tests.zoo.against import Values, compare

SIZES = {"P": 2, "K": 2, "M": 3, "N": 4}


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def convolution(W: Any, image: Any) -> Any:
    """``W * image`` with zeros beyond the edge; what a pixel does not reach adds nothing."""
    out, channels, rows, columns = np.shape(W)
    _, height, width = np.shape(image)
    found = np.zeros((out, height, width), np.result_type(W, image))
    for k, i, j in np.ndindex(*found.shape):
        for p, r, q in np.ndindex(channels, rows, columns):
            row, column = i + r - rows // 2, j + q - columns // 2
            if 0 <= row < height and 0 <= column < width:
                found[k, i, j] += W[k, p, r, q] * image[p, row, column]
    return found


def convolved(p: Values, gate: str, X: Any, H: Any) -> Any:
    return (convolution(p[f"W_x_{gate}"], X) + convolution(p[f"W_h_{gate}"], H)
            + p[f"b_{gate}"][:, None, None])


def images(p: Values, inputs: Values, initial: Values) -> dict[str, Any]:
    H, C, shown, states = initial["H"], initial["C"], [], []
    peephole = {gate: p.get(f"W_c_{gate}", 0) for gate in "ifo"}
    for X in inputs["X"]:
        i, f, c, o = (convolved(p, gate, X, H) for gate in "ifco")
        i, f = sigmoid(i + peephole["i"] * C), sigmoid(f + peephole["f"] * C)
        C = f * C + i * np.tanh(c)
        H = sigmoid(o + peephole["o"] * C) * np.tanh(C)
        shown.append(H)
        states.append(C)
    return {"H": shown, "C": states}


@pytest.mark.parametrize("kernel, peepholes, sizes", [
    (3, False, {"P": 1, "K": 2, "M": 2, "N": 3}), (1, True, SIZES),
    (3, True, {"P": 1, "K": 1, "M": 3, "N": 2}), (5, True, {"P": 1, "K": 1, "M": 2, "N": 3})])
def test_every_gate_is_a_convolution(
        kernel: int, peepholes: bool, sizes: dict[str, int]) -> None:
    compare(cell("convlstm", kernel=kernel, peepholes=peepholes), images, sizes=sizes, steps=2,
            batch=2)


def test_images_stack_in_two_directions_and_are_read_out() -> None:
    both = symrnn.bidirectional(cell("convlstm", kernel=1), readout=False)
    network = symrnn.readout(symrnn.deep(both, 2))
    assert [str(one) for one in check_kernel(network, "numpy", "float64")] == []


def test_an_even_kernel_has_no_middle() -> None:
    with pytest.raises(ProgramError, match="kernel is 2; it is odd"):
        cell("convlstm", kernel=2)

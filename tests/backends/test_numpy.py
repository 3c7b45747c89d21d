"""Gradients in NumPy of what is repeated along an axis: arrays of their whole shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import Cell, Program, activation, t
from symrnn.checking import check_kernel

tanh = activation("tanh")


def summed(of_parameter: bool, of_product: bool) -> Program:
    """A state that reads a sum of entries: the sum's gradient is the same for every entry."""
    with Cell("summed", "A sum of entries") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        z, s = cell.symbol("z[k]", "product"), cell.symbol("s", "sum of its entries")
        V, U = cell.parameters("V[k,n] U[m,m]", "of the product")
        p, w = cell.parameters("p[k] w[m]", "of the sum")
        z[t] = V @ x[t] + p
        parts = [cell.contract("i->", z[t])] * of_product + [cell.contract("i->", p)] * of_parameter
        s[t] = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        h[t] = tanh(U @ h[t - 1] + w * s[t] + cell.contract("i,i->", z[t], z[t]))
    return cell.build("h")


@pytest.mark.parametrize(("of_parameter", "of_product"), [(False, True), (True, False),
                                                          (True, True)])
@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_sum_s_gradient_has_every_entry(
        of_parameter: bool, of_product: bool, backend: str) -> None:
    assert [str(one) for one in check_kernel(summed(of_parameter, of_product), backend,
                                             "float64")] == []


def test_a_sum_alone_has_a_gradient_of_every_entry() -> None:
    with Cell("alone", "A sum alone") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        z, s = cell.symbol("z[k]", "product"), cell.symbol("s", "sum of its entries")
        V, U, w = cell.parameters("V[k,n] U[m,m] w[m]", "of the product")
        z[t] = V @ x[t]
        s[t] = cell.contract("i->", z[t])
        h[t] = tanh(U @ h[t - 1] + w * s[t])
    assert [str(one) for one in check_kernel(cell.build("h"), "numpy", "float64")] == []


def test_a_generated_module_takes_nested_lists() -> None:
    module: dict[str, Any] = {}
    exec(symrnn.generate(symrnn.elman(readout=False), "own")["own.py"], module)
    params = {"W": [[0.5, 1.0]], "U": [[0.25]], "b": [0.0]}
    lists = module["forward"](params, {"x": [[[1.0, 2.0]]] * 3}, {"h": [[0.0]]})
    arrays = module["forward"]({name: np.array(one) for name, one in params.items()},
                               {"x": np.array([[[1.0, 2.0]]] * 3)}, {"h": np.array([[0.0]])})
    assert np.array_equal(lists[0]["h"], arrays[0]["h"])

"""SymPy's Max, Min and Abs in a cell, and names of activations as people write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Abs, Max, Min

import symrnn
from symrnn import Program, t
from symrnn.checking import check_kernel
from symrnn.program import activation


def cell(formula: Any) -> Program:
    with symrnn.Cell("branches", "Branches") as made:
        x, h = made.input("x[m]", "input"), made.state("h[m]", "state")
        U, b = made.parameters("U[m,m] b[m]", "of the state")
        h[t] = formula(x[t], U @ h[t - 1], b)
    return made.build("h")


# Formulas of the input, a product and a bias; the same in NumPy, of the input and the bias.
FORMULAS: dict[str, Any] = {
    "max": (lambda x, a, b: Max(x, b), lambda x, b: np.maximum(x, b)),
    "min": (lambda x, a, b: Min(x, b), lambda x, b: np.minimum(x, b)),
    "three": (lambda x, a, b: Max(x, b, 0.25), lambda x, b: np.maximum(np.maximum(x, b), 0.25)),
    "within": (lambda x, a, b: b * Min(Abs(x), Max(b, 0)),
               lambda x, b: b * np.minimum(abs(x), np.maximum(b, 0))),
    "abs": (lambda x, a, b: Abs(x - b), lambda x, b: abs(x - b)),
    "builtin abs": (lambda x, a, b: 2 * abs(x) + b, lambda x, b: 2 * abs(x) + b),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values_are_those_of_numpy(name: str) -> None:
    formula, wanted = FORMULAS[name]
    program = cell(lambda x, a, b: formula(x, a, b) + a)
    x, b = np.random.default_rng(3).normal(size=(5, 2, 4)), np.array([0.5, -0.5, 0.1, -2])
    for backend in ("c", "numpy"):
        kernel = symrnn.compile(program, backend, "float64")
        run = kernel.forward({"U": np.zeros((4, 4)), "b": b}, x)
        assert np.array_equal(run.y, wanted(x, b)), backend


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("profile", ["numpy", "portable", "simd"])
def test_gradients_are_right(name: str, profile: str) -> None:
    program = cell(lambda x, a, b: FORMULAS[name][0](x, a, b) + a)
    given = ("numpy",) if profile == "numpy" else ("c",)
    found = check_kernel(program, *given, "float64", profile="simd" if given == ("numpy",)
                         else profile)
    assert [str(one) for one in found] == []


def test_a_product_goes_into_them_too() -> None:
    assert check_kernel(cell(lambda x, a, b: Max(a + b, x) + Abs(a)), "c", "float64") == []


def test_a_file_and_python_agree(tmp_path: Path) -> None:
    path = tmp_path / "own.cell"
    path.write_text("cell branches\ninput x[m];  state h[m];  output h\nparam U[m,m], b[m]\n"
                    "h[t] = max(0, U @ h[t-1]) + abs(x[t] - b)\n")
    of_file = symrnn.cell(path)
    own = cell(lambda x, a, b: Max(0, a) + Abs(x - b))
    assert [one.rhs for one in of_file.equations] == [one.rhs for one in own.equations]


def test_a_tie_with_a_number_has_the_slope_of_the_rest() -> None:
    kernel = symrnn.compile(cell(lambda x, a, b: Max(0, x) + a + b), "numpy", "float64")
    run = kernel.forward({"U": np.zeros((1, 1)), "b": np.zeros(1)}, np.zeros((1, 1, 1)))
    assert kernel.backward(run, np.ones((1, 1, 1)))["x"].item() == 1


@pytest.mark.parametrize(("name", "known"), [
    ("swish", "silu"), ("logistic", "sigmoid"), ("identity", "linear"), ("hardtanh", "hard_tanh"),
    ("LeakyReLU", "leaky_relu"), ("lrelu", "leaky_relu"),
    ("Tanh", "tanh"), ("SiLU", "silu")])
def test_other_names_of_an_activation(name: str, known: str) -> None:
    assert symrnn.lstm(activation=name) == symrnn.lstm(activation=known)


def test_a_name_that_nearly_is_one_is_told() -> None:
    with pytest.raises(ValueError, match=r"'sigmoidal'; did you mean 'sigmoid'\? there are li"):
        activation("sigmoidal")


def test_a_file_knows_the_other_names(tmp_path: Path) -> None:
    path = tmp_path / "own.cell"
    made = []
    for call in ("swish(x[t])", "silu(x[t])", "lrelu(x[t], 0.2)", "leaky_relu(x[t], 0.2)"):
        path.write_text(f"cell own\ninput x[m];  state h[m];  output h\nh[t] = {call} + h[t-1]\n")
        made.append(symrnn.cell(path))
    assert made[0] == made[1] and made[2] == made[3]


def test_a_file_nests_them(tmp_path: Path) -> None:
    path = tmp_path / "own.cell"
    path.write_text("cell own\ninput x[m];  state h[m];  output h\n"
                    "h[t] = min(abs(x[t]), max(max(h[t-1], x[t]), 0.5)) + h[t-1]\n")
    assert check_kernel(symrnn.cell(path), "c", "float64") == []

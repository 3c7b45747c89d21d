"""Floats as the fractions that were meant, at every door that takes them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from sympy import Float, Rational, Symbol

import symrnn
from symrnn import Cell, t
from symrnn.cellfile import parse
from symrnn.program import activation, exact


@pytest.mark.parametrize(("number", "fraction"), [
    (0.1, "1/10"), (1 / 6, "1/6"), (-2 / 3, "-2/3"), (0.3333333333333333, "1/3"),
    (0.333333, "333333/1000000"), (1e-5, "1/100000"), (1e20, "100000000000000000000"),
    (355 / 113, "355/113"), (0.1 + 0.2, "30000000000000004/100000000000000000"),
    (0.123456789012345, "123456789012345/1000000000000000"), (100 / 3, "100/3"), (0.0, "0"),
    (np.float64(1 / 7), "1/7"), (np.float32(1 / 6), "1/6"), (np.float32(0.1), "1/10"),
    (np.int64(3), "3"), (Float(1 / 6), "1/6"), (Rational(1, 3), "1/3"), ("0.25", "1/4"), (2, "2"),
])
def test_a_number_is_the_fraction_that_was_meant(number: object, fraction: str) -> None:
    assert exact(number) == Rational(fraction)


def test_every_quotient_of_small_numbers_is_found() -> None:
    assert all(exact(a / b) == Rational(a, b) for a in range(1, 60) for b in range(1, 60))


def test_decimals_stay_and_every_float_is_itself_again() -> None:
    """Neither a decimal of any length nor a number out of the blue is taken for a fraction."""
    draw = random.Random(1)
    for digits in range(1, 17):
        for _ in range(200):
            number = round(draw.uniform(-10, 10), digits)
            assert exact(number) == Rational(repr(number))
            assert float(exact(number / 3)) == number / 3


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1j, None, "a third"])
def test_what_is_no_finite_number_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match=r"is no (finite )?number"):
        exact(number)


def test_the_doors_take_the_same_fraction() -> None:
    sixth, x = Rational(1, 6), Symbol("x")
    assert activation(("hard_sigmoid", 1 / 6, 0.5))(x).args == (x, sixth, Rational(1, 2))
    for net in (symrnn.elman(clip=1 / 6), symrnn.elman(clip_state=1 / 6),
                symrnn.cell("janet", beta=1 / 6)):
        assert "1/6" in symrnn.show(net)
    with Cell("own", "A cell with a number") as cell:
        x_t, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        h[t] = 1 / 6 * h[t - 1] + x_t[t]
    assert "h[t] = 1/6 h[t-1] + x[t]" in symrnn.show(cell.build("h"))


def test_a_kernel_gets_the_same_float() -> None:
    for backend in ("c", "numpy"):
        net = symrnn.elman(activation=("leaky_relu", 1 / 3), readout=False)
        kernel = symrnn.compile(net, backend, "float64")
        params = {"W": np.ones((1, 1)), "U": np.zeros((1, 1)), "b": np.zeros(1)}
        assert kernel.forward(params, np.full((1, 1, 1), -1.0)).y == -1 / 3


@pytest.mark.parametrize(("number", "shown"), [
    ("0.16666666666666666", "1/6"), ("0.3333333333333333", "1/3"), ("0.1", "1/10"),
    ("0.333", "333/1000"), ("0.1666666667", "1666666667/10000000000"), ("1.5e-30", "1.5e-30"),
    ("0.123456789012345678", "123456789012345678/1000000000000000000"), ("3", "3")])
def test_a_number_of_a_file_is_the_fraction_that_was_meant(number: str, shown: str) -> None:
    text = f"cell q\ninput x[m]; state h[m]; output h\nh[t] = {number} * h[t-1] + x[t]"
    rhs = parse(text).definition("h").rhs
    assert Rational(shown) in rhs.atoms(Rational)

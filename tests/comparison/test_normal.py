"""The normal form: its rules against the table of activations, its order, its limits."""

import numpy as np
import pytest
from sympy import Integer, Piecewise, Symbol

from symrnn.comparison.normal import COMPLEMENTED, ODD_FUNCTIONS, TRANSPARENT, Normal
from symrnn.comparison.summed import orders
from symrnn.comparison.polynomial import (Leaf, TooLarge, called, canonical, constant, placed, plus,
                                          scaled, single, times)
from symrnn.program import ACTIVATIONS, ELEMENTARY
from symrnn.program.interpret import evaluate
from tests.cases import CASES, case

POINTS = np.array([-3.0, -0.9, -0.2, 0.0, 0.3, 0.8, 2.5])
NUMBERS = {"alpha": 0.7, "beta": 1.3}


def values(name: str, x: np.ndarray) -> np.ndarray:
    x_ = Symbol("x", real=True)
    formula = (ACTIVATIONS[name].definition if name in ACTIVATIONS
               else ELEMENTARY[name].function(x_))
    return np.asarray(evaluate(formula, {"x": x, **NUMBERS}.__getitem__, {}))


@pytest.mark.parametrize("name", sorted(ODD_FUNCTIONS))
def test_odd_functions_are_odd(name: str) -> None:
    points = POINTS / np.abs(POINTS).max() if name == "asin" else POINTS  # its domain
    assert np.allclose(values(name, -points), -values(name, points), atol=1e-15)


@pytest.mark.parametrize("name", sorted(COMPLEMENTED))
def test_complemented_functions_are(name: str) -> None:
    assert np.allclose(values(name, -POINTS), 1 - values(name, POINTS), atol=1e-15)


def test_the_hard_sigmoid_is_complemented_around_one_half() -> None:
    row = ACTIVATIONS["hard_sigmoid"]
    known = {"x": POINTS, "alpha": 0.2, "beta": 0.5}
    turned = {**known, "x": -POINTS}
    left, right = (np.asarray(evaluate(row.definition, one.__getitem__, {}))
                   for one in (known, turned))
    assert np.allclose(left, 1 - right, atol=1e-15)


def test_only_what_is_a_polynomial_or_a_product_is_taken_by_its_definition() -> None:
    assert not any(ACTIVATIONS[name].definition.has(Piecewise) for name in TRANSPARENT)


def vector(name: str) -> Leaf:
    return Leaf(name, "parameter", ("m",))


def test_sums_and_products_have_no_order() -> None:
    a, b, c = (single(vector(name), (0,)) for name in "abc")
    left = times(plus([a, b]), c)
    assert left.key == plus([times(c, b), times(c, a)]).key
    assert plus([left, scaled(left, Integer(-1))]).terms == ()
    assert left.key != times(plus([a, c]), b).key


def test_summed_indices_have_no_names() -> None:
    u, h = Leaf("U", "parameter", ("m", "m")), vector("h")
    one = canonical(((u, (0, -2)), (u, (-2, -1)), (h, (-1,))))
    other = canonical(((h, (-7,)), (u, (-3, -7)), (u, (0, -3))))
    wrong = canonical(((h, (-7,)), (u, (-7, -3)), (u, (0, -3))))
    keys = [[(atom.key, at) for atom, at in each] for each in (one, other, wrong)]
    assert keys[0] == keys[1] != keys[2]


def test_a_matrix_and_its_transpose_are_two() -> None:
    u = Leaf("U", "parameter", ("m", "m"))
    straight = single(u, (0, 1))
    assert straight.key != placed(straight, {0: 1, 1: 0}).key


def test_a_function_of_a_scalar_has_no_axes() -> None:
    assert called("exp", [constant(Symbol("k"))]).terms[0].factors[0][1] == ()


def test_indices_that_factors_tell_apart_have_one_order() -> None:
    chain = tuple((vector("u"), (-place, -place - 1)) for place in range(1, 12))
    assert len(list(orders((*chain, (vector("h"), (-12,))), 1))) == 1
    assert len(list(orders(((vector("v"), (-1,)), (vector("v"), (-2,))), 2))) == 2


def test_too_many_summed_indices_are_refused() -> None:
    with pytest.raises(TooLarge, match="nothing tells apart"):
        canonical(tuple((vector("v"), (-place,)) for place in range(1, 9)))


@pytest.mark.parametrize("name", CASES)
def test_hard_programs_have_a_normal_form_or_say_so(name: str) -> None:
    program = case(name)
    normal = Normal(program)
    for output in program.outputs:
        assert normal.value(output).key == Normal(program).value(output).key

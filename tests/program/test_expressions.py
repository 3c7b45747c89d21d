"""Expressions in the author's order: nothing here lets SymPy sort."""

from __future__ import annotations

import pytest
from sympy import Add, Expr, Integer, Mul, Piecewise, Pow, Rational, Symbol, diff, exp, tanh

from symrnn.program import (
    Ein,
    SizeSymbol,
    add,
    arrange,
    contractions,
    factors,
    leading_number,
    multiply,
    negated,
    pointwise_part,
    rename,
    result_axes,
    rewrite,
    sizes_in_order,
    substitute,
    symbols_in_order,
    terms,
)

a, b, c, z = map(Symbol, "abcz")
n = SizeSymbol("n")


def written(*parts: object) -> Add:
    return Add(*parts, evaluate=False)


def test_sum_and_its_terms_are_inverse_and_ordered() -> None:
    parts = (z, b, Mul(c, a, evaluate=False), a)
    assert terms(add(parts)) == parts
    assert terms(written(z, written(b, a))) == (z, b, a)
    assert add([]) == 0 and terms(Integer(0)) == ()


def test_product_keeps_its_order_and_gathers_numbers_in_front() -> None:
    assert factors(multiply([z, Integer(2), a, Rational(1, 2), b])) == (z, a, b)
    assert factors(multiply([z, Integer(3), a])) == (3, z, a)
    assert multiply([z, Integer(0), a]) == 0 and multiply([]) == 1


@pytest.mark.parametrize("term", [-a, -2 * a * b, Integer(-3), Mul(a, -1, evaluate=False)])
def test_sign_comes_off_a_negative_term(term: object) -> None:
    positive = negated(term)
    assert positive is not None and (positive + term).expand() == 0 and negated(positive) is None


def test_number_and_rest_make_the_term() -> None:
    for term in (a, 2 * a, -a * b / 3, Integer(5)):
        number, rest = leading_number(term)
        assert number.is_number and number * rest == term


def test_contractions_are_found_with_their_coefficients() -> None:
    product = Ein("ij,j->i", a, b)
    rhs = written(c, Mul(-2, product, evaluate=False), product, z)
    assert contractions(rhs) == ((-2, product), (1, product))
    assert terms(pointwise_part(rhs)) == (c, z)


def test_variables_and_sizes_of_equal_name_are_apart() -> None:
    formula = Symbol("n") / n + SizeSymbol("m")
    assert symbols_in_order(formula) == ("n",) and set(sizes_in_order(formula)) == {"n", "m"}
    assert rename(formula, {"n": "x"}, {"n": "k"}) == Symbol("x") / SizeSymbol("k") + SizeSymbol(
        "m"
    )
    assert diff(formula, Symbol("n")) == 1 / n


def test_substitution_takes_whole_nodes_and_keeps_the_order_around_them() -> None:
    formula = written(z, Mul(b, tanh(a), evaluate=False), a)
    assert terms(substitute(formula, {tanh(a): c})) == (z, Mul(b, c, evaluate=False), a)


def test_rewriting_without_a_change_returns_the_same_object() -> None:
    formula = written(z, exp(a), Piecewise((a, a <= 0), (b, True)))
    assert rewrite(formula, lambda node: None) is formula


@pytest.mark.parametrize(
    ("derived", "rank", "read"),
    [
        ((1 - c) * z, "zc", ["z", "1 - c"]),
        (b - a, "ab", ["b", "-a"]),
        (1 - a**2, "a", ["1", "-a**2"]),
        ((1 - a) * a, "a", ["a", "1 - a"]),
        (c * b * a, "bca", ["b", "c", "a"]),
        (-2 * c * a, "ca", ["-2", "c", "a"]),
    ],
)
def test_derived_formula_is_put_into_reading_order(
    derived: Expr, rank: str, read: list[str]
) -> None:
    """Positive terms first, numbers in front, then the order of the equation it came from."""
    ordered = arrange(derived, {name: place for place, name in enumerate(rank)})
    parts = terms(ordered) if isinstance(ordered, Add) else factors(ordered)
    assert [str(part) for part in parts] == read


def test_axes_of_a_formula_are_those_of_its_widest_part() -> None:
    axes = {"a": ("m", "n"), "b": ("n",), "c": (), "z": ("m",)}
    assert result_axes(c * z + n, axes) == ("m",)
    assert result_axes(tanh(Ein("ij,j->i", a, b)) * c, axes) == ("m",)
    assert result_axes(c / n, axes) == ()
    with pytest.raises(ValueError, match="leaves the size of an axis open"):
        result_axes(Ein("->i", c), axes)


def test_power_stays_as_it_was_written() -> None:
    formula = Pow(written(b, a), 2, evaluate=False)
    assert substitute(formula, {b: z}).args[0].args == (z, a)

"""The rules themselves: transposition by letters, SymPy's diff, sums over what was broadcast."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sympy import Add, Expr, Float, Piecewise, Pow, Symbol, exp, tanh

from symrnn.adjoint import adjoint, join, linearise
from symrnn.adjoint.rules import Linear, _slopes, _times, summed
from symrnn.program import (
    Ein,
    Equation,
    Glyph,
    Maximum,
    Role,
    Rule,
    SizeSymbol,
    Span,
    Variable,
    arrange,
    contractions,
    factors,
    function,
    multiply,
    pointwise_part,
    substitute,
    symbols_in_order,
)
from tests.cases import CASES, case

a, b, c, h, y_bar = map(Symbol, ("a", "b", "c", "h", "y_bar"))
SIZES = dict(zip("ijkl", (2, 3, 4, 5), strict=True))
SPECS = [
    "ij,j->i",
    "ij,i->j",
    "i,j->ij",
    "i,i->",
    "ij,jk->ik",
    "i->",
    "ij->j",
    ",i->i",
    "ij,j,i->",
    "ijk,k,jl->il",
]


def by_source(equation: Equation) -> dict[str, Linear]:
    return {one.source: one for one in linearise(equation)}


@pytest.mark.parametrize("spec", SPECS)
def test_pulled_contraction_is_the_transpose(spec: str) -> None:
    """<y, E(.., x, ..)> = <E^T(.., y, ..), x> in every operand, by NumPy's einsum."""
    left, output = spec.split("->")
    parts = left.split(",")
    random = np.random.default_rng(0)
    arrays = [random.normal(size=[SIZES[one] for one in part]) for part in parts]
    seed = random.normal(size=[SIZES[one] for one in output])
    forward = np.sum(seed * np.einsum(spec, *arrays))
    names = [Symbol(f"v{slot}") for slot, _ in enumerate(parts)]
    for term in linearise(Equation("y", Ein(spec, *names), 1)):
        pulled = contractions(term.pull(y_bar))[0][1]
        values = {**dict(zip(names, arrays, strict=True)), y_bar: seed}
        letters, operands = list(pulled.letters.operands), [values[one] for one in pulled.operands]
        for letter in pulled.letters.output:
            if letter not in "".join(letters):
                letters, operands = [*letters, letter], [*operands, np.ones(SIZES[letter])]
        back = np.einsum(f"{','.join(letters)}->{pulled.letters.output}", *operands)
        assert np.isclose(np.sum(back * arrays[term.slot]), forward, rtol=1e-13)


def test_matrix_product_is_transposed_as_everybody_knows_it() -> None:
    W, x = Symbol("W"), Symbol("x")
    terms = by_source(Equation("y", Ein("ij,j->i", W, x), 1))
    assert terms["x"].pull(y_bar) == Ein("ij,i->j", W, y_bar)
    assert terms["W"].pull(y_bar) == Ein("i,j->ij", y_bar, x)
    assert terms["W"].push(h) == Ein("ij,j->i", h, x)
    assert terms["x"].rule is Rule.CONTRACTION


def test_equal_terms_of_an_operand_that_appears_twice_are_one() -> None:
    """A square has one slope, 2 a; in ``A A`` each operand has a slope of its own."""
    quarter = 1 / (4 * SizeSymbol("m"))
    (one,) = linearise(Equation("y", multiply([quarter, Ein("i,i->", a, a)]), 1))
    assert str(one.factor) == "1/(2*m)" and one.pull(y_bar) == multiply(
        [one.factor, Ein(",i->i", y_bar, a)])
    assert [one.slot for one in linearise(Equation("y", Ein("ij,jk->ik", a, a), 1))] == [0, 1]


def test_slope_is_written_by_the_value_of_the_left_side() -> None:
    gate = by_source(Equation("h", function("sigmoid")(a), 1))["a"]
    assert [str(part) for part in factors(gate.factor)] == ["h", "1 - h"]
    assert by_source(Equation("h", tanh(a), 1))["a"].factor == 1 - h**2
    assert by_source(Equation("h", exp(a), 1))["a"].factor == h


@pytest.mark.parametrize("order", list(permutations((a * b, -c, h * c))))
def test_terms_come_in_the_order_of_the_author(order: tuple[Expr, ...]) -> None:
    found = [one.source for one in linearise(Equation("y", Add(*order, evaluate=False), 1))]
    places = {
        name: place
        for place, term in reversed(list(enumerate(order)))
        for name in sorted(map(str, term.free_symbols))
    }
    assert sorted(found) == sorted(places) and [places[one] for one in found] == sorted(
        places[one] for one in found
    )


@pytest.mark.parametrize("name", CASES)
def test_slopes_are_those_of_sympy_under_the_names_of_the_equation(name: str) -> None:
    """Formulas alike share a derivation; conditions of some list their symbols by name."""
    program = case(name)
    for equation in join(program, adjoint(program)).equations:
        formula = pointwise_part(equation.rhs)
        names = symbols_in_order(formula)
        value = {equation.rhs: Symbol(equation.lhs)}
        rank = {one: place for place, one in enumerate(names)}
        slopes = {one: arrange(substitute(formula.diff(Symbol(one)), value), rank)
                  for one in names}
        found = {one.source: one.factor for one in linearise(equation) if one.ein is None}
        assert found == {one: slope for one, slope in slopes.items() if slope != 0}


def test_formulas_alike_are_derived_under_their_own_names() -> None:
    first = by_source(Equation("y", function("sigmoid")(a) * b, 1))
    second = by_source(Equation("value", function("sigmoid")(c) * h, 1))
    for name, other in (("a", "c"), ("b", "h")):
        same = first[name].factor.xreplace({a: c, b: h})
        assert same == second[other].factor


def test_peak_is_held_constant() -> None:
    assert linearise(Equation("y", Maximum("i->", a), 1)) == ()


def test_slope_that_is_zero_gives_no_term() -> None:
    assert "b" not in by_source(Equation("y", a + b - b, 1))


def variable(name: str, axes: str, span: Span = Span.SEQUENCE) -> Variable:
    return Variable(name, tuple(axes), Role.INTERMEDIATE, Glyph.named(name), "", span)


@pytest.mark.parametrize(
    ("left", "source", "spec"),
    [
        ("m", "", "i,i->"),
        ("mn", "m", "ij,ij->i"),
        ("mn", "n", "ij,ij->j"),
        ("mm", "mm", "ij,ij->ij"),
    ],
)
def test_broadcast_is_summed_over_its_axes(left: str, source: str, spec: str) -> None:
    lhs, other = variable("y_bar", left), variable("b", source, Span.CONSTANT)
    axes = {"y_bar": lhs.axes, "c": lhs.axes}
    assert summed(y_bar * c, lhs, other, axes) in (Ein(spec, y_bar, c), Ein(spec, c, y_bar))


def test_nothing_is_summed_where_nothing_was_broadcast() -> None:
    same = variable("y_bar", "m")
    assert summed(y_bar * c, same, variable("b", "m"), {"y_bar": ("m",)}) == y_bar * c


def test_sum_of_a_formula_must_be_named_first() -> None:
    lhs, scalar = variable("y_bar", "m"), variable("b", "", Span.CONSTANT)
    assert summed(y_bar * (1 - c), lhs, scalar, {"y_bar": ("m",), "c": ("m",)}) is None


def test_twice_a_quotient_of_sizes_keeps_its_order() -> None:
    n, m = SizeSymbol("n"), SizeSymbol("m")
    assert str(_times(2, n / m)) == "2*n/m"
    assert [str(one) for one in factors(_times(2, n / m))] == ["2", "n", "1/m"]


@pytest.mark.parametrize("at", [0.0, 0.25])
@pytest.mark.parametrize("power", [2, 3])
def test_a_power_of_a_choice_is_differentiated_without_a_division(power: int, at: float) -> None:
    """SymPy's own derivative divides every choice by itself: 1 / 0 where that is zero."""
    choice = Piecewise((c, b < 1), (b, True))
    by_b, by_c = _slopes(Pow(choice, power, evaluate=False), ("b", "c"), False)
    chosen, other = {b: Float(0), c: Float(at)}, {b: Float(2), c: Float(at)}
    found = [float(one.xreplace(point)) for one in (by_b, by_c) for point in (chosen, other)]
    assert found == [0, power * 2 ** (power - 1), power * at ** (power - 1), 0]

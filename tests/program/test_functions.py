"""Every row of the table of functions, against 60 digits of mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from sympy import Float, Rational, Symbol, diff, preorder_traversal, simplify, tanh

from symrnn.program import (
    ACTIVATIONS,
    Pointwise,
    activation,
    function,
    is_call,
    spelled_out,
    substitute,
)
from symrnn.program.functions import ALPHA, BETA, VALUE, X, by_value, derivative
from symrnn.program.interpret import evaluate

DIGITS = 60
# away from the kinks of the table, which stand at -3, -5/2, -1, 0, 1, 5/2 and 3
POINTS = ("-7", "-17/10", "-2/3", "1/7", "3/5", "9/5", "31/10")
PARAMETERS = {"alpha": Rational(1, 5), "beta": Rational(1, 2)}
rows = pytest.mark.parametrize("name", ACTIVATIONS)
sites = pytest.mark.parametrize("point", POINTS)


def at(expression, point, digits=DIGITS):
    """An expression of the table as a number, calls of other rows put in."""
    while expression.atoms(Pointwise):
        expression = expression.xreplace(
            {
                call: call.activation.definition.xreplace(
                    dict(zip(call.activation.arguments, call.args, strict=True))
                )
                for call in expression.atoms(Pointwise)
            }
        )
    values = {X: Rational(point), ALPHA: PARAMETERS["alpha"], BETA: PARAMETERS["beta"]}
    return expression.subs(values).evalf(digits)


def domain(name: str, point: str) -> str:
    return point.lstrip("-") if name == "rsqrt" else point


@rows
@sites
def test_derivative_is_the_numerical_derivative_of_the_definition(name: str, point: str) -> None:
    """Central difference with 60 digits and step 1e-20: the truncation error is below 1e-36."""
    place, row = Rational(domain(name, point)), ACTIVATIONS[name]
    step = Rational(1, 10**20)
    expected = (at(row.definition, place + step) - at(row.definition, place - step)) / (2 * step)
    slope = derivative(name)
    found = at(slope.xreplace({VALUE: row.definition}), place)
    assert abs(found - expected) <= 1e-33 * (1 + abs(expected))


@rows
def test_derivative_by_a_parameter_is_that_of_the_definition(name: str) -> None:
    row = ACTIVATIONS[name]
    for index, parameter in enumerate(row.arguments[1:], start=2):
        difference = derivative(name, index).xreplace({VALUE: row.definition}) - diff(
            row.definition, parameter
        )
        for point in POINTS:
            assert abs(at(difference, point, 30)) < 1e-25


@rows
@sites
def test_stable_form_is_the_definition_to_fifty_digits(name: str, point: str) -> None:
    place, row = domain(name, point), ACTIVATIONS[name]
    exact = at(row.definition, place)
    bound = Float(row.error or "1e-50")
    assert abs(at(row.kernel_form.doit(), place) - exact) <= bound * abs(exact)


def stable(expression):
    """What a kernel evaluates: every call of the table in its stable form."""
    while calls := expression.atoms(Pointwise):
        expression = substitute(
            expression,
            {
                call: substitute(
                    call.activation.kernel_form,
                    dict(zip(call.activation.arguments, call.args, strict=True)),
                )
                for call in calls
            },
        )
    return expression


def in_float64(expression, numbers: np.ndarray, value: np.ndarray | None = None) -> np.ndarray:
    """An expression of the table in plain float64."""
    known = {"x": numbers, "value": value} | {key: float(one) for key, one in PARAMETERS.items()}
    return np.asarray(evaluate(stable(expression), known.__getitem__, {}))


def kernel_value(name: str, numbers: np.ndarray) -> np.ndarray:
    """What a kernel computes for a call of this row."""
    return in_float64(ACTIVATIONS[name].kernel_form, numbers)


def extremes(name: str) -> np.ndarray:
    """Saturated arguments, and the integers where a quotient might be singular."""
    return np.array([1e-3, 1.0, 1000.0] if name == "rsqrt" else [-1000.0, -1.0, 0.0, 1.0, 1000.0])


@rows
def test_stable_form_neither_overflows_nor_divides_by_zero(name: str) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(kernel_value(name, extremes(name))).all()


@rows
def test_slope_does_not_overflow(name: str) -> None:
    """The slope is what the adjoint evaluates, at the same points.

    NumPy evaluates branches that it does not take, and softsign's are singular at 1 and -1.
    """
    value = kernel_value(name, extremes(name))
    with np.errstate(over="raise", invalid="raise", divide="ignore"):
        assert np.isfinite(in_float64(derivative(name), extremes(name), value)).all()


@rows
def test_small_arguments_keep_their_digits(name: str) -> None:
    """No cancellation: at 1e-9 a kernel is right to a few ulp, as the definition may not be."""
    exact = at(ACTIVATIONS[name].definition, Rational(1, 10**9))
    below = at(ACTIVATIONS[name].definition, -Rational(1, 10**9)) if name != "rsqrt" else exact
    found = kernel_value(name, np.array([1e-9, -1e-9 if name != "rsqrt" else 1e-9]))
    for value, true in zip(found, (exact, below), strict=True):
        assert abs(value - float(true)) <= 4 * np.spacing(abs(float(true)))


def test_no_digit_of_a_far_gate_is_lost() -> None:
    """Float64 keeps sigmoid(-700): the definition's own quotient, without overflow."""
    with mpmath.workdps(DIGITS):
        exact = float(1 / (1 + mpmath.exp(700)))
    assert abs(kernel_value("sigmoid", np.array([-700.0]))[0] - exact) <= 1e3 * np.spacing(exact)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("sigmoid", VALUE * (1 - VALUE)),
        ("tanh", 1 - VALUE**2),
        ("rsqrt", -(VALUE**3) / 2),
        ("linear", Rational(1)),
        ("affine", ALPHA),
    ],
)
def test_slope_is_written_by_the_value(name: str, slope) -> None:
    assert simplify(derivative(name) - slope) == 0
    assert not derivative(name).has(X)


def test_slope_of_the_sigmoid_reads_as_a_person_writes_it() -> None:
    assert derivative("sigmoid") == VALUE * (1 - VALUE)


def test_slope_of_softplus_is_the_sigmoid() -> None:
    assert derivative("softplus") == function("sigmoid")(X)


def test_slope_that_the_value_cannot_tell_stays_as_it_is() -> None:
    definition = X * tanh(X)
    assert by_value(diff(definition, X), definition) is None


@pytest.mark.parametrize("choice", ["nonsense", ("nonsense", 1), (0.5,)])
def test_unknown_name_is_refused_with_the_list_of_all(choice) -> None:
    with pytest.raises(ValueError, match="no activation is called") as error:
        activation(choice)
    listed = str(error.value).partition("there are ")[2].split(", ")
    assert listed == [name for name, row in ACTIVATIONS.items() if not row.part]


@rows
def test_too_many_parameters_are_refused(name: str) -> None:
    allowed = len(ACTIVATIONS[name].defaults)
    with pytest.raises(ValueError, match=f"{name} takes {allowed} parameters, not {allowed + 1}"):
        activation((name, *["1"] * (allowed + 1)))


def test_parameters_are_exact_and_fill_up_with_defaults() -> None:
    call = activation(("hard_sigmoid", 0.1))(Symbol("a"))
    assert call.args == (Symbol("a"), Rational(1, 10), Rational(1, 2))


def test_both_hard_sigmoids_are_there() -> None:
    """ONNX's has x/5 + 1/2; that of PyTorch, Keras 3 and JAX is relu6(x + 3) / 6."""
    numbers = np.array([-4.0, -3.0, -1.0, 0.0, 2.0, 3.0, 4.0])
    known = {"a": numbers}.__getitem__
    onnx, other = (evaluate(activation(name)(Symbol("a")), known, {})
                   for name in ("hard_sigmoid", "hardsigmoid"))
    assert np.allclose(onnx, np.clip(0.2 * numbers + 0.5, 0, 1), rtol=1e-15)
    assert np.allclose(other, np.clip(numbers + 3, 0, 6) / 6, rtol=1e-15)


@rows
def test_chosen_function_has_the_value_of_its_definition(name: str) -> None:
    number = Symbol("a")
    call, row = activation(name)(number), ACTIVATIONS[name]
    assert is_call(call) or name == "linear"
    defaults = dict(zip(row.arguments[1:], map(Rational, row.defaults), strict=True))
    point = {"a": np.float64(0.3)}
    expected = float(
        spelled_out(row.definition).xreplace(defaults).subs(X, Rational(3, 10)).evalf(30)
    )
    assert abs(evaluate(call, point.__getitem__, {}) - expected) <= 4 * np.spacing(abs(expected))


@rows
def test_names_of_the_table_are_plain(name: str) -> None:
    """A definition calls other rows and elementary functions of SymPy, and binds x, alpha, beta."""
    row = ACTIVATIONS[name]
    assert row.definition.free_symbols <= set(row.arguments)
    assert all(
        node.activation.name in ACTIVATIONS
        for node in preorder_traversal(row.definition)
        if isinstance(node, Pointwise)
    )


@pytest.mark.parametrize(("name", "low", "high"), [("hard_tanh", -1, 1), ("clip", -1, 1),
                                                   ("hardsigmoid", -3, 3)])
def test_nothing_passes_back_at_the_ends_of_what_is_held(name: str, low: int, high: int) -> None:
    slope = derivative(name).subs(ALPHA, 1)
    assert [slope.subs(X, x) for x in (low, high)] == [0, 0]
    assert slope.subs(X, (low + high) / 2) > 0

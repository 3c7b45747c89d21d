"""Slopes of saturated functions keep their digits: against arithmetic of many digits."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
from sympy import Abs, Symbol, cos, exp, log, sin, sqrt, tanh
from sympy.codegen.cfunctions import expm1, log1p

import symrnn
from symrnn import Cell, Program, activation, t
from symrnn.checking.reference import interpreted_gradients, random_case
from symrnn.pipeline import derive
from symrnn.program import SATURATING, function
from symrnn.program.interpret import NUMPY

KINDS = [("c", "simd"), ("c", "portable"), ("numpy", "simd")]
each_kind = pytest.mark.parametrize(("backend", "profile"), KINDS,
                                    ids=["simd", "portable", "numpy"])
MANY_DIGITS = 1500  # exp(-1470) beside 1 takes 640 of them


def one_unit(name: str) -> Program:
    """``h = f(w x)``: the slope of f alone."""
    with Cell("one", "One function") as cell:
        x, h = cell.input("x[m]", "input"), cell.symbol("h[m]", "value")
        w = cell.parameter("w[m]", "weights")
        h[t] = activation(name)(w * x[t])
    return cell.build("h")


SLOPES = [("sigmoid", 17, 4.139937549e-08), ("sigmoid", -60, 8.7565107627e-27),
          ("tanh", -20, 1.6993417021e-17), ("tanh", 9, 6.0919980e-08), ("tanh", 1e-3, 0.999999),
          ("elu", -50, 1.9287498480e-22), ("softsign", 1e6, 9.99998e-13),
          ("softplus", -60, 8.7565e-27), ("scaled_tanh", 20, 1.6993417021e-17)]


@each_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_slope_is_right_where_the_value_is_rounded(
        backend: str, profile: str, dtype: str) -> None:
    for name, argument, slope in SLOPES:
        kernel = symrnn.compile(one_unit(name), backend, dtype, profile=profile)
        run = kernel.forward({"w": np.ones(1)}, np.full((1, 1, 1), float(argument)))
        found = kernel.backward(run, np.ones((1, 1, 1)))["x"].item()
        assert found == pytest.approx(slope, rel=1e-5), (name, argument)


@each_kind
def test_a_saturated_forget_gate_of_float32_has_a_gradient(backend: str, profile: str) -> None:
    kernel = symrnn.compile(symrnn.lstm(), backend, profile=profile)
    params = {name: np.zeros([1] * len(one.axes)) for name, one in kernel.parameters.items()}
    params["b_f"][:] = 17
    run = kernel.forward(params, np.ones((1, 1, 1)), {"h": np.zeros((1, 1)), "c": np.ones((1, 1))})
    found = kernel.backward(run, np.ones((1, 1, 1)))["b_f"]
    assert found.item() == pytest.approx(8.693338e-9, rel=1e-5)


@each_kind
def test_what_a_closed_gate_holds_back_is_not_lost(backend: str, profile: str) -> None:
    """``(1 - o) v`` in every function: 1 - sigmoid(40) is 4e-18, and o is rounded to 1."""
    with Cell("held", "What does not go out") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "what stays")
        w, o = cell.parameter("w[m]", "weights"), cell.symbol("o[m]", "gate")
        o[t] = activation("sigmoid")(w * x[t])
        h[t] = (1 - o[t]) * (2 + h[t - 1])
    kernel = symrnn.compile(cell.build("h"), backend, "float64", profile=profile)
    params, x_of = {"w": np.ones(3)}, np.full((1, 2, 3), 40.0)
    first = {"h": np.zeros((2, 3))}
    run, wanted = kernel.forward(params, x_of, first), 2 / (1 + np.exp(40.0))
    np.testing.assert_allclose(run.outputs["h"], np.full((1, 2, 3), wanted), rtol=1e-14)
    for other in (kernel.infer(params, x_of, first)[0],
                  kernel.step(params, x_of[0], first)[0][None]):
        np.testing.assert_array_equal(run.outputs["h"], other)


@each_kind
def test_a_slope_is_finite_where_the_square_of_its_divisor_is_not(backend: str, profile: str
                                                                  ) -> None:
    """Of ``x / d`` by d, -x / d^2, and of ``x / sqrt(d)``, which has the cube of the root."""
    with Cell("shared", "Quotients") as cell:
        x, h = cell.input("x[m]", "input"), cell.symbol("h[m]", "shares")
        d, e = cell.parameters("d[m] e[m]", "of the divisors")
        h[t] = x[t] / d + x[t] / sqrt(e)
    kernel = symrnn.compile(cell.build("h"), backend, "float64", profile=profile)
    for size, of in ((1e-200, 1e-250), (1e200, 1e250)):
        run = kernel.forward({"d": np.full(3, size), "e": np.full(3, size)},
                             np.full((1, 1, 3), of))
        found = kernel.backward(run, np.ones((1, 1, 3)))
        np.testing.assert_allclose(found["d"], -of / size / size, rtol=1e-14)
        np.testing.assert_allclose(found["e"], -of / size / np.sqrt(size) / 2, rtol=1e-14)


@each_kind
def test_rounded_slopes_are_those_of_the_rounded_value(backend: str, profile: str) -> None:
    kernel = symrnn.compile(one_unit("sigmoid"), backend, profile=profile, slopes="rounded")
    for argument, slope in ((17, 0.0), (2, 0.1049936)):
        run = kernel.forward({"w": np.ones(1)}, np.full((1, 1, 1), float(argument)))
        found = kernel.backward(run, np.ones((1, 1, 1)))["x"].item()
        assert found == pytest.approx(slope, rel=1e-5)


def test_rounded_slopes_reach_the_files_and_the_masked_form_and_others_are_refused() -> None:
    files = symrnn.generate(symrnn.lstm(), "lstm", slopes="rounded")
    assert not any("_tail" in text for name, text in files.items() if name.startswith("lstm"))
    assert derive(symrnn.elman(), slopes="rounded").tape == ("h",)
    with pytest.raises(ValueError, match="slopes is 'fast'; there are exact and rounded"):
        symrnn.compile(symrnn.lstm(), "numpy", slopes="fast")


@pytest.mark.parametrize("name", SATURATING)
@pytest.mark.parametrize("argument", ["-19/7", "-1/5", "1/3", "23/4"])
def test_value_and_complement_of_the_tail_are_those_of_the_function(
        name: str, argument: str) -> None:
    above, below = argument.split("/")
    how, x = SATURATING[name], mpmath.mpf(above) / mpmath.mpf(below)
    tail = _number(how.tail, x)
    value = mpmath.tanh(x) if name == "tanh" else 1 / (1 + mpmath.exp(-x))
    assert mpmath.almosteq(_number(how.value, tail), value, 1e-14)
    complement = how.complement(Symbol("v")).subs("v", value)
    assert mpmath.almosteq(_number(how.rest, tail), mpmath.mpf(str(complement)), 1e-13)


def _number(row: str, x: mpmath.mpf) -> mpmath.mpf:
    symbol = Symbol("x", real=True)
    definition = function(row)(symbol).activation.definition
    return mpmath.mpf(str(definition.subs(symbol, x).evalf(30)))


NETS = {"lstm": symrnn.lstm(), "peephole": symrnn.lstm(peephole=True),
        "projection": symrnn.cell("lstm_projection"), "coupled": symrnn.cell("lstm_coupled"),
        "coupled_input": symrnn.cell("lstm_coupled_input"), "gru": symrnn.gru(),
        "gru_before": symrnn.gru(reset_after=False), "elman": symrnn.elman(),
        "mgu": symrnn.cell("mgu")}


@pytest.fixture
def many_digits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The interpreter computes with numbers of many digits."""
    exact = {exp: mpmath.exp, tanh: mpmath.tanh, log: mpmath.log, sin: mpmath.sin,
             cos: mpmath.cos, log1p: mpmath.log1p, expm1: mpmath.expm1, sqrt: mpmath.sqrt,
             Abs: abs}
    for key, one in exact.items():
        monkeypatch.setitem(NUMPY.elementary, key, np.frompyfunc(one, 1, 1))
    with mpmath.workdps(MANY_DIGITS):
        yield


@pytest.mark.parametrize("name", NETS)
@pytest.mark.usefixtures("many_digits")
def test_gradients_of_saturated_gates_are_right(name: str) -> None:
    """Pre-activations beyond 1,000: 1e-12 of each array's largest entry, where that is normal."""
    plan = derive(NETS[name])
    case = random_case(plan, seed=3, steps=3)
    size = {one.name: 700.0 if one.axes else 1.0 for one in plan.program.variables}
    values = {key: np.asarray(one) * size.get(key, 1.0) if key in case.parameters else one
              for key, one in case.values.items()}
    exact = {key: np.vectorize(mpmath.mpf, otypes=[object])(one) for key, one in values.items()}
    wanted = interpreted_gradients(type(case)(plan, case.sizes, exact))
    given = type(case)(plan, case.sizes, values)
    for backend, profile in KINDS:
        kernel = symrnn.compile(NETS[name], backend, "float64", profile=profile)
        run = kernel.forward(given.parameters, given.inputs, given.initial)
        found = kernel.backward(run, given.y_bar, given.final_bar)
        for key, array in wanted.items():
            largest = max(map(abs, array.flat))
            error = max(map(abs, (found[key].astype(object) - array).flat))
            assert error <= max(1e-12 * largest, 1e-300), (profile, key, float(error / largest))

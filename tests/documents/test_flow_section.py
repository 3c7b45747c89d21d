"""The section on vanishing and exploding gradients: what it says comes from equations and runs."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import symrnn
from symrnn.backends.jacobian import state_jacobian
from symrnn.backends.unicode import UNICODE
from symrnn.cells import architectures
from symrnn.documents import numbers
from symrnn.documents.example import worked_example
from symrnn.documents.flow import LAGS, gradient_flow, page_sizes, page_start
from symrnn.documents.travels import GradientFlow
from symrnn.jacobians.entrywise import turns
from symrnn.jacobians.measure import along_run
from symrnn.jacobians.paths import additive_paths, biases, openers, recurrent_weights
from symrnn.jacobians.steps import Steps
from symrnn.pipeline import derive
from symrnn.program.interpret import evaluate


def section(name: str) -> GradientFlow:
    """The section of a network's page."""
    return gradient_flow(worked_example(derive(symrnn.cell(name)), name))


@pytest.mark.parametrize("name, factors", [
    ("lstm", {"c": "f"}), ("lstm_1997", {"c": "1"}), ("gru", {"h": "z"}), ("mgu", {"h": "1 - f"}),
    ("elman", {}), ("indrnn", {}), ("jordan", {}), ("slstm", {"c": "f", "n": "f"}),
    ("rhn", {"y": "(1 - t_1)*(1 - t_2)*(1 - t_3)"}), ("mlstm", {"C": "f", "n": "f"}),
    ("scrn", {"s": "alpha"}), ("lru", {}), ("retnet", {}), ("cornn", {}), ("unicornn", {})])
def test_additive_paths_are_read_off_the_equations(name: str, factors: dict[str, str]) -> None:
    found = additive_paths(symrnn.cell(name))
    assert {one.delay.source: str(one.factor) for one in found} == factors


@pytest.mark.parametrize("name, states, determinant", [
    ("lru", ("x_re", "x_im"), "exp(-2*exp(nu))"), ("retnet", ("S_re", "S_im"), "gamma**2"),
    ("cornn", ("z", "y"), "-dt*epsilon + 1"), ("unicornn", ("z", "y"), "1"),
    ("lstm", (), ""), ("mlstm", (), ""), ("lem", (), ""), ("taugru", (), "")])
def test_states_that_turn_into_one_another_have_no_additive_path(
        name: str, states: tuple[str, ...], determinant: str) -> None:
    """A rotation is no gate: its determinant tells how it fades, the cosine of its angle nothing.

    Those of LRU and RetNet are the square of the modulus of lambda, and of gamma.
    """
    found = turns(symrnn.cell(name))
    assert tuple(one.source for turn in found for one in turn.delays) == states
    assert "".join(str(one.determinant) for one in found) == determinant


def test_the_matrix_of_a_turn_is_the_jacobian_where_nothing_else_leads_back() -> None:
    program = symrnn.cell("lru")
    run = Steps(page_start(program))
    jacobian, (turn,) = next(run.backwards()), turns(program)
    values = {**run.start.parameters}
    for constant in ("exp_nu", "exp_exp_nu", "exp_theta", "cos_exp_theta", "sin_exp_theta"):
        values[constant] = evaluate(program[constant].stands_for, values.__getitem__, {})
    size = run.start.sizes["N"]
    for row, factors in enumerate(turn.matrix):
        for column, factor in enumerate(factors):
            block = jacobian[row * size:(row + 1) * size, column * size:(column + 1) * size]
            assert np.allclose(block, np.diag(evaluate(factor, values.__getitem__, {})))
    assert np.linalg.det(jacobian) == pytest.approx(np.prod(np.exp(-2 * np.exp(values["nu"]))))


def test_the_section_shows_how_saturated_the_gates_are() -> None:
    (curves,) = section("lstm").curves
    travel = along_run("lstm", Steps(page_start(symrnn.cell("lstm"))))
    assert [(one.low, one.high, one.ends) for one in curves.saturation] == [
        (one.low, one.high, one.ends) for one in travel.saturation]
    assert [UNICODE(one.value) for one in curves.saturation] == [
        "g[t]", "i[t]", "f[t]", "o[t]", "tanh(c[t])"]
    assert max(one.low + one.high for one in curves.saturation) > 0


@pytest.mark.parametrize("name, bias, sign", [
    ("lstm", "b_f", 1), ("gru", "b_z", 1), ("mgu", "b_f", -1), ("lstm_coupled", "b_i", -1),
    ("janet", "b_f", 1), ("slstm", "b_f", 1)])
def test_the_bias_of_the_path_comes_first_and_opens_it(name: str, bias: str, sign: int) -> None:
    program = symrnn.cell(name)
    assert biases(program)[0] == bias
    assert (openers(program)[0].bias, openers(program)[0].sign) == (bias, sign)
    state = additive_paths(program)[0].delay.state
    closed, opened = (symrnn.flow(program, steps=20, set={bias: side * sign})[0].norms[state, state]
                      for side in (-4, 4))
    assert opened[20] > closed[20] + 3


@pytest.mark.parametrize("name, weights, shifted", [
    ("elman", ("U",), ("b",)), ("jordan", ("U", "V"), ("b", "b_y")), ("mingru", (), ("b_z", "b_h")),
    ("gru", ("U_z", "U_r", "U_n"), ("b_z", "b_r", "b_n", "c_n")), ("indrnn", ("u",), ("b",))])
def test_knobs_are_what_leads_from_state_to_state(name: str, weights: tuple[str, ...],
                                                  shifted: tuple[str, ...]) -> None:
    program = symrnn.cell(name)
    assert (recurrent_weights(program), biases(program)) == (weights, shifted)


def test_curves_are_those_of_a_run_beside_elman() -> None:
    program = symrnn.cell("gru")
    (found,) = section("gru").curves
    travel = along_run("gru", Steps(page_start(program)))
    assert found.labels == ("gru: h", "elman: h")
    for row in found.rows:
        assert row.powers[0] == travel.norms["h", "h"][row.lag]
    assert found.rows[-1].lag == LAGS
    assert [one.path for one in found.further] == ["elman"]
    (turned,) = gradient_flow(worked_example(derive(symrnn.reverse(symrnn.gru())), "own")).curves
    assert [one.path for one in turned.further] == ["turned/own_turned", "elman"]
    assert set(json.loads(found.data)["networks"][0]["scaled"]) == {"U_z", "U_r", "U_n"}


def test_elman_stands_alone_and_two_directions_have_no_curve(files: dict[str, str]) -> None:
    (alone,) = section("elman").curves
    assert alone.labels == ("elman: h",)
    both = section("bidirectional_rnn")
    assert (both.curves, both.jacobian, both.unmeasured) == ((), (), "both_directions")
    assert "remembers in both directions" in files["en/bidirectional_rnn.html"]
    assert "雙向都有記憶" in files["zh-TW/bidirectional_rnn.html"]


def test_the_numbers_stand_in_a_table_without_a_script(files: dict[str, str]) -> None:
    (curves,) = section("lstm").curves
    text = files["en/lstm.html"]
    body = text[text.index("<table class=norms>"):]
    cells = re.findall(r"<td>([^<]+)</td>", body[:body.index("</table>")])
    assert cells == [numbers.of_power(power) for row in curves.rows for power in row.powers]
    assert len(re.findall('<polyline class="travel', text)) == 3
    assert files["kernels/elman.js"] == curves.further[0].text


@pytest.mark.parametrize("power, text", [
    (0.0, "1"), (-2.5, "0.00316"), (-9.4, "4.0\u202f×\u202f10⁻¹⁰"), (3.0, "1.0\u202f×\u202f10³"),
    (-700.0001, "1.0\u202f×\u202f10⁻⁷⁰⁰"), (float("-inf"), "0")])
def test_numbers_from_their_logarithms(power: float, text: str) -> None:
    assert numbers.of_power(power) == text


def test_a_number_that_scales_a_vector_is_no_diagonal_matrix() -> None:
    """B u with one u for all units: the derivative of u is a row, and B a column before it."""
    lines = [f"{UNICODE(one.left)} = {UNICODE(one.right)}"
             for column in state_jacobian(symrnn.cell("lmu")) for one in column.lines]
    assert "∂m[t]/∂h[t-1] = 𝐁 ∂u[t]/∂h[t-1]" in lines
    assert "∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a_h[t]/∂h[t-1]" in lines


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_every_network_has_its_section(name: str) -> None:
    program = next(one for one in architectures() if one.name == name).build()
    found = section(name)
    assert bool(found.curves) == (not found.unmeasured)
    assert bool(found.jacobian) == bool(found.curves)
    assert all(column.rows for column in found.jacobian)
    for size in page_sizes(program).values():
        assert size >= 2

"""Newton's method over whole trajectories gives what one step after the other gives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cellfile.build import parse
from symrnn.program import Program
from symrnn.recurrences import Kind, kind_of, linearised, parts, scans
from tests.test_parallel import begun, drawn, hold, hold_from

NONLINEAR = symrnn.cell_names("nonlinear-diagonal")
DENSE = symrnn.cell_names("nonlinear-dense")
UNTOLD = "deep_bidirectional_lstm"  # whose adjoint is told no size of its own: test_parallel

# The memory of sLSTM (Beck et al. 2024, equations 8 to 17) where gates read the input alone.
MEMORY = """cell memory
input i[m], f[m], z[m]
state s[m] = -1e30, c[m], n[m]
output h
s[t] = max(f[t] + s[t-1], i[t])
c[t] = exp(f[t] + s[t-1] - s[t]) * c[t-1] + exp(i[t] - s[t]) * tanh(z[t])
n[t] = exp(f[t] + s[t-1] - s[t]) * n[t-1] + exp(i[t] - s[t])
h[t] = c[t] / n[t]
"""
OSCILLATORS = """cell oscillators
input x[m]
state z[m], y[m]
param w[m], v[m]
output y
z[t] = z[t-1] + 0.1 * (tanh(w * y[t-1] + v * z[t-1] + x[t]) - y[t-1] - z[t-1])
y[t] = y[t-1] + 0.1 * z[t]
"""
LATE = """cell late
input x[m]
state h[m]
param a[m], b[m]
output h
h[t] = tanh(a * h[t-1] + b * h[t-3] + x[t])
"""


def scan_of(net: Program, **options: Any) -> symrnn.ParallelScan:
    return symrnn.parallel_scan(net, dtype="float64", newton=True, **options)


@pytest.mark.parametrize("name", NONLINEAR)
def test_every_nonlinear_diagonal_cell_converges(name: str) -> None:
    """A number of steps that no number of pieces divides, several samples, initial states."""
    scan = scan_of(symrnn.cell(name))
    hold(scan, 37, 2, 5, 1e-10)
    assert all(0 < times < 37 for times in scan.iterations.values()) and scan.iterations


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one for one in DENSE if one != UNTOLD])
def test_every_nonlinear_dense_cell_converges(name: str) -> None:
    """The Jacobian is a matrix there, of all units of a network: lstm 6, h and c of 3 units."""
    hold(scan_of(symrnn.cell(name)), 23, 2, 4, 1e-10)


@pytest.mark.parametrize("text", [MEMORY, OSCILLATORS, LATE], ids=["memory", "two", "late"])
@pytest.mark.parametrize("steps, batch, pieces", [
    (37, 2, 5), (64, 1, None), (8, 2, 3), (1, 1, None), (0, 2, None), (5, 1, 1)])
def test_cells_of_a_user_converge(text: str, steps: int, batch: int, pieces: int | None) -> None:
    net = parse(text)
    assert kind_of(parts(net)) is Kind.NONLINEAR_DIAGONAL
    hold(scan_of(net), steps, batch, pieces, 1e-10)


@pytest.mark.parametrize("net", [
    symrnn.deep(symrnn.cell("indrnn"), layers=2), symrnn.reverse(symrnn.cell("indrnn")),
    symrnn.bidirectional(symrnn.cell("sru"), merge="sum"),
    symrnn.cell("mingru", clip_state=0.2), symrnn.cell("indrnn", zoneout=True),
    symrnn.cell("indrnn", dropout="recurrent"), symrnn.cell("indrnn", learned_initial=True)],
    ids=["layers", "reverse", "both_directions", "clip", "zoneout", "dropout", "learned_initial"])
def test_networks_and_options_converge(net: Program) -> None:
    hold(scan_of(net), 23, 2, 4, 1e-10)


@pytest.mark.parametrize("threads", [1, 2])
def test_iterations_run_in_c_too(threads: int) -> None:
    hold(scan_of(symrnn.cell("indrnn"), backend="c", threads=threads), 37, 2, 5, 1e-10)


def test_an_affine_network_takes_no_iteration() -> None:
    scan = scan_of(symrnn.cell("mingru"))
    hold(scan, 37, 2, 5)
    assert scan.iterations == {}


def test_only_parts_that_are_not_affine_iterate() -> None:
    """mLSTM's stabiliser is a maximum; memory and normaliser are affine once it is there."""
    scan = scan_of(symrnn.cell("mlstm"))
    assert scan.iterations == {"m": 0}
    scan.infer(*drawn(scan.program, 12, 1))
    assert [*scan.iterations] == ["m"] and scan.iterations["m"] > 0


def test_what_is_found_satisfies_every_step() -> None:
    """The residual, computed by the streaming step: no scan takes part."""
    scan = scan_of(symrnn.cell("sru"))
    params, x = drawn(scan.program, 300, 2)
    y, final = scan.infer(params, x)
    wanted, _ = scan.kernel.infer(params, x)
    assert np.abs(y - wanted).max() < 1e-12
    _, before = scan.kernel.infer(params, {"x": x["x"][:-1]})
    _, last = scan.kernel.step(params, {"x": x["x"][-1]}, before)
    assert np.abs(last["c"] - final["c"]).max() < 1e-12


@pytest.mark.parametrize("name", ["indrnn", "sru", "unicornn", "mlstm", "gru"])
def test_float32_converges_to_its_own_rounding(name: str) -> None:
    net = symrnn.cell(name)
    params, x = drawn(net, 2000, 1)
    exact, _ = symrnn.compile(net, "numpy", "float64").infer(params, x)
    scan = symrnn.parallel_scan(net, newton=symrnn.Newton(tolerance=1e-5))
    found, single = scan.infer(params, x)[0], scan.kernel.infer(params, x)[0]
    assert found.dtype == np.float32
    error, usual = (np.abs(one - exact).max() / np.abs(exact).max() for one in (found, single))
    assert error < 4 * usual + 1e-6


def chaotic() -> tuple[Program, dict[str, Any], dict[str, Any]]:
    """A network in which small changes grow from step to step."""
    net = symrnn.elman()
    params, x = drawn(net, 40, 1, size=4)
    return net, {**params, "U": 6 * params["U"]}, x


def test_what_does_not_converge_is_refused() -> None:
    net, params, x = chaotic()
    scan = symrnn.parallel_scan(net, dtype="float64", newton=symrnn.Newton(iterations=2))
    told = "elman: after 2 iterations of Newton's method the residual is "
    with pytest.raises(symrnn.NotConverged, match=re.escape(told)) as caught:
        scan.infer(params, x)
    assert caught.value.iterations == 2
    assert min(caught.value.residual, caught.value.correction) > 1e-6


def test_each_iteration_makes_at_least_one_more_step_right() -> None:
    """So that T of them always suffice: also where guesses overflow, or changes grow."""
    net, params, x = chaotic()
    scan = symrnn.parallel_scan(net, dtype="float64", newton=symrnn.Newton(iterations=41))
    hold_from(scan, params, x, begun(net, params, x), 5, 1e-6)
    assert 5 < scan.iterations["h"] <= 41


def test_a_number_that_is_none_is_no_answer() -> None:
    scan = scan_of(symrnn.cell("indrnn"))
    params, x = drawn(scan.program, 9, 1)
    x["x"][4, 0, 0] = np.nan
    with pytest.raises(symrnn.NotConverged, match="residual is inf"):
        scan.infer(params, x)


@pytest.mark.parametrize("wrong, told", [
    ({"tolerance": 0.0}, "tolerance is 0.0; it is above zero"),
    ({"tolerance": float("nan")}, "tolerance is nan; it is above zero"),
    ({"iterations": 0}, "iterations is 0; it is a whole number, at least 1"),
    ({"iterations": 2.5}, "iterations is 2.5; it is a whole number, at least 1"),
    ({"tolerance": "small"}, "tolerance is 'small'; it is above zero")])
def test_wrong_numbers_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        symrnn.Newton(**wrong)


def test_an_iteration_is_derived_from_the_steps() -> None:
    (one,) = scans(symrnn.cell("indrnn"), newton=True).scans
    step = linearised(one.steps)
    assert kind_of(parts(step.program)) is Kind.AFFINE_DIAGONAL
    assert [(each.lhs, str(each.rhs)) for each in step.program.equations[-2:]] == [
        ("h_residual", "h - h_guess"), ("h_correction", "h_dot + h_residual")]

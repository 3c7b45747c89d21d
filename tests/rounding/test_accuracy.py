"""Rounding errors of every kernel lie inside the proven bounds, and are small.

An ulp is the spacing of floats at an entry's own exact value, however small cancellation leaves it.
``SYMRNN_EXHAUSTIVE=1 python -m pytest tests/rounding -rP`` prints medians and worst of all cells.
"""

from __future__ import annotations

import json
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import E, Rational, pi

import symrnn
from symrnn.cells import architectures
from symrnn.checking.reference import random_case
from symrnn.cli import main
from symrnn.pipeline import derive
from symrnn.program import Misused
from symrnn.rounding import asked, measure
from symrnn.rounding.balls import EXACT, balls, constant, precision
from symrnn.rounding.rounded import rounding
from symrnn.rounding.exact import exact, middles
from tests.conftest import by_night
from tests.rounding import drift, pool
from tests.rounding.figures import GOAL, beyond, figures, of_numpy
from tests.rounding.saturated import cases, missed, misses, saturated

CELLS = [one.name for one in architectures()]
SLACK = 1.25  # another library of the machine rounds otherwise
MEDIAN, HIGH = 8.0, 2000.0  # ulps, of kernels in C too; beyond.toml is narrower


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_error_lies_inside_its_bound(name: str) -> None:
    net = symrnn.cell(name)
    for kernel in asked.KERNELS:
        case, wanted = measure.case_of(derive(net), "float64", {}, 1, None)
        backend, profile = asked.KERNELS[kernel]
        made = symrnn.compile(net, backend, "float64", profile=profile)
        found = measure.accuracies(case, made, wanted, kernel, None, 1)
        assert found.inside, found.verdict
        off = measure.computed(case, made)
        for gradient in (False, True):
            some = np.concatenate([
                measure.in_ulps(measure.errors(off[one.name], wanted[one.name]),
                                wanted[one.name], "float64").ravel()
                for one in found if one.gradient is gradient])
            print(f"{name} {kernel} {'gradients' if gradient else 'forward'}: median "
                  f"{np.median(some):.2f}, p99 {np.percentile(some, 99):.1f}, worst "
                  f"{some.max():.1f} ulps; {found.worst.worst.share:.1%} of its bound")
            assert np.median(some) <= MEDIAN and np.percentile(some, 99) <= HIGH


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_saturated_gates_lie_inside_their_bound_too(dtype: str) -> None:
    high = 300.0
    found = symrnn.accuracy(symrnn.gru(), range=(-high, high), dtype=dtype)
    assert found.inside, found.verdict


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "seed"), cases())
def test_saturated_cells_are_finite_and_right_where_the_equations_are(
        name: str, seed: int) -> None:
    """To 1e-12 of each array's largest entry, forward and backward."""
    case = saturated(name, seed)
    try:
        wanted = exact(case)
    except symrnn.ProgramError:
        pytest.skip("the exact values are not finite")
    largest = max(float(abs(x).abs_upper()) for one in wanted.values() for x in one.flat)
    if not largest < 1e150:
        pytest.skip("the exact values leave the numbers of float64")
    for backend, profile in asked.KERNELS.values():
        made = symrnn.compile(case.plan.program, backend, "float64", profile=profile)
        found = measure.computed(case, made)
        assert not (missing := misses(found, wanted)), (backend, profile, missing)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_reaches_the_goal_or_is_no_worse_than_its_table_says(name: str) -> None:
    found, told = of_numpy(name), beyond().get(name)
    limits, slack = (GOAL, 1.0) if told is None else (told, SLACK)
    assert found.within(limits, slack), (found, limits)


def test_tables_hold_what_they_are_for() -> None:
    table = beyond()
    assert {*table} <= {*CELLS} and {name for name, _ in missed()} <= {*CELLS}
    assert not [name for name, one in table.items() if one.within(GOAL)]


def test_ulps_count_each_entry_and_where_it_is_0_the_largest() -> None:
    wanted = {"y": balls(np.asarray([4.0, 0.0])), "W": balls(np.asarray([1.0]))}
    found = {"y": np.asarray([4.0, 3 * 2.0**-50]), "W": np.asarray([1 + 2.0**-51])}
    one = figures(found, wanted, ("y",))
    assert (one.forward_median, one.gradient_median, one.gradient_p99) == (1.5, 2, 2)


def test_the_truth_in_chunks_is_that_of_all_steps_at_once() -> None:
    case = drift.case_of("lstm", 150)
    *_, (steps, states) = drift.truth(case)
    wanted = exact(case, gradients=False)
    assert steps == 150
    for delay in case.plan.program.delays:
        gap = np.abs(middles(states[delay.state] - wanted[delay.final]))
        assert gap.max() < 1e-30, delay.state


def test_states_stay_right_over_many_steps() -> None:
    for name in ("lstm", "lru"):
        case = drift.case_of(name, 200)
        made = symrnn.compile(case.plan.program, "numpy", "float64")
        for one in drift.drifts(case, made, (200,)):
            assert one.error <= 1e-13 * one.largest, one


def test_exact_values_are_those_of_another_library() -> None:
    case = random_case(derive(symrnn.elman(readout=False)), 0, steps=1, batch=1)
    wanted = exact(case)["h"][0, 0, 0]
    with mpmath.workdps(60):
        v = {name: np.vectorize(mpmath.mpf, otypes=[object])(one)
             for name, one in case.values.items()}
        h = mpmath.tanh(v["W"][0] @ v["x"][0, 0] + v["U"][0] @ v["initial.h"][0] + v["b"][0])
        assert abs(mpmath.mpf(wanted.mid().str(50, radius=False)) - h) < 1e-45


def test_constants_of_formulas_are_held_by_balls() -> None:
    for given, right in ((pi, mpmath.pi), (E, mpmath.e), (Rational(1, 3), mpmath.mpf(1) / 3)):
        assert abs(float(constant(given).mid()) - float(right)) <= 1e-15


def test_where_either_branch_may_be_taken_a_ball_holds_both() -> None:
    with precision(100):
        around = balls(np.asarray([0.0, 3.0, -3.0]))
        wide = around + rounding("float32").rounded(np.asarray(1.0), 1) - 1
        found = EXACT.where(EXACT.elementary["<="](wide, 0), wide * 0 + 5, wide)
        assert [one.contains(5) for one in found] == [True, False, True]
        assert found[0].contains(0) and not found[2].contains(-3)


def test_a_kernel_that_computes_wrongly_lies_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    right = measure.computed

    def wrong(case: Any, kernel: Any) -> Any:
        found = right(case, kernel)
        return {**found, "b": found["b"] * (1 + 1e-12)}

    monkeypatch.setattr(measure, "computed", wrong)
    found = symrnn.accuracy(symrnn.elman(), kernel="numpy")
    assert not found.inside and found.worst.name == "b" and "OUTSIDE" in found.verdict


def test_an_infinity_where_the_value_is_finite_lies_outside(
        monkeypatch: pytest.MonkeyPatch) -> None:
    right = measure.computed
    monkeypatch.setattr(measure, "computed", lambda case, kernel: {
        name: one * np.inf for name, one in right(case, kernel).items()})
    assert not symrnn.accuracy(symrnn.elman(), kernel="numpy").inside


def test_the_command_prints_json_for_a_file(
        tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "my.cell"
    path.write_text("cell my\ninput x[n];  state h[m];  output h\nparam W[m,n], U[m,m], b[m]\n"
                    "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["symrnn", "accuracy", str(path), "--sizes", "n=2,m=3", "--T",
                                     "3", "--kernel", "numpy", "--format", "json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    told = json.loads(capsys.readouterr().out)
    assert told["inside"] and told["sizes"] == {"T": 3, "B": 2, "n": 2, "m": 3}
    assert {one["name"] for one in told["quantities"]} == {
        "h", "final.h", "W", "U", "b", "x", "initial.h"}


@pytest.mark.parametrize(("words", "said"), [
    ({"sizes": {"q": 3}}, "elman has no size 'q'; its sizes are T, B, n, m, p"),
    ({"sizes": {"m": 0}}, "size m is 0; it must be at least 1"),
    ({"kernel": "slow"}, "there is no kernel 'slow'; there are fast, portable, numpy"),
    ({"range": (2.0, 1.0)}, "range is 2,1; it goes from the lower number to the higher one"),
])
def test_what_is_asked_wrongly_is_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(Misused) as error:
        symrnn.accuracy(symrnn.elman(), **{"kernel": "numpy", **words})
    assert str(error.value) == said


@pytest.mark.skipif(not by_night(), reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
def test_the_catalogue_rounds_well() -> None:
    """Over the entries of all cells, each cell with the same weight."""
    medians: dict[bool, list[float]] = {False: [], True: []}
    highs: dict[bool, list[float]] = {False: [], True: []}
    for name in CELLS:
        case, wanted = measure.case_of(derive(symrnn.cell(name)), "float64", {}, 1, None)
        found = measure.accuracies(case, symrnn.compile(case.plan.program, "numpy", "float64"),
                                   wanted, "numpy", None, 1)
        for one in found:
            medians[one.gradient].append(one.median)
            highs[one.gradient].append(one.ulps)
    for gradient in (False, True):
        print(f"{'gradients' if gradient else 'forward'}: median of medians "
              f"{np.median(medians[gradient]):.2f}, p99 of worst "
              f"{np.percentile(highs[gradient], 99):.1f} ulps")
    assert np.median(medians[False]) <= 1


def test_rounding_every_value_once_is_no_worse_than_a_kernel() -> None:
    """Forward: what stands beside kernels in pool.py is a limit of theirs."""
    found = {who: one.figures for who, one in pool.pools(["deep_rnn", "convlstm"]).items()}
    assert found["ideal"].forward_median <= min(found[name].forward_median
                                                for name in asked.KERNELS)
    assert found["ideal"].gradient_median < found["numpy"].gradient_median

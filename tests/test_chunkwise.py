"""The chunkwise form gives what one step after the other gives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cellfile.build import parse
from symrnn.program import Program, ProgramError
from symrnn.recurrences import scans
from tests.test_parallel import drawn, hold

PARTLY = ("mlstm", "rwkv4")  # whose stabiliser iterates, and all else is affine once it is there
UNEVEN = [(37, 2, 8), (64, 1, 16), (5, 3, 32), (6, 2, 1), (1, 1, 4), (0, 2, 4)]

STEP = "S[t] = a[t] * S[t-1] + outer(p[t], v[t])\n"
READ = "o[t] = S[t].T @ q[t]\n"
INPUTS = {"q": "k", "p": "k", "v": "j", "a": "k"}


def memory(equations: str) -> Program:
    """A matrix memory of these equations, and the inputs that they read."""
    used = ", ".join(f"{name}[{axis}]" for name, axis in INPUTS.items()
                     if f"{name}[t]" in equations)
    return parse(f"cell own\ninput {used}\nstate S[k,j]\noutput o\n{equations}")


def scan_of(net: Program, chunk: int, **options: Any) -> symrnn.ParallelScan:
    return symrnn.parallel_scan(net, dtype="float64", newton=True, form="chunkwise", chunk=chunk,
                                **options)


def read(net: Program) -> list[str]:
    """What is read of states, part by part."""
    return [name for one in scans(net, (), True, True).scans if one.chunkwise is not None
            for name in one.gives]


@pytest.mark.parametrize("name", [*symrnn.cell_names("affine-diagonal"), *PARTLY])
def test_every_affine_diagonal_cell_runs_in_chunks(name: str) -> None:
    """A number of steps that is no multiple of a chunk, several samples, initial states."""
    hold(scan_of(symrnn.cell(name), 8), 37, 2, 5, 1e-10)


@pytest.mark.parametrize("name", ["gla", "retnet", "s6", "lru"])
@pytest.mark.parametrize("steps, batch, chunk", UNEVEN)
def test_any_number_of_steps_samples_and_chunks(name: str, steps: int, batch: int, chunk: int
                                                ) -> None:
    hold(scan_of(symrnn.cell(name), chunk), steps, batch, None)


def test_more_chunks_than_fit_into_memory_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.parallel.chunks.NUMBERS", 200)
    hold(scan_of(symrnn.cell("gla"), 4), 37, 2, None)
    hold(scan_of(symrnn.cell("retnet"), 4), 37, 2, None)


@pytest.mark.parametrize("net", [
    symrnn.deep(symrnn.cell("gla"), layers=2), symrnn.reverse(symrnn.cell("retnet")),
    symrnn.bidirectional(symrnn.cell("s6"), merge="sum"),
    symrnn.cell("mingru", zoneout=True), symrnn.cell("mingru", dropout="recurrent"),
    symrnn.cell("gla", learned_initial=True)],
    ids=["layers", "reverse", "both_directions", "zoneout", "dropout", "learned_initial"])
def test_networks_and_options_run_in_chunks(net: Program) -> None:
    hold(scan_of(net, 8), 23, 2, 4, 1e-9)


@pytest.mark.parametrize("equations", [
    "S[t] = S[t-1] + outer(p[t], v[t])\n" + READ,  # nothing is forgotten
    "S[t] = 0.5 * S[t-1] - outer(p[t], v[t])\n" + READ,
    "S[t] = -a[t] * S[t-1] + outer(p[t], v[t]) + outer(a[t], v[t])\n" + READ,  # any sign
    "S[t] = tanh(a[t]) * (S[t-1] + outer(p[t], v[t]))\n" + READ,
    "S[t] = sigmoid(a[t]) * S[t-1] + p[t] + v[t]\n" + READ,  # the same in a row, in a column
    "S[t] = a[t] * S[t-1] + 0.3 * S[t-3] + outer(p[t], v[t])\n" + READ,
    STEP + "o[t] = p[t] - 2 * (S[t] @ v[t])\n",
    STEP + "o[t] = S[t].T @ q[t] + S[t-1].T @ p[t]\n"],
    ids=["sum", "number", "signs", "product", "row", "three", "rest", "before"])
def test_what_a_step_adds_and_how_it_is_read(equations: str) -> None:
    hold(scan_of(memory(equations), 6), 20, 2, None)


@pytest.mark.parametrize("formula", ["exp(-exp(w))", "w * w", "0.9", "sqrt(w * w) * 0.5"])
def test_decays_that_parameters_make_are_computed_once(formula: str) -> None:
    net = parse("cell own\ninput q[k], p[k], v[j]\nstate S[k,j]\n"
                + "param w[k]\n" * ("w" in formula)
                + f"output o\nS[t] = {formula} * S[t-1] + outer(p[t], v[t])\n{READ}")
    (one,) = scans(net, (), False, True).scans
    assert one.before is None and one.gives == ("o",)
    hold(scan_of(net, 6), 20, 2, None)


@pytest.mark.parametrize("name, names", [
    ("gla", ["o"]), ("retnet", ["o"]), ("hgrn2", ["z"]), ("mlstm", ["a_h", "a_s"]),
    ("mingru", ["h"]), ("lru", ["x_re", "x_im"])])
def test_no_state_is_made_where_only_sums_over_it_are_read(name: str, names: list[str]) -> None:
    assert read(symrnn.cell(name)) == names


def test_a_state_that_is_seen_is_made() -> None:
    """As an output, one step before, or under a query that depends on it."""
    before = STEP + "u[t] = q[t] + S[t-1] @ v[t]\no[t] = S[t].T @ u[t]\n"
    twice = STEP + "u[t] = S[t] @ v[t]\no[t] = S[t].T @ u[t]\n"
    for equations in (before, twice, STEP + "o[t] = S[t] * q[t]\n"):
        net = memory(equations)
        assert read(net) == ["S"]
        hold(scan_of(net, 4), 11, 2, None)


@pytest.mark.parametrize("name", ["gla", "retnet", "mingru", "rglru", "s6"])
def test_names_for_what_a_chunk_takes_change_nothing(name: str) -> None:
    net = symrnn.cell(name)
    other = scans(net, (), False, True).program
    params, x = drawn(net, 9, 2)
    wanted, found = (symrnn.compile(one, "numpy", "float64").infer(params, x)[0]
                     for one in (net, other))
    assert np.abs(wanted - found).max() < 1e-13


def test_small_gates_over_many_steps_lose_no_digit() -> None:
    """Their product is far below the least number: a quotient of such products would be none."""
    net = symrnn.cell("gla", tau=1)
    params, x = drawn(net, 3000, 1)
    params = {**params, "b": np.full_like(params["b"], -12.0)}
    scan = symrnn.parallel_scan(net, form="chunkwise", chunk=64)
    with np.errstate(all="raise", under="ignore"):
        y, _ = scan.infer(params, x)
    wanted, _ = symrnn.compile(net, "numpy", "float64").infer(params, x)
    assert np.abs(y - wanted).max() < 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("name", ["lru", "retnet", "mingru"])
def test_rounding_is_that_of_one_step_after_the_other(name: str) -> None:
    """In float32, over states that remember for long, against float64."""
    net = symrnn.cell(name)
    params, x = drawn(net, 5000, 1)
    if name == "mingru":
        params = {**params, "b_z": np.full_like(params["b_z"], -6.0)}
    exact, _ = symrnn.compile(net, "numpy", "float64").infer(params, x)
    single = symrnn.parallel_scan(net, form="chunkwise")
    one, other = (np.abs(kernel.infer(params, x)[0] - exact).max()
                  for kernel in (single, single.kernel))
    assert one < 3 * other + 1e-6 * np.abs(exact).max()


def test_what_stands_around_chunks_runs_in_c_too() -> None:
    hold(scan_of(symrnn.cell("gla"), 8, backend="c"), 37, 2, None)


@pytest.mark.parametrize("net, why", [
    (symrnn.cell("gated_deltanet"), "gated_deltanet has no chunkwise form: entries of S"),
    (symrnn.cell("indrnn"), "indrnn has no chunkwise form: no part of it is affine"),
    (parse("cell own\ninput x[m]\nstate S[m,m]\nparam a[m,m]\noutput S\n"
           "S[t] = a * S[t-1] + outer(x[t], x[t])\n"), "S has two axes of one size"),
    (parse("cell own\ninput x[m]\nstate h[m]\nparam b[m]\noutput h\n"
           "h[t] = sum(outer(b, h[t-1])) + x[t]\n"), "own has no chunkwise form: entries of h"),
    (symrnn.elman(activation="linear"), "elman has no chunkwise form: entries of h read others")])
def test_what_has_no_chunkwise_form_is_refused(net: Program, why: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(why)):
        scan_of(net, 8)


@pytest.mark.parametrize("wrong, told", [
    ({"form": "blocks"}, "form is 'blocks'; there are two-pass and chunkwise"),
    ({"form": "chunkwise", "chunk": 0}, "chunk is 0; it is a whole number of steps, at least 1"),
    ({"form": "chunkwise", "chunk": "32"}, "chunk is '32'; it is a whole number of steps"),
    ({"newton": 1e-6}, "newton is 1e-06; it is True, False or a symrnn.Newton")])
def test_wrong_options_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        symrnn.parallel_scan(symrnn.cell("gla"), **wrong)

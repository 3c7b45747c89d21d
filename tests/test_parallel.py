"""Scans in parallel over time give what one step after the other gives, gradients too."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.jacobians.start import Choice, started
from symrnn.program import Program, ProgramError, Role
from symrnn.recurrences import scans
from symrnn.runtime.shapes import Array

NAMES = symrnn.cell_names("affine-diagonal")
UNEVEN = [(37, 1, None), (37, 2, 5), (64, 3, 8), (4, 2, 9), (5, 1, 1), (1, 1, None), (0, 2, None)]


def drawn(net: Program, steps: int, batch: int, size: int = 3) -> tuple[Any, dict[str, Array]]:
    """Parameters as measurements of gradients draw them, and random inputs."""
    chosen = {one.name: size for one in net.sizes if one.value is None}
    start = started(net, Choice(chosen, steps=2))
    sizes, random = {**start.sizes, "T": steps, "B": batch}, np.random.default_rng(steps)
    return start.parameters, {one.name: random.normal(size=[sizes[axis] for axis in one.shape])
                              for one in net.with_role(Role.INPUT, Role.MASK)}


def hold(scan: symrnn.ParallelScan, steps: int, batch: int, pieces: int | None,
         tolerance: float = 1e-12) -> None:
    """Outputs, final states and gradients against the same kernel, step by step."""
    params, x = drawn(scan.program, steps, batch)
    run = scan.kernel.forward(params, x)
    final_bar = {name: np.sin(one) for name, one in run.final.items()}
    wanted = scan.kernel.backward(run, np.cos(run.y), final_bar)
    y, final = scan.infer(params, x, pieces=pieces)
    again, _, found = scan.gradients(params, x, np.cos, final_bar=final_bar, pieces=pieces)
    assert found.keys() == wanted.keys() and final.keys() == run.final.keys()
    for one, other in ((y, run.y), (again, run.y),
                       *((final[name], run.final[name]) for name in final),
                       *((found[name], wanted[name]) for name in found)):
        assert one.shape == other.shape
        assert np.abs(one - other).max(initial=0) <= tolerance * (1 + np.abs(other).max(initial=0))


@pytest.mark.parametrize("name", NAMES)
def test_every_affine_diagonal_cell_runs_in_pieces(name: str) -> None:
    """A number of steps that no number of pieces divides, and several samples."""
    hold(symrnn.parallel_scan(symrnn.cell(name), dtype="float64"), 37, 2, 5)


@pytest.mark.parametrize("name", ["minlstm", "lru", "qrnn"])
def test_any_number_of_steps_samples_and_pieces(name: str) -> None:
    scan = symrnn.parallel_scan(symrnn.cell(name), dtype="float64")
    for steps, batch, pieces in UNEVEN:
        hold(scan, steps, batch, pieces)


@pytest.mark.parametrize("net", [
    symrnn.deep(symrnn.cell("mingru"), layers=2), symrnn.reverse(symrnn.cell("minlstm")),
    symrnn.bidirectional(symrnn.cell("lru"), merge="sum"),
    symrnn.cell("mingru", zoneout=True), symrnn.cell("mingru", dropout="recurrent"),
    symrnn.cell("mingru", learned_initial=True)],
    ids=["layers", "reverse", "both_directions", "zoneout", "dropout", "learned_initial"])
def test_networks_and_options_run_in_pieces(net: Program) -> None:
    hold(symrnn.parallel_scan(net, dtype="float64"), 23, 2, 4)


def test_a_state_that_is_given_goes_through_all_pieces() -> None:
    """With gates near one the first state is what the last one is made of."""
    scan = symrnn.parallel_scan(symrnn.cell("mingru"), dtype="float64")
    params, x = drawn(scan.program, 50, 2)
    params = {**params, "b_z": np.full_like(params["b_z"], -9.0)}
    initial = {"h": np.full((2, 3), 100.0)}
    (y, final), (wanted, last) = (one.infer(params, x, initial)
                                  for one in (scan, scan.kernel))
    assert np.allclose(y, wanted, rtol=1e-13) and np.allclose(final["h"], last["h"], rtol=1e-13)
    assert np.all(final["h"] > 50)


def test_gates_whose_product_is_rounded_to_zero_forget() -> None:
    """Nothing is divided by it: no number is lost, and none becomes infinite."""
    scan = symrnn.parallel_scan(symrnn.cell("mingru"), dtype="float32")
    params, x = drawn(scan.program, 4000, 1)
    with np.errstate(all="raise", under="ignore"):
        y, _ = scan.infer({**params, "b_z": np.full(3, 4.0)}, x, pieces=3)
    wanted, _ = scan.kernel.infer({**params, "b_z": np.full(3, 4.0)}, x)
    assert np.array_equal(y, wanted)


def test_rounding_is_that_of_one_step_after_the_other() -> None:
    """A state that turns and hardly fades: over 20,000 steps both are as far from float64."""
    net = symrnn.cell("lru")
    params, x = drawn(net, 20_000, 1)
    exact, _ = symrnn.compile(net, "numpy", "float64").infer(params, x)
    single = symrnn.parallel_scan(net, dtype="float32")
    one, other = (np.abs(kernel.infer(params, x)[0] - exact).max()
                  for kernel in (single, single.kernel))
    assert one < 3 * other < 1e-4 * np.abs(exact).max()


@pytest.mark.parametrize("threads", [1, 2])
def test_pieces_run_in_c_too(threads: int) -> None:
    hold(symrnn.parallel_scan(symrnn.cell("mingru"), "c", "float64", threads), 37, 2, 5)


@pytest.mark.parametrize("name, why", [
    ("gru", "gru is nonlinear-dense"), ("indrnn", "indrnn is nonlinear-diagonal"),
    ("gated_deltanet", "gated_deltanet is affine-structured")])
def test_any_other_network_is_refused(name: str, why: str) -> None:
    with pytest.raises(ProgramError, match=f"^{why}, and only what is affine-diagonal runs in "):
        symrnn.parallel_scan(symrnn.cell(name))


def test_what_cannot_be_told_its_sizes_is_refused() -> None:
    net = symrnn.deep(symrnn.bidirectional(symrnn.cell("mingru"), readout=False), layers=2)
    scan = symrnn.parallel_scan(net, dtype="float64")
    params, x = drawn(net, 9, 1)
    assert np.allclose(scan.infer(params, x)[0], scan.kernel.infer(params, x)[0])
    with pytest.raises(ProgramError, match=re.escape("no array has the size 'm_1' alone")):
        scan.gradients(params, x, np.cos)


def test_there_is_at_least_one_piece() -> None:
    scan = symrnn.parallel_scan(symrnn.cell("mingru"))
    with pytest.raises(symrnn.ShapeError, match="pieces is 0; a sequence has at least one"):
        scan.infer(*drawn(scan.program, 4, 1), pieces=0)


def test_the_slope_of_a_piece_is_derived_from_the_steps() -> None:
    (one,) = scans(symrnn.cell("mingru")).scans
    assert [str(each.rhs) for each in one.steps.equations] == ["h_prev*(1 - z) + htilde*z"]
    assert [each.lhs for each in one.factors["h"].equations] == ["h", "h_dot"]
    assert one.before is not None and set(one.before.outputs) == {"z", "htilde"}

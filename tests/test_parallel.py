"""Affine scans in parallel over time give what one step after the other gives, gradients too."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cellfile.build import parse
from symrnn.jacobians.start import Choice, started
from symrnn.program import Program, ProgramError, Role
from symrnn.recurrences import scans
from symrnn.runtime.compiler import slightly_optimised
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


def begun(net: Program, params: dict[str, Array], x: dict[str, Array]) -> dict[str, Array]:
    """Initial states that are not zero; those that begin far below everything else stay there."""
    given = symrnn.compile(net, "numpy", "float64").given(params, x, None)
    random = np.random.default_rng(len(net.equations))
    return {one.state: given.initial[one.state] if one.start else
            random.uniform(0.1, 1, given.initial[one.state].shape) for one in net.delays}


def hold(scan: symrnn.ParallelScan, steps: int, batch: int, pieces: int | None,
         tolerance: float = 1e-12) -> None:
    """Outputs, final states and gradients against the same kernel, step by step."""
    params, x = drawn(scan.program, steps, batch)
    for initial in (None, begun(scan.program, params, x)):
        hold_from(scan, params, x, initial, pieces, tolerance)


def hold_from(scan: symrnn.ParallelScan, params: dict[str, Array], x: dict[str, Array],
              initial: dict[str, Array] | None, pieces: int | None, tolerance: float) -> None:
    """The same from initial states."""
    run = scan.kernel.forward(params, x, initial)
    final_bar = {name: np.sin(one) for name, one in run.final.items()}
    wanted = scan.kernel.backward(run, np.cos(run.y), final_bar)
    y, final = scan.infer(params, x, initial, pieces)
    again, _, found = scan.gradients(params, x, np.cos, initial, final_bar, pieces)
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
    """The last piece is shorter, or the only one; blocks of lanes are full and are not."""
    with slightly_optimised("-O1", "-DSHARE_OF_LOOP=1", "-DSHARE_OF_STEP=1"):
        scan = symrnn.parallel_scan(symrnn.cell("mingru"), "c", "float64", threads)
        for steps, batch, pieces in (*UNEVEN, (200, 3, 19), (300, 1, 16)):
            hold(scan, steps, batch, pieces)


def test_steps_that_read_no_input_run_in_c_and_are_refused_in_numpy() -> None:
    net = parse("cell own\ninput x[m]\nstate h[m], s[m]\nparam a[m], b[m]\noutput h\n"
                "s[t] = a * s[t-1]\nh[t] = b * h[t-1] + s[t] * x[t]\n")
    with slightly_optimised():
        hold(symrnn.parallel_scan(net, "c", "float64"), 9, 1, 2)
    with pytest.raises(ProgramError, match="nothing tells NumPy how many steps there are"):
        symrnn.parallel_scan(net, "numpy", "float64")


def test_the_bits_of_pieces_are_those_of_any_team() -> None:
    with slightly_optimised("-O1", "-DSHARE_OF_LOOP=1", "-DSHARE_OF_STEP=1"):
        found = [symrnn.parallel_scan(symrnn.cell("minlstm"), "c", threads=threads)
                 for threads in (1, 2, 3)]
        params, x = drawn(found[0].program, 500, 3)
        one, *others = (scan.infer(params, x)[0] for scan in found)
        assert all(np.array_equal(one, other) for other in others)


@pytest.mark.sweep
@pytest.mark.parametrize("name", symrnn.cell_names("affine-diagonal"))
def test_every_affine_diagonal_cell_runs_in_c(name: str) -> None:
    with slightly_optimised():
        hold(symrnn.parallel_scan(symrnn.cell(name), "c", "float64"), 37, 2, 5)


def test_blocks_of_states_and_networks_run_in_c() -> None:
    dense = parse("cell own\ninput x[m]\nstate h[m], s[m]\nparam R[m,m], a[m]\noutput h\n"
                  "s[t] = R @ h[t-1] - a * s[t-1]\nh[t] = a * h[t-1] + s[t] + x[t]\n")
    with slightly_optimised():
        for net in (dense, symrnn.bidirectional(symrnn.cell("lru"), merge="sum"),
                    symrnn.cell("mingru", dropout="recurrent"), symrnn.cell("gated_deltanet")):
            hold(symrnn.parallel_scan(net, "c", "float64"), 23, 2, 4)


@pytest.mark.parametrize("name", symrnn.cell_names("affine-structured"))
def test_every_affine_structured_cell_runs_in_pieces(name: str) -> None:
    """A row of the memory is a block: pieces run once more for each of its entries."""
    hold(symrnn.parallel_scan(symrnn.cell(name), dtype="float64"), 37, 2, 5)


@pytest.mark.parametrize("equations", [
    "h[t] = R @ h[t-1] + x[t]",  # dense: all units are one block
    "h[t] = a * h[t-1] + v * dot(a, h[t-1]) + x[t]",  # diagonal plus rank one
    "h[t] = a * h[t-1] + v * h[t-3] + x[t]",  # three states to a unit
    "s[t] = R @ h[t-1] - a * s[t-1]\nh[t] = v * h[t-1] + s[t] + x[t]"])
def test_blocks_of_every_shape_run_in_pieces(equations: str) -> None:
    states = "h[m], s[m]" if "s[t]" in equations else "h[m]"
    used = ", ".join(f"{name}[{axes}]" for name, axes in
                     {"R": "m,m", "a": "m", "v": "m"}.items() if name in equations)
    net = parse(f"cell own\ninput x[m]\nstate {states}\nparam {used}\noutput h\n{equations}\n")
    hold(symrnn.parallel_scan(net, dtype="float64"), 19, 2, 4)


@pytest.mark.parametrize("name, kind", [
    ("gru", "nonlinear-dense"), ("indrnn", "nonlinear-diagonal")])
def test_what_is_not_affine_is_refused(name: str, kind: str) -> None:
    with pytest.raises(ProgramError, match=f"^{name} is {kind}, and without Newton's method only "):
        symrnn.parallel_scan(symrnn.cell(name))


def test_what_remembers_nothing_is_refused() -> None:
    net = parse("cell own\ninput x[m]\noutput h\nh[t] = tanh(x[t]) + x[t-1]\n")
    with pytest.raises(ProgramError, match="own remembers nothing, so there is no scan over time"):
        symrnn.parallel_scan(net, newton=True)


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


def test_scans_run_in_the_order_in_which_they_read_each_other() -> None:
    net = parse("cell own\ninput x[m]\nstate h[m], s[m]\nparam a[m], b[m]\noutput h\n"
                "s[t] = a * s[t-1] + x[t]\nh[t] = b * h[t-1] + s[t] * x[t]\n")
    first, second = scans(net).scans
    assert [one.part.delays[0].source for one in (first, second)] == ["s", "h"]
    assert second.before is None
    hold(symrnn.parallel_scan(net, dtype="float64"), 9, 1, 2)


def test_the_slope_of_a_piece_is_derived_from_the_steps() -> None:
    (one,) = scans(symrnn.cell("mingru")).scans
    assert [str(each.rhs) for each in one.steps.equations] == ["h_prev*(1 - z) + htilde*z"]
    assert [each.lhs for each in one.factors["h"].equations] == ["h", "h_dot"]
    assert one.before is not None and set(one.before.outputs) == {"z", "htilde"}

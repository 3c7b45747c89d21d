"""How gradients travel: held against derivatives of the unrolled run, and against known cases."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cellfile import parse
from symrnn.cells import architectures
from symrnn.jacobians.measure import finite, lags_shown
from symrnn.jacobians.product import products
from symrnn.jacobians.start import Choice, matching, started
from symrnn.jacobians.report import power
from symrnn.jacobians.steps import along
from symrnn.program import Misused, Program, ProgramError
from symrnn.program.interpret import Interpreter
from symrnn.runtime import ShapeError

SMALL = 3
STEP = 1e-30
SOME = ("elman", "lstm", "gru", "jordan", "mlstm", "deep_rnn", "taugru", "rwkv7", "slstm")


def small(program: Program) -> dict[str, int]:
    return {one.name: SMALL - (len(program.sizes) > 3) for one in program.sizes
            if one.value is None}


def rms(matrix: Any) -> float:
    """The length of a gradient over random cotangents of length one, as its logarithm."""
    return float(np.log10(np.sqrt(np.mean(np.sum(np.square(matrix), axis=1)))))


def composed(program: Program, choice: Choice, lag: int) -> dict[tuple[str, str], Any]:
    """The Jacobian of the last states by those some steps before, by complex steps.

    Every entry is moved in a run of its own from there on; nothing of it is derived.
    """
    run = finite(started(program, choice))
    start, first = run.start, run.start.steps - lag
    inputs = {name: array[first:] for name, array in start.inputs.items()}
    found = {}
    for old in program.delays:
        states = {one.initial: run.before[first][one.state].astype(complex)
                  for one in program.delays}
        base = states[old.initial]
        moved = base + 1j * STEP * np.eye(base.size).reshape(-1, *base.shape)
        values = Interpreter(program, {**start.parameters, **inputs, **states, old.initial: moved},
                             {**start.sizes, "T": lag})
        for new in program.delays:
            end = np.broadcast_to(values.whole(new.final),
                                  (base.size, *run.before[-1][new.state].shape))
            found[new.state, old.state] = end.imag.reshape(base.size, -1).T / STEP
    return found


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("lag", [1, 4])
def test_norms_are_those_of_the_composed_map(name: str, lag: int) -> None:
    program = symrnn.cell(name)
    choice = Choice(small(program), steps=5, seed=3)
    (found,) = symrnn.flow(program, sizes=choice.sizes, steps=5, seed=3)
    with np.errstate(divide="ignore"):
        wanted = {pair: rms(one) for pair, one in composed(program, choice, lag).items()
                  if pair in found.norms}
    assert wanted.keys() == found.norms.keys()
    for pair, one in wanted.items():
        assert found.norms[pair][lag] == pytest.approx(one, abs=1e-10), pair


def pulled(program: Program, choice: Choice, lag: int) -> dict[str, Any]:
    """The last outputs by the states some steps before: the unrolled backward pass, unit by unit.

    The run begins at these states, so that they are its initial states.
    """
    run = finite(started(program, choice))
    first = run.start.steps - lag
    kernel = symrnn.compile(program, "numpy", "float64")
    inputs = {name: array[first:] for name, array in run.start.inputs.items()}
    forward = kernel.forward(run.start.parameters, inputs, run.before[first])
    rows: dict[str, list[Any]] = {one.state: [] for one in program.delays}
    bars = {name: np.zeros_like(one) for name, one in forward.outputs.items()}
    for bar in bars.values():
        for place in range(bar[-1].size):
            bar[-1].flat[place] = 1
            found = kernel.backward(forward, bars)
            bar[-1].flat[place] = 0
            for one in program.delays:
                rows[one.state].append(found[one.initial].ravel())
    return {name: np.array(one) for name, one in rows.items()}


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("lag", [1, 4])
def test_the_loss_is_that_of_the_unrolled_backward_pass(name: str, lag: int) -> None:
    program = symrnn.cell(name)
    choice = Choice(small(program), steps=5, seed=3)
    (found,) = symrnn.flow(program, sizes=choice.sizes, steps=5, seed=3)
    wanted = pulled(program, choice, lag)
    for state, powers in found.loss.items():
        with np.errstate(divide="ignore"):
            assert powers[lag] == pytest.approx(rms(wanted[state]), abs=1e-10)
    assert all(np.isnan(powers[0]) for powers in found.loss.values())


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_one_step_is_the_state_jacobian_of_the_tangent(name: str) -> None:
    program = symrnn.cell(name)
    run = finite(started(program, Choice(small(program), steps=4)))
    kernel = symrnn.compile(program, "numpy", "float64")
    inputs = {one: array[-1] for one, array in run.start.inputs.items()}
    tangents = kernel.state_jacobian(run.start.parameters, inputs, run.before[-2])
    last = next(run.backwards())
    for new in run.states:
        for old in run.states:
            np.testing.assert_allclose(last[new.rows, old.rows], tangents[new.name, old.name][0],
                                       rtol=1e-12, atol=1e-15)


def orthogonal(size: int) -> Any:
    return np.linalg.qr(np.random.default_rng(0).normal(size=(size, size)))[0]


@pytest.mark.parametrize("scale", [0.5, 0.97, 1.5])
def test_scaled_orthogonal_weights_decay_exactly(scale: float) -> None:
    """Also where the norm itself is no number of double precision any more."""
    net = symrnn.elman(activation="linear", readout=False)
    weights = {"W": np.zeros((4, 2)), "U": scale * orthogonal(4), "b": np.zeros(4)}
    (found,) = symrnn.flow(net, weights=weights, steps=3000)
    wanted = np.arange(3001) * np.log10(scale)
    np.testing.assert_allclose(found.norms["h", "h"], wanted, rtol=1e-11, atol=1e-12)
    assert found.spectra[-1].lag == 3000
    np.testing.assert_allclose(found.spectra[-1].singular, [wanted[-1]] * 4, rtol=1e-9)
    np.testing.assert_allclose(found.spectra[-1].eigenvalues, [wanted[-1]] * 4, rtol=1e-9)


def test_the_open_memory_keeps_its_norm_and_the_plain_one_does_not() -> None:
    """Forget gates of 1 and no recurrent weights: what reaches the memory came through it alone."""
    found = symrnn.flow(symrnn.lstm(), symrnn.elman(), steps=100,
                        scale={"recurrent": 0.5}, set={"b_f": 40, "W_f": 0, "U_[ifgo]": 0})
    np.testing.assert_allclose(found["lstm"].norms["c", "c"], 0, atol=1e-12)
    plain = found["elman"].norms["h", "h"]
    assert plain[100] < -20 and plain[100] < plain[50] < plain[10] < 0


def test_a_closed_gate_lets_nothing_through() -> None:
    (found,) = symrnn.flow(symrnn.lstm(), set={"b_f": -1000, "U_*": 0, "W_f": 0}, steps=3)
    assert list(found.norms["c", "c"]) == [0, -np.inf, -np.inf, -np.inf]


def test_small_blocks_keep_their_digits_beside_large_ones() -> None:
    """One state grows by 10 a step, the other one shrinks by 10, far beyond double precision."""
    jacobian = np.diag([10.0, 0.1])
    *_, last = products(np.eye(2), [jacobian] * 400)
    np.testing.assert_allclose([last.norm(slice(0, 1), slice(0, 1)),
                                last.norm(slice(1, 2), slice(1, 2))], [400, -400], rtol=1e-12)
    singular, moduli = last.spectrum()
    assert singular[0] == pytest.approx(400) and list(singular[1:]) == list(moduli[1:]) == [-np.inf]


def test_a_reversed_network_counts_the_lag_its_own_way() -> None:
    forward, = symrnn.flow(symrnn.gru(), steps=5)
    reverse, = symrnn.flow(symrnn.reverse(symrnn.gru()), steps=5)
    assert np.array_equal(forward.norms["h", "h"], reverse.norms["h", "h"])


def test_two_directions_have_no_jacobian_and_say_so_in_one_sentence() -> None:
    net = symrnn.bidirectional(symrnn.gru())
    with pytest.raises(ProgramError, match=r"in both directions.*; measure one direction"):
        symrnn.flow(net)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, same, other = (symrnn.flow(symrnn.gru(), steps=5, seed=seed)[0].norms["h", "h"]
                        for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_saturated_values_are_counted_where_they_are_bounded() -> None:
    net = symrnn.lstm()
    (found,) = symrnn.flow(net, set={"b_f": 40, "b_i": -40, "W_*": 0, "b_g": 0, "U_*": 0}, steps=9)
    told = {one.name: (one.ends, one.low, one.high) for one in found.saturation}
    assert told == {"g[t]": ((-1, 1), 0, 0), "i[t]": ((0, 1), 1, 0), "f[t]": ((0, 1), 0, 1),
                    "o[t]": ((0, 1), 0, 0), "tanh(c[t])": ((-1, 1), 0, 0)}


@pytest.mark.parametrize("activation, ends", [
    ("sigmoid", (0, 1)), ("tanh", (-1, 1)), ("hard_sigmoid", (0, 1)), ("softsign", (-1, 1)),
    (("scaled_tanh", 2, 1), (-2, 2)), ("erf", (-1, 1)), ("relu", None), ("elu", None),
    ("gelu", None), ("softplus", None), ("linear", None)])
def test_ends_are_read_off_the_function(activation: Any, ends: tuple[float, float] | None) -> None:
    (found,) = symrnn.flow(symrnn.elman(activation=activation, readout=False), steps=2)
    assert [one.ends for one in found.saturation] == ([ends] if ends else [])


def test_given_weights_tell_the_sizes() -> None:
    weights = {"W": np.ones((4, 2)), "U": np.eye(4), "b": np.zeros(4)}
    net = symrnn.elman(readout=False)
    assert symrnn.flow(net, weights=weights, steps=2)[0].sizes["m"] == 4
    with pytest.raises(Misused, match="m is 4 in the weights, so it cannot be 5"):
        symrnn.flow(net, weights=weights, sizes={"m": 5})
    with pytest.raises(ShapeError, match="'b' is missing"):
        symrnn.flow(net, weights={"W": np.ones((4, 2)), "U": np.eye(4)})
    with pytest.raises(Misused, match="belong to one network"):
        symrnn.flow(net, symrnn.gru(), weights=weights)


@pytest.mark.parametrize("options, told", [
    ({"sizes": {"q": 3}}, "there is no size 'q' = 3; sizes are from 1 on, and there are n, m, p"),
    ({"sizes": {"m": 0}}, "there is no size 'm' = 0"),
    ({"scale": {"Q": 3}}, "no parameter is called 'Q'; there are W, U, b, V, b_y, and recurrent"),
    ({"set": {"b_f": 1}}, "no parameter is called 'b_f'"),
    ({"steps": 1}, "at least 2 steps")])
def test_other_names_and_sizes_are_refused(options: Mapping[str, Any], told: str) -> None:
    with pytest.raises(Misused, match=told):
        symrnn.flow(symrnn.elman(), **options)


def test_a_name_needs_to_be_known_to_one_of_the_networks_alone() -> None:
    found = symrnn.flow(symrnn.elman(), symrnn.lstm(), set={"b_f": 1}, steps=2)
    assert [one.name for one in found] == ["elman", "lstm"]
    assert matching(symrnn.gru(), "recurrent") == ("U_z", "U_r", "U_n")


def test_networks_of_one_name_are_numbered() -> None:
    found = symrnn.flow(symrnn.lstm(), symrnn.lstm(peephole=True), steps=2)
    assert [one.name for one in found] == ["lstm", "lstm 2"]
    assert found["lstm 2"] is found[1] and len(found) == 2


def test_a_result_is_frozen_and_shows_itself() -> None:
    found = symrnn.flow(symrnn.elman(), symrnn.lstm(), steps=12)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.travels = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        found[0].norms["h", "h"][0] = 1
    root = ElementTree.fromstring(found._repr_html_())
    lines = [one for one in root.iter() if one.tag.endswith("polyline")]
    assert len(lines) == 3 and all(len(one.get("points", "").split()) == 13 for one in lines)
    assert "nan" not in found.svg and "inf" not in found.svg


@pytest.mark.parametrize(("exponent", "told"), [
    (-1.0, "0.1"), (float("-inf"), "0"), (float("inf"), "inf"), (400 - 1e-4, "1.0e+400"),
    (-17 + 0.07918, "1.2e-17")])
def test_a_number_is_told_from_its_logarithm(exponent: float, told: str) -> None:
    assert power(exponent, "0") == told


def test_measurements_are_found_by_their_names() -> None:
    found = symrnn.flow(symrnn.elman(), symrnn.gru(), steps=3)
    assert repr(found) == "<Flow through elman, gru>" and found["gru"] is found[1]
    assert repr(found[0]).startswith("<Travel through elman: log10 of the norm at lag ")
    with pytest.raises(KeyError, match="lstm"):
        found["lstm"]


def test_what_remembers_nothing_has_no_flow() -> None:
    with pytest.raises(ProgramError, match="own "):
        symrnn.flow(parse("cell own\ninput x[n]; output y\ny[t] = tanh(x[t])"), steps=3)


def test_lags_of_tables() -> None:
    assert lags_shown(50) == (1, 2, 5, 10, 20, 50) and lags_shown(7) == (1, 2, 5, 7)


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_every_network_is_measured_or_says_why_not(name: str) -> None:
    program = next(one for one in architectures() if one.name == name).build()
    directions = {one.step for one in program.delays}
    choice = Choice({one.name: 2 for one in program.sizes if one.value is None}, steps=3)
    if len(directions) > 1:
        with pytest.raises(ProgramError, match="both directions"):
            symrnn.flow(program)
        return
    (found,) = symrnn.flow(program, sizes=choice.sizes, steps=3)
    with np.errstate(divide="ignore"):
        for pair, one in composed(along(program), choice, 2).items():
            if pair in found.norms:
                assert found.norms[pair][2] == pytest.approx(rms(one), abs=1e-8)

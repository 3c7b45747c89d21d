"""Streams of any network: several inputs, several outputs, learned beginnings."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn import Cell, ShapeError, t
from symrnn.program import Program
from tests.cases import two_outputs
from tests.transforms.drawn import kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
LEARNED = {"h": np.full((3, 4), 0.5), "c": np.full((3, 4), -0.5)}


@pytest.fixture(params=["extension", "ctypes"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "ctypes":
        for module in ("foreign", "stepper"):
            monkeypatch.setattr(f"symrnn.runtime.{module}.extension", lambda: None)


def two_inputs() -> Program:
    with Cell("fed_twice", "Two inputs and two outputs") as cell:
        x, u = cell.input("x[n]", "input"), cell.input("u[m]", "another one")
        h, y = cell.state("h[m]", "state"), cell.symbol("y[m]", "output")
        W, v = cell.parameters("W[m,n] v[m]", "of the state")
        h[t] = W @ x[t] + v * h[t - 1] + u[t]
        y[t] = 2 * h[t] * u[t]
    return cell.build("h", "y")


@backends
def test_several_inputs_and_outputs_go_by_name(backend: str, way: None) -> None:
    own = kernel(two_inputs(), backend)
    params, x = parameters(own), {"x": values(2, "T", "B", "n"), "u": values(3, "T", "B", "m")}
    whole, stepper = own.forward(params, x), own.stepper(params, batch=3)
    for repeated in range(2):
        for step in range(len(x["x"])):
            found = stepper({name: one[step] for name, one in x.items()})
            assert all(np.allclose(found[name], one[step], rtol=0, atol=1e-14)
                       for name, one in whole.y.items()), repeated
        assert np.allclose(stepper.state["h"], whole.final["h"], rtol=0, atol=1e-14)
        stepper.reset()
    alone = own.stepper(params)
    found = alone({name: one[0, 0] for name, one in x.items()})
    kept = {name: one.copy() for name, one in found.items()}
    alone({name: one[1, 0] for name, one in x.items()})
    for name, one in whole.y.items():
        assert np.allclose(kept[name], one[0, 0], rtol=0, atol=1e-14)
        assert np.array_equal(kept[name], found[name])


@backends
def test_one_input_with_several_outputs_needs_no_name(backend: str) -> None:
    own = kernel(two_outputs(), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    stepper, whole = own.stepper(params, batch=3), own.forward(params, x).y
    found = [stepper(x_t if step % 2 else {"x": x_t}) for step, x_t in enumerate(x)]
    for name, one in whole.items():
        assert np.allclose(np.stack([each[name] for each in found]), one, rtol=0, atol=1e-14)


@backends
def test_masks_of_options_are_inputs_of_every_step(backend: str) -> None:
    own = kernel(symrnn.gru(zoneout=True, dropout="recurrent"), backend)
    params, x, zoned = parameters(own), values(2, "T", "B", "n"), values(3, "T", "B", "m") > 0
    given = {"x": x, "zoneout_h": zoned, "dropout_h": values(4, "B", "m") > 0}
    whole, stepper = own.forward(params, given).y, own.stepper(params, batch=3)
    for step, wanted in enumerate(whole):
        found = stepper({"x": x[step], "zoneout_h": zoned[step], "dropout_h": given["dropout_h"]})
        assert np.allclose(found, wanted, rtol=0, atol=1e-14)


@backends
def test_a_stream_begins_with_what_was_learned(backend: str, way: None) -> None:
    own = kernel(symrnn.lstm(learned_initial=True), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    stepper, whole = own.stepper(params, batch=3), own.forward(params, x).y
    assert np.array_equal(stepper.state["c"], np.tile(params["c_start"], (3, 1)))
    for _ in range(2):
        found = np.stack([stepper(x_t) for x_t in x])
        assert np.allclose(found, whole, rtol=0, atol=1e-14)
        stepper.reset()
    given, wanted = own.stepper(params, 3, LEARNED), own.forward(params, x, LEARNED).y
    assert np.allclose(np.stack([given(x_t) for x_t in x]), wanted, rtol=0, atol=1e-14)
    for name, one in LEARNED.items():
        stepper.state[name][...] = one
    assert np.allclose(stepper(x[0]), wanted[0], rtol=0, atol=1e-14)
    with pytest.raises(ShapeError, match="initial state 'c' is missing"):
        own.stepper(params, 3, {"h": LEARNED["h"]})


def test_a_stack_of_learned_states_streams_too() -> None:
    own = kernel(symrnn.deep(symrnn.gru(learned_initial=True, zoneout=True), 2), "c")
    sizes = {"n": 3, "m_1": 4, "m_2": 4}
    params = {name: np.random.default_rng(5).normal(size=[sizes[axis] for axis in one.axes])
              for name, one in own.parameters.items()}
    given = {name: values(6, "T", "B", "n" if name == "x" else "m") for name in own.inputs}
    stepper, whole = own.stepper(params, batch=3), own.forward(params, given).y
    for step, wanted in enumerate(whole):
        found = stepper({name: one[step] for name, one in given.items()})
        assert np.allclose(found, wanted, rtol=0, atol=1e-14)


def test_where_sequences_start_may_be_told_at_any_step() -> None:
    own = kernel(symrnn.lstm(learned_initial=True, zoneout="h"), "numpy")
    params, x = parameters(own), values(2, "T", "B", "n")
    zoned, start = np.zeros((6, 3, 4)), np.zeros((6, 3))
    start[0], start[3, 1] = 1, 1
    whole = own.forward(params, {"x": x, "zoneout_h": zoned, "start": start}).y
    stepper = own.stepper(params, batch=3)
    for step, wanted in enumerate(whole):
        told = {"start": start[step]} if step == 3 else {}
        found = stepper({"x": x[step], "zoneout_h": zoned[step], **told})
        assert np.allclose(found, wanted, rtol=0, atol=1e-14)


def test_what_does_not_fit_is_told() -> None:
    own = kernel(two_inputs(), "numpy")
    params = parameters(own)
    stepper, alone = own.stepper(params, batch=3), own.stepper(params)
    with pytest.raises(ShapeError, match="the input 'u' is missing"):
        stepper({"x": np.zeros((3, 3))})
    with pytest.raises(ShapeError, match=r"u has shape \(3, 3\), but this stepper takes \(3, 4\)$"):
        stepper({"x": np.zeros((3, 3)), "u": np.zeros((3, 3))})
    with pytest.raises(ShapeError, match="x, u some have a batch axis and some do not"):
        alone({"x": np.zeros(3), "u": np.zeros((1, 4))})
    with pytest.raises(symrnn.ProgramError, match="several names, x, u: give a dictionary"):
        stepper(np.zeros((3, 3)))

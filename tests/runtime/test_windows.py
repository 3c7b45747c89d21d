"""Long sequences in windows: truncated gradients, and exact ones recomputed in segments."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import ProgramError, ShapeError
from tests.cases import case
from tests.transforms.drawn import Array, bits, close, kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
lengths_of_windows = pytest.mark.parametrize("length", [1, 4, 50])
EVERY: dict[str, Any] = {"clip_state": 0.8, "zoneout": True, "dropout": ("input", "recurrent"),
                         "learned_initial": True}
CELLS = {
    "lstm": symrnn.lstm(peephole=True), "gru": symrnn.gru(), "cornn": symrnn.cell("cornn"),
    "layer_norm": symrnn.lstm(layer_norm=True), "deep": symrnn.deep(symrnn.lstm(), 2),
    "qrnn": symrnn.cell("qrnn"), "options": symrnn.lstm(**EVERY),
}
MASKS = {"zoneout_h": bits(3, "T", "B", "m"), "zoneout_c": bits(4, "T", "B", "m"),
         "dropout_x": bits(5, "T", "B", "n"), "dropout_h": bits(6, "B", "m")}
WHAT_COUNTS: list[dict[str, Any]] = [{}, {"lengths": (6, 4, 1)},
                                     {"mask": np.array([1, 0, 1, 1, 0, 1])[:, None] * np.ones(3)}]


# The fast profile adds in an order that depends on how many rows there are: rounding alone, which
# grows over the steps. In portable C the test below wants equal bits.
FEW_UNITS = 4e-15


def drawn(one: symrnn.Kernel) -> tuple[dict[str, Array], dict[str, Array]]:
    """Parameters and inputs, masks among them."""
    inputs = {name: MASKS[name] if name in MASKS else values(2, "T", "B", "n")
              for name in one.inputs}
    return parameters(one), inputs


@backends
@lengths_of_windows
@pytest.mark.parametrize("counts", WHAT_COUNTS, ids=["all", "lengths", "mask"])
@pytest.mark.parametrize("name", CELLS)
def test_checkpointed_gradients_are_those_of_the_whole(name: str, counts: dict[str, Any],
                                                       length: int, backend: str) -> None:
    one = kernel(CELLS[name], backend)
    params, x = drawn(one)
    whole, parts = one.forward(params, x, **counts), one.checkpointed(params, x, length, **counts)
    assert close(parts.y, whole.y, FEW_UNITS)
    assert all(close(parts.final[key], value, FEW_UNITS) for key, value in whole.final.items())
    y_bar = np.random.default_rng(7).normal(size=whole.y.shape)
    bars = {key: np.ones_like(value) for key, value in whole.final.items()}
    found, wanted = parts.backward(y_bar, bars), one.backward(whole, y_bar, bars)
    assert set(found) == set(wanted)
    assert all(close(found[key], value) for key, value in wanted.items())


@pytest.mark.parametrize("name", CELLS)
def test_in_portable_c_whatever_is_no_sum_over_time_is_equal_to_the_last_bit(name: str) -> None:
    """The fast profile adds in an order that depends on how many rows there are."""
    one = kernel(CELLS[name], "c", profile="portable")
    params, x = drawn(one)
    whole, parts = one.forward(params, x), one.checkpointed(params, x, 4)
    assert np.array_equal(parts.y, whole.y)
    y_bar = np.random.default_rng(7).normal(size=whole.y.shape)
    found, wanted = parts.backward(y_bar), one.backward(whole, y_bar)
    for key, value in wanted.items():
        if key not in params:
            assert np.array_equal(found[key], value), key


@backends
def test_held_outputs_are_carried_from_segment_to_segment(backend: str) -> None:
    one = kernel(symrnn.cell("elman", learned_initial=True), backend, masked_output="hold")
    params, x = parameters(one), values(2, "T", "B", "n")
    for state in ({}, {"h": values(4, "B", "m")}):
        whole = one.forward(params, x, state, lengths=(6, 3, 0))
        parts = one.checkpointed(params, x, 2, state, lengths=(6, 3, 0))
        assert close(parts.y, whole.y, 1e-15)
        found = parts.backward(np.ones_like(whole.y))
        wanted = one.backward(whole, np.ones_like(whole.y))
        assert all(close(found[key], value) for key, value in wanted.items())


@backends
@pytest.mark.parametrize("how", ["value", "norm"])
def test_clipped_cotangents_cross_segments_once(how: str, backend: str) -> None:
    one = kernel(symrnn.lstm(), backend, clip_gradient=(how, 0.3))
    params, x = drawn(one)
    whole, parts = one.forward(params, x), one.checkpointed(params, x, 2)
    y_bar = np.ones_like(whole.y)
    found, wanted = parts.backward(y_bar), one.backward(whole, y_bar)
    assert all(close(found[key], value) for key, value in wanted.items())


@backends
@pytest.mark.parametrize("name", CELLS)
def test_truncated_gradients_are_cut_between_windows_and_summed(name: str, backend: str) -> None:
    one = kernel(CELLS[name], backend)
    params, x = drawn(one)
    whole = one.forward(params, x)
    y_bar = np.random.default_rng(7).normal(size=whole.y.shape)
    cut = one.truncated(params, x, y_bar, 4)
    assert close(cut.y, whole.y, 1e-15)
    assert all(close(cut.final[key], value, 1e-15) for key, value in whole.final.items())

    first, second = ({key: array if key == "dropout_h" else array[steps]
                      for key, array in x.items()} for steps in (slice(4), slice(4, 6)))
    before = one.forward(params, first)
    after = one.forward(params, second, before.final)
    parts = one.backward(before, y_bar[:4]), one.backward(after, y_bar[4:])
    for key, found in cut.gradients.items():
        if key in params:
            assert close(found, parts[0][key] + parts[1][key]), key
        elif key in one.inputs:
            assert close(found, np.concatenate([part[key] for part in parts])), key
        else:
            assert close(found, parts[0][key]), key
    exact = one.backward(whole, y_bar)
    assert not all(close(found, exact[key]) for key, found in cut.gradients.items())


@backends
def test_one_window_cuts_nothing(backend: str) -> None:
    one = kernel(symrnn.gru(), backend)
    params, x = drawn(one)
    whole = one.forward(params, x, lengths=(6, 3, 2))
    cut = one.truncated(params, x, np.ones_like(whole.y), 6, lengths=(6, 3, 2))
    wanted = one.backward(whole, np.ones_like(whole.y))
    assert all(np.array_equal(cut.gradients[key], value) for key, value in wanted.items())


def test_the_loss_may_be_a_function_of_the_window() -> None:
    one = kernel(symrnn.gru(), "numpy")
    params, x = drawn(one)
    goal = values(8, "T", "B", "m")
    cut = one.truncated(params, x, lambda y, steps: y - goal[steps], 4)
    wanted = one.truncated(params, x, cut.y - goal, 4)
    assert all(np.array_equal(cut.gradients[key], value)
               for key, value in wanted.gradients.items())


@backends
def test_a_state_carried_between_calls_goes_on_where_it_was(backend: str) -> None:
    one = kernel(symrnn.lstm(), backend)
    params, x = parameters(one), values(2, "T", "B", "n")
    whole, first = one.forward(params, x), one.forward(params, x[:2])
    assert close(one.forward(params, x[2:], first.final).y, whole.y[2:], 1e-15)


def test_several_outputs_are_cut_and_joined_each() -> None:
    one = kernel(case("two_outputs"), "numpy")
    params, x = parameters(one), values(2, "T", "B", "n")
    whole, parts = one.forward(params, x), one.checkpointed(params, x, 4)
    bars = {key: np.ones_like(value) for key, value in whole.y.items()}
    assert all(close(parts.y[key], value) for key, value in whole.y.items())
    wanted = one.backward(whole, bars)
    assert all(close(value, wanted[key]) for key, value in parts.backward(bars).items())


def test_what_has_no_windows_is_told() -> None:
    one = kernel(symrnn.gru(), "numpy")
    params, x = parameters(one), values(2, "T", "B", "n")
    for length in (0, -1, 1.5):
        with pytest.raises(ShapeError, match="a window has at least one step"):
            one.checkpointed(params, x, length)
    both = kernel(symrnn.bidirectional(symrnn.gru()), "numpy")
    with pytest.raises(ProgramError, match="so it has no windows; use forward"):
        both.truncated(parameters(both), x, np.ones((6, 3, 2)), 2)


@pytest.mark.parametrize("y_bar", [1.0, np.ones((7, 3, 2)), np.ones((5, 3, 2))])
def test_cotangents_of_another_length_are_refused(y_bar: Any) -> None:
    one = kernel(symrnn.gru(), "numpy")
    params, x = parameters(one), values(2, "T", "B", "n")
    with pytest.raises(ShapeError, match="first axis is T = 6"):
        one.truncated(params, x, y_bar, 2)
    with pytest.raises(ShapeError, match="first axis is T = 6"):
        one.checkpointed(params, x, 2).backward(y_bar)


@backends
def test_less_memory_is_taken(backend: str) -> None:
    """What is alive at the peak, of 400 steps at once and of 20 segments of 20."""
    one = kernel(symrnn.lstm(), backend)
    params, x = parameters(one), np.zeros((400, 3, 3))
    y_bar = np.ones((400, 3, 4))

    def whole() -> None:
        one.backward(one.forward(params, x), y_bar)

    def parts() -> None:
        one.checkpointed(params, x, 20).backward(y_bar)

    one.backward(one.forward(params, x[:1]), y_bar[:1])  # compiles what is first used here
    assert peak(parts) < peak(whole) / 2


def peak(call: Callable[[], None]) -> int:
    """Bytes that a call needs at most at one time."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

"""Clipped states and zoneout, against the plain cell stepped in NumPy."""

import numpy as np
import pytest

import symrnn
from symrnn.backends.latex_math import glyph_latex
from symrnn.checking import check_kernel
from symrnn.program import ProgramError
from symrnn.transforms import masked
from tests.transforms.drawn import bits, close, kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
STATES = {"lstm": ("h", "c"), "gru": ("h",), "cornn": ("z", "y"), "lstm_layer_norm": ("h", "c")}


@backends
@pytest.mark.parametrize("name", STATES)
def test_zoneout_mixes_what_the_plain_step_gives_with_what_was(name: str, backend: str) -> None:
    plain = kernel(symrnn.cell(name), backend)
    noisy = kernel(symrnn.cell(name, zoneout=True), backend)
    params, x = parameters(plain), values(2, "T", "B", "n")
    masks = {one: bits(number, "T", "B", "m") for number, one in enumerate(STATES[name])}
    run = noisy.forward(params, {plain.inputs[0]: x, **{
        f"zoneout_{one}": mask for one, mask in masks.items()}})
    state = {one: np.zeros((3, 4)) for one in STATES[name]}
    for step, x_t in enumerate(x):
        _, new = plain.step(params, x_t, state)
        state = {one: np.where(mask[step] == 1, state[one], new[one])
                 for one, mask in masks.items()}
        assert close(run.y[step], state[plain.program.outputs[0]])
    assert all(close(run.final[one], state[one]) for one in state)


@backends
def test_nothing_kept_is_the_plain_cell_and_all_kept_stands_still(backend: str) -> None:
    plain = kernel(symrnn.gru(), backend)
    noisy = kernel(symrnn.gru(zoneout=True), backend)
    params, x = parameters(plain), values(2, "T", "B", "n")
    free = noisy.forward(params, {"x": x, "zoneout_h": np.zeros((6, 3, 4))})
    assert np.array_equal(free.y, plain.forward(params, x).y)
    h = values(3, "B", "m")
    still = noisy.forward(params, {"x": x, "zoneout_h": np.ones((6, 3, 4))}, {"h": h})
    assert np.array_equal(still.y, np.broadcast_to(h, still.y.shape))


def test_zoneout_of_some_states_alone() -> None:
    program = symrnn.lstm(zoneout=("c",))
    assert "zoneout_c" in program and "zoneout_h" not in program
    with pytest.raises(ProgramError, match="'g', which is no state; there are"):
        symrnn.lstm(zoneout="g")


def test_a_readout_and_the_layer_above_see_what_is_remembered() -> None:
    shown = symrnn.show(symrnn.cell("elman", zoneout=True))
    assert "a_y[t] = V h[t] + b_y" in shown
    deep = symrnn.show(symrnn.cell("deep_rnn", zoneout=True))
    assert "W⁽²⁾ h⁽¹⁾[t]" in deep


@backends
def test_clipped_states_are_read_clipped(backend: str) -> None:
    plain = kernel(symrnn.gru(), backend)
    held = kernel(symrnn.gru(clip_state=0.3), backend)
    params, x = parameters(plain), values(2, "T", "B", "n")
    found, h, touched = held.forward(params, x).y, np.zeros((3, 4)), 0
    for step, x_t in enumerate(x):
        new = plain.step(params, x_t, {"h": h})[1]["h"]
        touched += np.sum(np.abs(new) > 0.3)
        h = np.clip(new, -0.3, 0.3)
        assert close(found[step], h)
    assert 0 < touched < h.size * 6


@backends
def test_the_output_of_an_lstm_reads_the_clipped_memory(backend: str) -> None:
    one = kernel(symrnn.lstm(clip_state=0.25), backend)
    params = {name: np.zeros_like(array) for name, array in parameters(one).items()}
    run = one.forward(params, np.zeros((1, 1, 3)), {"c": np.full((1, 4), 8.0)})
    assert np.array_equal(run.final["c"], np.full((1, 4), 0.25))
    assert close(run.y, np.tanh(0.25) / 2, 1e-15)


@backends
@pytest.mark.parametrize("option", [{"zoneout": True}, {"clip_state": 0.4}])
def test_gradients_check_in_networks_and_with_masks(option: dict[str, object],
                                                    backend: str) -> None:
    networks = [symrnn.lstm(peephole=True, **option),
                symrnn.bidirectional(symrnn.gru(**option)),
                symrnn.deep(symrnn.bidirectional(symrnn.lstm(**option), readout=False), 2)]
    for network in networks:
        assert [str(one) for one in check_kernel(masked(network), backend, "float64")] == []


@pytest.mark.parametrize("threshold", [0, -1.0, float("nan"), float("inf")])
def test_a_bound_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"clip_state is .* positive number"):
        symrnn.lstm(clip_state=threshold)


def test_a_mask_is_printed_with_the_whole_name_of_its_state() -> None:
    mask = symrnn.cell("lru", zoneout=True)["zoneout_x_re"].glyph
    assert glyph_latex(mask, "t") == r"\zeta_{x,\mathrm{re},t}"

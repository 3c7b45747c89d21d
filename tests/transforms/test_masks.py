"""Masks and lengths: what does not count changes nothing, gradients included."""

import numpy as np
import pytest

import symrnn
from symrnn import Cell, Kernel, ShapeError, t
from symrnn.checking import check_kernel
from symrnn.program import Program
from symrnn.transforms import masked

NETWORKS: dict[str, Program] = {
    "lstm": symrnn.lstm(peephole=True),
    "jordan": symrnn.jordan(),
    "bidirectional": symrnn.bidirectional(symrnn.gru()),
    "deep": symrnn.deep(symrnn.bidirectional(symrnn.gru(reset_after=False), readout=False), 2),
}
LENGTHS = (6, 4, 1)
SIZES = {"n": 3, "m": 4, "p": 2, "m_1": 4, "m_2": 3, "q_1": 8, "q_2": 6}

networks = pytest.mark.parametrize("name", NETWORKS)
backends = pytest.mark.parametrize("backend", ["c", "numpy"])


def kernel_and_values(name: str, backend: str, output: str = "zero",
                      ) -> tuple[Kernel, dict[str, np.ndarray], np.ndarray]:
    kernel = symrnn.compile(NETWORKS[name], backend, "float64", masked_output=output)
    random = np.random.default_rng(1)
    params = {key: random.normal(size=[SIZES[axis] for axis in one.axes])
              for key, one in kernel.parameters.items()}
    return kernel, params, random.normal(size=(6, 3, 3))


@networks
@backends
def test_a_padded_batch_is_its_sequences_one_by_one(name: str, backend: str) -> None:
    kernel, params, x = kernel_and_values(name, backend)
    run = kernel.forward(params, x, lengths=LENGTHS)
    y_bar = np.random.default_rng(2).normal(size=run.y.shape)
    gradients = kernel.backward(run, y_bar)
    totals = dict.fromkeys(params, 0.0)
    for sample, length in enumerate(LENGTHS):
        alone = kernel.forward(params, x[:length, sample:sample + 1])
        assert np.allclose(run.y[:length, sample], alone.y[:, 0], rtol=0, atol=1e-14)
        assert not np.any(run.y[length:, sample])
        for key, value in alone.final.items():
            assert np.allclose(run.final[key][sample], value[0], rtol=0, atol=1e-14), key
        part = kernel.backward(alone, y_bar[:length, sample:sample + 1])
        totals = {key: totals[key] + part[key] for key in totals}
        assert np.allclose(gradients["x"][:length, sample], part["x"][:, 0], rtol=0, atol=1e-13)
        assert not np.any(gradients["x"][length:, sample])
    for key, total in totals.items():
        assert np.allclose(gradients[key], total, rtol=0, atol=1e-13), key


@networks
@backends
def test_a_hole_is_as_if_the_step_were_not_there(name: str, backend: str) -> None:
    kernel, params, x = kernel_and_values(name, backend)
    mask = np.array([1, 0, 1, 1, 0, 1])[:, None] * np.ones((1, 3))
    run, dense = kernel.forward(params, x, mask=mask), kernel.forward(params, x[[0, 2, 3, 5]])
    assert np.allclose(run.y[[0, 2, 3, 5]], dense.y, rtol=0, atol=1e-14)
    assert not np.any(run.y[[1, 4]])


@backends
def test_a_held_output_stays(backend: str) -> None:
    for name in ("lstm", "jordan"):
        kernel, params, x = kernel_and_values(name, backend, "hold")
        y = kernel.forward(params, x, mask=np.array([0, 1, 0, 0, 1, 0])[:, None] * np.ones(3)).y
        assert np.array_equal(y[1], y[2]) and np.array_equal(y[2], y[3])
        assert np.array_equal(y[4], y[5]) and not np.array_equal(y[3], y[4])


def held(outputs: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What each step shows, from the outputs of the steps that count, in the order of the scan."""
    shown, last = [], np.zeros_like(outputs[0])
    for counts, output in zip(mask, outputs, strict=True):
        last = np.where(counts[:, None] > 0, output, last)
        shown.append(last)
    return np.stack(shown)


HOLES = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 0]])


@backends
@pytest.mark.parametrize("name", ["elman", "gru", "lstm", "sru", "qrnn"])
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_held_is_zero_before_the_first_step_of_the_scan_that_counts(
        name: str, turned: bool, backend: str) -> None:
    """Whatever the initial state is, as in Keras; a state that is an output, or any other."""
    options = {"readout": False} if name == "elman" else {}
    network = symrnn.cell(name, **options)
    network = symrnn.reverse(network) if turned else network
    kernel = symrnn.compile(network, backend, "float64", masked_output="hold")
    random = np.random.default_rng(1)
    params = {key: random.normal(size=[SIZES[axis] for axis in one.axes])
              for key, one in kernel.parameters.items()}
    x, initial = random.normal(size=(6, 3, 3)), {
        one.state: np.full((3, SIZES[network[one.source].axes[0]]), 0.5)
        for one in network.delays}
    dense = symrnn.compile(network, backend, "float64").forward(params, x, initial, mask=HOLES)
    found = kernel.forward(params, x, initial, mask=HOLES)
    order = slice(None, None, -1 if turned else 1)
    assert np.array_equal(found.y, held(dense.y[order], HOLES[order])[order])
    assert not found.y[:, 2].any() and not found.y[-1 if turned else 0, 0].any()
    assert all(np.array_equal(found.final[key], one) for key, one in dense.final.items())


@backends
@pytest.mark.parametrize("readout", [False, True])
def test_each_direction_holds_what_its_own_scan_showed_last(readout: bool, backend: str) -> None:
    cell, arrows = symrnn.gru(), ("forward", "backward")
    random = np.random.default_rng(3)
    kernel = symrnn.compile(symrnn.bidirectional(cell, readout), backend, "float64",
                            masked_output="hold")
    params = {key: random.normal(size=[SIZES[axis] for axis in one.axes])
              for key, one in kernel.parameters.items()}
    x, parts = random.normal(size=(6, 3, 3)), []
    for network, arrow in zip((cell, symrnn.reverse(cell)), arrows, strict=True):
        own = {key.partition(".")[2]: one for key, one in params.items() if key.startswith(arrow)}
        y = symrnn.compile(network, backend, "float64").forward(own, x, mask=HOLES).y
        order = slice(None, None, -1 if arrow == "backward" else 1)
        parts.append(held(y[order], HOLES[order])[order])
    wanted = np.concatenate(parts, axis=2)
    if readout:
        wanted = (parts[0] @ params["V_f"].T + parts[1] @ params["V_b"].T + params["b_y"])
    assert np.allclose(kernel.forward(params, x, mask=HOLES).y, wanted, rtol=0, atol=1e-14)


@backends
def test_what_is_held_goes_on_in_windows_steps_and_further_runs(backend: str) -> None:
    kernel, params, x = kernel_and_values("lstm", backend, "hold")
    initial = {"h": np.full((3, 4), 0.5), "c": np.full((3, 4), 0.5)}
    whole = kernel.forward(params, x, initial, mask=HOLES)
    parts = kernel.checkpointed(params, x, 2, initial, mask=HOLES)
    y_bar = np.random.default_rng(4).normal(size=whole.y.shape)
    assert np.array_equal(parts.y, whole.y)
    for key, one in kernel.backward(whole, y_bar).items():
        assert np.allclose(parts.backward(y_bar)[key], one, rtol=0, atol=1e-13), key
    assert np.array_equal(kernel.truncated(params, x, y_bar, 2, initial, mask=HOLES).y, whole.y)
    first = kernel.forward(params, x[:3], initial, mask=HOLES[:3])
    second = kernel.forward(params, x[3:], first.final, mask=HOLES[3:])
    assert np.array_equal(np.concatenate([first.y, second.y]), whole.y)
    streamed, state = symrnn.compile(masked(NETWORKS["lstm"], "hold"), backend, "float64"), initial
    for x_t, counts, wanted in zip(x, HOLES, whole.y, strict=True):
        y, state = streamed.step(params, {"x": x_t, "mask": counts}, state)
        assert np.allclose(y, wanted, rtol=0, atol=1e-14)


@backends
def test_a_run_without_a_mask_goes_on_from_one_that_held(backend: str) -> None:
    kernel, params, x = kernel_and_values("lstm", backend, "hold")
    final = kernel.forward(params, x, lengths=LENGTHS).final
    own = {key: final[key] for key in ("h", "c")}
    assert set(final) > set(own)
    assert np.array_equal(kernel.forward(params, x, final).y, kernel.forward(params, x, own).y)
    tangents = (kernel.jvp(params, x, initial=one, initial_dot=one)[0] for one in (final, own))
    assert np.array_equal(*tangents)


@backends
@pytest.mark.parametrize("output", ["zero", "hold"])
def test_several_outputs_keep_their_names_under_a_mask(output: str, backend: str) -> None:
    with Cell("two", "Two outputs") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[n]", "state")
        y = cell.symbol("y[n]", "output")
        h[t] = h[t - 1] + x[t]
        y[t] = 2 * h[t]
    kernel = symrnn.compile(cell.build("h", "y"), backend, "float64", masked_output=output)
    run = kernel.forward({}, np.ones((3, 1, 2)), lengths=[2])
    last = 2 if output == "hold" else 0
    assert {key: one[:, 0, 0].tolist() for key, one in run.y.items()} == {
        "h": [1, 2, last], "y": [2, 4, 2 * last]}
    bars = {key: np.ones((3, 1, 2)) for key in ("h", "y")}
    slopes = [9, 6, 0] if output == "hold" else [6, 3, 0]
    assert kernel.backward(run, bars)["x"][:, 0, 0].tolist() == slopes
    assert set(kernel.jvp({}, np.ones((3, 1, 2)), lengths=[2])[0]) == {"h", "y"}


@backends
def test_padding_may_hold_anything(backend: str) -> None:
    kernel, params, x = kernel_and_values("bidirectional", backend)
    clean = kernel.forward(params, x, lengths=LENGTHS)
    x[4:, 1:] = np.nan
    run = kernel.forward(params, x, lengths=LENGTHS)
    gradients = kernel.backward(run, np.ones_like(run.y))
    assert np.array_equal(run.y, clean.y)
    assert all(np.all(np.isfinite(one)) for one in gradients.values())


@networks
@backends
@pytest.mark.parametrize("output", ["zero", "hold"])
def test_the_masked_program_checks_like_any_other(name: str, backend: str, output: str) -> None:
    assert [str(one) for one in
            check_kernel(masked(NETWORKS[name], output), backend, "float64")] == []


def test_wrong_lengths_and_masks_are_told() -> None:
    kernel, params, x = kernel_and_values("lstm", "numpy")
    for lengths in ([1, 2], [1, 2, 7], [1, 2, -1], [1.5, 2, 3]):
        with pytest.raises(ShapeError, match="lengths are 3 whole numbers from 0 to 6"):
            kernel.forward(params, x, lengths=lengths)
    with pytest.raises(ShapeError, match="the mask has shape"):
        kernel.forward(params, x, mask=np.ones((3, 6)))
    with pytest.raises(ValueError, match="'zero' or 'hold'"):
        symrnn.compile(NETWORKS["lstm"], "numpy", masked_output="blank")

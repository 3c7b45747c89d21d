"""Learned initial states, against the plain cell whose initial state is given."""

import numpy as np
import pytest

import symrnn
from symrnn import ShapeError
from symrnn.backends.latex_math import glyph_latex
from symrnn.checking import check_kernel
from symrnn.transforms import masked
from tests.transforms.drawn import close, kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
NETWORKS = {
    "lstm": lambda **options: symrnn.lstm(**options),
    "gru": lambda **options: symrnn.gru(**options),
    "reverse": lambda **options: symrnn.reverse(symrnn.gru(**options)),
    "bidirectional": lambda **options: symrnn.bidirectional(symrnn.lstm(**options)),
    "deep": lambda **options: symrnn.deep(symrnn.gru(**options), 2),
}


def learned_name(state: str) -> str:
    return f"{state}_start"


@backends
@pytest.mark.parametrize("lengths", [None, (6, 3, 0)])
@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_the_given_state_shared_by_all_samples(name: str, lengths: object,
                                                     backend: str) -> None:
    plain = kernel(NETWORKS[name](), backend)
    own = kernel(NETWORKS[name](learned_initial=True), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    bare = {key: params[key] for key in plain.parameters}
    initial = {one.state: np.tile(params[learned_name(one.state)], (3, 1))
               for one in plain.program.delays}
    run, wanted = own.forward(params, x, lengths=lengths), plain.forward(bare, x, initial, lengths)
    assert close(run.y, wanted.y)
    assert all(close(run.final[key], value) for key, value in wanted.final.items())
    bar, final_bar = values(3, "T", "B", "m"), {}
    bar = np.resize(bar, run.y.shape)
    final_bar = {key: np.ones_like(value) for key, value in run.final.items()}
    gradients = own.backward(run, bar, final_bar)
    told = plain.backward(wanted, bar, final_bar)
    for key in bare:
        assert close(gradients[key], told[key]), key
    for key in initial:
        assert close(gradients[learned_name(key)], told[f"initial.{key}"].sum(0)), key
        assert not np.any(gradients[f"initial.{key}"])


@backends
def test_a_given_state_goes_before_the_learned_one(backend: str) -> None:
    plain, own = kernel(symrnn.gru(), backend), kernel(symrnn.gru(learned_initial=True), backend)
    params, x, h = parameters(own), values(2, "T", "B", "n"), values(4, "B", "m")
    bare = {key: params[key] for key in plain.parameters}
    run = own.forward(params, x, {"h": h})
    assert np.array_equal(run.y, plain.forward(bare, x, {"h": h}).y)
    assert not np.any(own.backward(run, np.ones_like(run.y))["h_start"])


@backends
def test_a_stream_starts_at_the_learned_state_and_goes_on(backend: str) -> None:
    own = kernel(symrnn.lstm(learned_initial=True), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    whole, state = own.forward(params, x), None
    for step, x_t in enumerate(x):
        y, state = own.step(params, x_t, state)
        assert close(y, whole.y[step])


@backends
def test_several_sequences_one_behind_the_other(backend: str) -> None:
    own = kernel(symrnn.gru(learned_initial=True), backend)
    params, x = parameters(own), values(2, "T", "B", "n")
    start = np.zeros((6, 3))
    start[[0, 4]] = 1
    run = own.forward(params, {"x": x, "start": start})
    assert close(run.y[:4], own.forward(params, x[:4]).y)
    assert close(run.y[4:], own.forward(params, x[4:]).y)


@backends
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_check_with_starts_anywhere(name: str, backend: str) -> None:
    network = masked(NETWORKS[name](learned_initial=True), "hold")
    assert [str(one) for one in check_kernel(network, backend, "float64", seed=3)] == []


def test_half_a_state_is_refused() -> None:
    own = kernel(symrnn.lstm(learned_initial=True), "numpy")
    with pytest.raises(ShapeError, match="'c' is missing, and initial states are learned: give"):
        own.forward(parameters(own), values(2, "T", "B", "n"), {"h": values(4, "B", "m")})
    with pytest.raises(ShapeError, match="'h' is missing, and initial states are learned: give"):
        own.checkpointed(parameters(own), values(2, "T", "B", "n"), 2, {"c": values(4, "B", "m")})


@pytest.mark.parametrize("where", [0, 3])
def test_a_start_counts_in_a_step_that_does_not(where: int) -> None:
    own = kernel(symrnn.gru(learned_initial=True), "numpy")
    params, x = parameters(own), values(2, "T", "B", "n")
    start, mask = np.zeros((6, 3)), np.ones((6, 3))
    start[where], mask[where] = 1, 0
    run = own.forward(params, {"x": x, "start": start}, mask=mask)
    assert close(run.y[where + 1:], own.forward(params, x[where + 1:]).y)


def test_online_gradients_reach_the_learned_state() -> None:
    own = kernel(symrnn.gru(learned_initial=True), "numpy")
    params, x = parameters(own), values(2, "T", "B", "n")
    run = own.forward(params, x)
    online = own.rtrl(params)
    for x_t in x:
        online.step(x_t, np.ones((3, 4)))
    wanted = own.backward(run, np.ones_like(run.y))["h_start"]
    assert close(online.gradients()["h_start"], wanted, 1e-12)


def test_a_learned_start_is_printed_as_the_state_and_its_start() -> None:
    assert glyph_latex(symrnn.lstm(learned_initial=True)["c_start"].glyph) == r"c_{\mathrm{start}}"
    both = symrnn.cell("lru", learned_initial=True)["x_re_start"].glyph
    assert glyph_latex(both) == r"x_{\mathrm{re},\mathrm{start}}"

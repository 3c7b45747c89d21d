"""Clipped recurrent cotangents, against plain kernels of one step chained by hand."""

import numpy as np
import pytest

import symrnn
from symrnn.adjoint import adjoint
from symrnn.checking.reference import interpreted_gradients, random_case
from symrnn.transforms import clipped_gradient, masked
from tests.transforms.drawn import Array, close, kernel, parameters, values

backends = pytest.mark.parametrize("backend", ["c", "numpy"])
ways = pytest.mark.parametrize("how", ["value", "norm"])
CELLS = ["lstm", "gru", "cornn", "lstm_layer_norm", "elman", "deep_rnn"]
LIMIT = 0.4


def clip(bar: Array, how: str) -> Array:
    """What a step sends back, held as the option says."""
    if how == "value":
        return np.clip(bar, -LIMIT, LIMIT)
    norm = np.linalg.norm(bar.reshape(len(bar), -1), axis=1)
    return bar * np.where(norm > LIMIT, LIMIT / norm, 1)[:, None]


@backends
@ways
@pytest.mark.parametrize("name", CELLS)
def test_it_is_back_propagation_clipped_between_steps(name: str, how: str, backend: str) -> None:
    plain = kernel(symrnn.cell(name), backend)
    own = kernel(symrnn.cell(name), backend, clip_gradient=(how, LIMIT))
    params, x = parameters(plain), values(2, "T", "B", "n")
    whole = own.forward(params, x)
    y_bar = np.resize(values(6, "T", "B", "m"), whole.y.shape)
    bars = {key: np.ones_like(one) for key, one in whole.final.items()}
    found = own.backward(whole, y_bar, bars)

    runs, state, touched = [], {}, 0
    for x_t in x:
        runs.append(plain.forward(params, x_t[None], state))
        state = runs[-1].final
    total: dict[str, Array] = dict.fromkeys(params, np.zeros(()))
    for run, bar in zip(reversed(runs), y_bar[::-1], strict=True):
        part = plain.backward(run, bar[None], bars)
        sent = {one.state: part[one.initial] for one in plain.program.delays}
        bars = {key: clip(one, how) for key, one in sent.items()}
        touched += sum(not np.array_equal(bars[key], one) for key, one in sent.items())
        total = {key: total[key] + part[key] for key in total}
    assert touched
    assert all(close(found[key], total[key]) for key in total)
    assert all(close(found[f"initial.{key}"], one) for key, one in bars.items())


@backends
@ways
def test_the_forward_pass_and_a_wide_bound_change_nothing(how: str, backend: str) -> None:
    plain = kernel(symrnn.lstm(), backend)
    own = kernel(symrnn.lstm(), backend, clip_gradient=(how, 1e6))
    params, x = parameters(plain), values(2, "T", "B", "n")
    first, second = plain.forward(params, x), own.forward(params, x)
    assert np.array_equal(first.y, second.y)
    wanted, found = (one.backward(run, np.ones_like(run.y)) for one, run in
                     ((plain, first), (own, second)))
    assert all(np.array_equal(found[key], wanted[key]) for key in wanted)


@backends
@ways
def test_padding_changes_nothing(how: str, backend: str) -> None:
    """What comes from outside for the final state is clipped by no step that does not count."""
    own = kernel(symrnn.lstm(), backend, clip_gradient=(how, LIMIT))
    params, x = parameters(own), values(2, "T", "B", "n")
    run, alone = own.forward(params, x, lengths=[3, 3, 3]), own.forward(params, x[:3])
    bars = {key: np.full_like(one, 3.0) for key, one in run.final.items()}
    found = own.backward(run, np.ones_like(run.y), bars)
    wanted = own.backward(alone, np.ones_like(alone.y), bars)
    assert all(close(found[key], wanted[key]) for key in params)


@backends
@ways
@pytest.mark.parametrize("network", [
    symrnn.cell("mlstm"), symrnn.deep(symrnn.bidirectional(symrnn.gru(), readout=False), 2),
    symrnn.reverse(symrnn.lstm(learned_initial=True, zoneout=True)),
    masked(symrnn.gru(dropout="recurrent"))], ids=lambda one: one.name)
def test_kernels_compute_what_the_clipped_adjoint_says(network: symrnn.Program, how: str,
                                                       backend: str) -> None:
    plan = symrnn.derive(network, (how, 0.1))
    case = random_case(plan, seed=4)
    own = kernel(network, backend, clip_gradient=(how, 0.1))
    run = own.forward(case.parameters, case.inputs, case.initial)
    with np.errstate(divide="ignore"):  # the interpreter follows both branches
        wanted = interpreted_gradients(case)
    found = own.backward(run, case.y_bar, case.final_bar)
    assert all(close(found[key], one) for key, one in wanted.items())
    exact = random_case(symrnn.derive(network), seed=4)
    assert not all(close(one, interpreted_gradients(exact)[key]) for key, one in wanted.items())


def test_the_equations_stand_in_every_file() -> None:
    files = symrnn.generate(symrnn.lstm(), "lstm", clip_gradient=("norm", 1.0))
    assert "h_prev_bar_clipped = h_prev_bar * h_prev_bar_scale" in files["lstm.py"]
    assert "h_prev_bar_clipped[j] = h_prev_bar[j] * h_prev_bar_scale[0];" in files["lstm.c"]
    assert r"\operatorname{shrink}_{1}(\bar{h}^{-,\mathrm{squared}}_{t})" in files["lstm.tex"]
    assert all("shrink" not in one for one in symrnn.generate(symrnn.lstm(), "lstm").values())


@pytest.mark.parametrize("choice", [1.0, ("size", 1.0), ("norm",), ("norm", 1.0, 2.0)])
def test_another_way_to_clip_is_refused(choice: object) -> None:
    with pytest.raises(ValueError, match=r"it is \('value', 1.0\) or \('norm', 1.0\)"):
        symrnn.compile(symrnn.lstm(), "numpy", clip_gradient=choice)
    with pytest.raises(ValueError, match="clip_gradient is -1; it is a positive number"):
        symrnn.compile(symrnn.lstm(), "numpy", clip_gradient=("norm", -1))


@ways
def test_an_adjoint_without_its_program_is_clipped_alike(how: str) -> None:
    program = symrnn.lstm()
    gradient = adjoint(program)
    alone = clipped_gradient(gradient, (how, LIMIT))
    assert alone == clipped_gradient(gradient, (how, LIMIT), program) != gradient

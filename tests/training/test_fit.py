"""``symrnn.fit``: held against a plain loop, against itself after a break, and against misuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import symrnn
from symrnn.program import Misused, UnknownName
from symrnn.storage.containers import container, write
from symrnn.training import checkpoint as kept

T, N, SIZES = 7, 10, {"n": 3, "m": 4, "p": 2}
DRAW = np.random.default_rng(3)
X, TARGET = DRAW.normal(size=(T, N, 3)), DRAW.normal(size=(T, N, 2))
LENGTHS = np.array([7, 3, 1, 5, 7, 2, 6, 4, 7, 7])
NET = symrnn.elman()
PARAMS = symrnn.random_parameters(NET, seed=1, **SIZES)
PLAIN: dict[str, Any] = {"backend": "numpy", "dtype": "float64", "batch": 4, "rate": 0.05,
                         "epochs": 3}


def fit(*, net: symrnn.Program = NET, params: Mapping[str, Any] = PARAMS,
        data: Any = (X, TARGET), **options: Any) -> symrnn.Fitted:
    return symrnn.fit(net, params, data, **{**PLAIN, **options})


def elman(params: Mapping[str, Any], x: np.ndarray) -> np.ndarray:
    """Outputs [T, B, p] of the textbook's equations."""
    h, y = np.zeros((x.shape[1], 4)), []
    for row in x:
        h = np.tanh(row @ params["W"].T + h @ params["U"].T + params["b"])
        y.append(h @ params["V"].T + params["b_y"])
    return np.array(y)


def plain_loop(counts: np.ndarray, epochs: int, rate: float) -> list[float]:
    """Gradient descent by complex steps: no derivative, no kernel and no helper of symrnn."""
    params, losses = {name: one.copy() for name, one in PARAMS.items()}, []
    for epoch in range(epochs):
        order, total = np.random.default_rng([0, epoch]).permutation(N), 0.0
        for chosen in (order[:4], order[4:8], order[8:]):
            def loss(moved: Mapping[str, Any], chosen: np.ndarray = chosen) -> Any:
                square = (elman(moved, X[:, chosen]) - TARGET[:, chosen]) ** 2
                return (square.mean(-1) * counts[:, chosen]).sum()
            share = counts[:, chosen].sum()
            total += loss(params)
            params = {name: one - rate * slope(loss, params, name) / share
                      for name, one in params.items()}
        losses.append(total / counts.sum())
    return losses


def slope(loss: Any, params: Mapping[str, Any], name: str) -> np.ndarray:
    found = np.empty(params[name].shape)
    for place in np.ndindex(found.shape):
        moved = params[name].astype(complex)
        moved[place] += 1e-30j
        found[place] = loss({**params, name: moved}).imag / 1e-30
    return found


@pytest.mark.parametrize("form", ["every step", "lengths", "last step", "last of lengths"])
def test_losses_are_those_of_a_plain_loop(form: str) -> None:
    ends = LENGTHS if "lengths" in form else np.full(N, T)
    step = np.arange(T)[:, None]
    last = form.startswith("last")
    counts = (step == ends - 1) if last else (step < ends)
    target = TARGET[ends - 1, np.arange(N)] if last else TARGET
    data = (X, target, LENGTHS) if "lengths" in form else (X, target)
    found = fit(data=data, optimiser="sgd")
    assert found.losses == pytest.approx(plain_loop(counts, 3, 0.05), rel=1e-10)


@pytest.mark.parametrize("optimiser", ["momentum", "adam"])
def test_each_update_is_a_step_of_the_optimiser(optimiser: str) -> None:
    """One batch, so that gradients come from the kernel and the update from formulas by hand."""
    kernel = symrnn.compile(symrnn.with_loss(NET, symrnn.mean_squared_error()), "numpy", "float64")
    params, memory = dict(PARAMS), dict.fromkeys(PARAMS, (0.0, 0.0))
    losses = []
    for count in range(1, 4):
        run = kernel.forward(params, {"x": X, "target": TARGET})
        losses.append(run.y.mean())
        bars = kernel.backward(run, np.full(run.y.shape, 1 / run.y.size))
        norm = np.sqrt(sum((bars[name] ** 2).sum() for name in params))
        for name in params:
            g = bars[name] * min(1, 0.2 / norm)
            m, v = memory[name]
            if optimiser == "momentum":
                m = 0.9 * m - 0.05 * g
                params[name] = params[name] + m
            else:
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
                hat = m / (1 - 0.9 ** count), v / (1 - 0.999 ** count)
                params[name] = params[name] - 0.05 * hat[0] / (np.sqrt(hat[1]) + 1e-8)
            memory[name] = m, v
    found = fit(optimiser=optimiser, batch=N, clip=0.2)
    assert found.losses == pytest.approx(losses, rel=1e-10)
    for name, one in found.parameters.items():
        assert one == pytest.approx(params[name], rel=1e-8)


def test_windows_carry_the_state_and_update_each() -> None:
    kernel = symrnn.compile(symrnn.with_loss(NET, symrnn.mean_squared_error()), "numpy", "float64")
    params, state, total = dict(PARAMS), None, 0.0
    for steps in (slice(0, 3), slice(3, 6), slice(6, 7)):
        run = kernel.forward(params, {"x": X[steps], "target": TARGET[steps]}, state)
        state, total = run.final, total + run.y.sum()
        bars = kernel.backward(run, np.full(run.y.shape, 1 / run.y.size))
        params = {name: one - 0.05 * bars[name] for name, one in params.items()}
    found = fit(optimiser="sgd", batch=N, epochs=1, window=3)
    assert found.losses[0] == pytest.approx(total / (T * N), rel=1e-12)
    for name, one in found.parameters.items():
        np.testing.assert_allclose(one, params[name], rtol=1e-10)


def test_a_window_longer_than_the_sequence_changes_nothing() -> None:
    lengths = (X, TARGET, LENGTHS)
    assert fit(data=lengths, window=50).losses == fit(data=lengths).losses


def test_windows_in_which_no_step_counts_update_nothing() -> None:
    found = fit(data=(X, TARGET[-1]), window=3, optimiser="adam")
    assert len(found.losses) == 3 and np.all(np.isfinite(found.losses))


@pytest.mark.parametrize("backend", ["numpy", "c"])
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_run_that_goes_on_is_the_run_without_a_break(
        backend: str, suffix: str, tmp_path: Path) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    options: dict[str, Any] = {"backend": backend, "dtype": "float32", "clip": 1.0,
                               "validation": (X[:, :3], TARGET[:, :3]), "patience": 9}
    whole = fit(epochs=5, **options)
    path = tmp_path / f"run{suffix}"
    for epochs in (2, 3, 5):
        broken = fit(epochs=epochs, checkpoint=path, **options)
        assert len(broken.losses) == epochs
    same(whole, broken)
    same(whole, fit(epochs=5, checkpoint=path, **options))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def same(one: symrnn.Fitted, other: symrnn.Fitted) -> None:
    assert (one.losses, one.validation, one.best) == (other.losses, other.validation, other.best)
    for name in one.parameters:
        assert one.parameters[name].tobytes() == other.parameters[name].tobytes()


def test_a_run_that_is_stopped_between_loses_no_more_than_its_epoch(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = tmp_path / "run.npz", kept.write

    def failing(where: Path, reached: kept.Reached, told: Any) -> None:
        if reached.epochs == 3:
            raise KeyboardInterrupt
        write(where, reached, told)

    monkeypatch.setattr(kept, "write", failing)
    with pytest.raises(KeyboardInterrupt):
        fit(epochs=4, checkpoint=path)
    monkeypatch.setattr(kept, "write", write)
    same(fit(epochs=4), fit(epochs=4, checkpoint=path))


def test_the_same_arguments_give_the_same_numbers_and_another_seed_others() -> None:
    same(fit(), fit())
    assert fit(seed=1).losses != fit().losses


def test_it_stops_early_and_gives_the_best_parameters() -> None:
    """A target that has nothing to do with the held-out one: sooner or later that gets worse."""
    options: dict[str, Any] = {"validation": (X, -TARGET), "rate": 0.05}
    found = fit(epochs=40, patience=2, **options)
    assert found.stopped and len(found.losses) == found.best + 2 < 40
    assert found.validation[found.best - 1] == min(found.validation)
    until = fit(epochs=found.best, **options)
    assert not until.stopped
    for name, one in until.parameters.items():
        assert np.array_equal(one, found.parameters[name])


def test_classes_are_numbers_or_vectors() -> None:
    classes = DRAW.integers(0, 2, (T, N))
    options = {"loss": "softmax_cross_entropy"}
    assert (fit(data=(X, classes), **options).losses
            == fit(data=(X, np.eye(2)[classes]), **options).losses)
    assert (fit(data=(X, classes[-1]), **options).losses
            == fit(data=(X, np.eye(2)[classes[-1]]), **options).losses)


def test_networks_of_two_directions_and_with_masks() -> None:
    both = symrnn.readout(symrnn.bidirectional(symrnn.gru(), readout=False))
    params = symrnn.random_parameters(both, n=3, m=4, p=2)
    assert len(fit(net=both, params=params, data=(X, TARGET, LENGTHS)).losses) == 3
    masked = symrnn.readout(symrnn.gru(dropout="recurrent"))
    inputs = {"x": X, "dropout_h": DRAW.integers(0, 2, (N, 4)) / 0.5}
    found = fit(net=masked, params=symrnn.random_parameters(masked, **SIZES),
                data=(inputs, TARGET))
    assert np.all(np.isfinite(found.losses))


def test_rates_may_fall_and_optimisers_be_programs() -> None:
    assert fit(rate=lambda epoch: 0.05).losses == fit().losses
    assert fit(rate=lambda epoch: 0.05 / (1 + epoch)).losses[0] == fit().losses[0]
    assert fit(rate=lambda epoch: 0.05 / (1 + epoch)).losses != fit().losses
    assert fit(optimiser=symrnn.adam(), loss=symrnn.mean_squared_error()).losses == fit().losses
    assert fit(settings={"beta_1": 0.5}).losses != fit().losses


def test_the_result_shows_its_curve(tmp_path: Path) -> None:
    found = fit(validation=(X, TARGET))
    picture = ElementTree.fromstring(found._repr_html_())
    lines = [one for one in picture.iter() if one.tag.endswith("polyline")]
    assert [len(one.attrib["points"].split()) for one in lines] == [3, 3]
    found.plot(tmp_path / "curve.svg")
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8") == found.svg
    assert repr(found).startswith("<Fitted elman: 3 epochs; loss ")
    with pytest.raises(Misused, match=r"does not end with \.svg"):
        found.plot(tmp_path / "curve.png")


def test_a_bar_is_shown_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    fit()
    assert capsys.readouterr().err == ""
    fit(progress=True)
    assert "elman loss" in capsys.readouterr().err


def test_parameters_are_drawn_by_seed_and_sizes() -> None:
    lstm = symrnn.random_parameters(symrnn.lstm(), seed=2, n=3, m=4)
    again = symrnn.random_parameters(symrnn.lstm(), seed=2, n=3, m=4)
    assert all(np.array_equal(lstm[name], again[name]) for name in lstm)
    assert lstm["W_f"].shape == (4, 3) and np.all(lstm["b_f"] == 1) and np.all(lstm["b_i"] == 0)


NARROW = symrnn.elman(), symrnn.random_parameters(NET, **{**SIZES, "n": 2})
MISUSES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"loss": "mse"}, UnknownName, "no loss 'mse'; there are mean_squared_error"),
    ({"optimiser": "rmsprop"}, UnknownName, "no optimiser 'rmsprop'; there are sgd, momentum"),
    ({"optimiser": symrnn.adam(), "clip": 1.0}, Misused, "with clip= it must read g, rate, scale"),
    ({"optimiser": symrnn.adam(clipped=True)}, Misused, "without clip= it must read g, rate and"),
    ({"settings": {"mu": 1}}, Misused, "adam has no setting 'mu'; there are beta_1"),
    ({"optimiser": replace(symrnn.adam(), name="own")}, Misused,
     r"the setting beta_1 of own is missing; give settings=\{'beta_1': \.\.\.\}"),
    ({"rate": 0}, Misused, "rate is 0; it is a number above 0"),
    ({"rate": "fast"}, Misused, "rate is 'fast'; it is a number above 0"),
    ({"rate": lambda epoch: -1}, Misused, "the rate of epoch 1 is -1"),
    ({"clip": -1}, Misused, "clip is -1; it is a number above 0"),
    ({"epochs": 0}, Misused, "epochs is 0; it is a whole number from 1 on"),
    ({"batch": 2.5}, Misused, "batch is 2.5; it is a whole number"),
    ({"window": 0}, Misused, "window is 0"),
    ({"patience": 3}, Misused, "patience waits for the validation loss; give validation="),
    ({"patience": 0, "validation": (X, TARGET)}, Misused, "patience is 0"),
    ({"seed": -1}, Misused, "seed is -1"),
    ({"data": X}, Misused, r"data is a tuple \(x, target\)"),
    ({"validation": X}, Misused, r"validation is a tuple \(x, target\)"),
    ({"data": (X[0], TARGET)}, symrnn.ShapeError, "the target has shape"),
    ({"data": (X[:, :0], TARGET[:, :0])}, symrnn.ShapeError, "at least one step and one sample"),
    ({"data": (X, TARGET[:, :3])}, symrnn.ShapeError, "T = 7, N = 10, p = 2"),
    ({"data": (X, TARGET[..., :1])}, symrnn.ShapeError, "T = 7, N = 10, p = 2"),
    ({"data": (X, np.full(N, 2))}, symrnn.ShapeError, "from 0 to 1"),
    ({"data": (X, TARGET, LENGTHS[:3])}, symrnn.ShapeError, "lengths are 10 whole numbers from 1"),
    ({"data": (X, TARGET, LENGTHS - 1)}, symrnn.ShapeError, "lengths are 10 whole numbers from 1"),
    ({"params": NARROW[1]}, symrnn.ShapeError, "n = 2"),
    ({"params": {}}, symrnn.ShapeError, "parameters 'W', 'U'"),
    ({"data": (X, TARGET.astype(complex))}, symrnn.ShapeError, "'target' is complex"),
    ({"net": symrnn.cell("convlstm")}, symrnn.ProgramError, "add a readout"),
    ({"net": "elman"}, symrnn.ProgramError, "is no network"),
    ({"net": symrnn.reverse(NET), "window": 3}, symrnn.ProgramError, "in reverse"),
    ({"loss": symrnn.elman()}, Misused, "one number a step"),
    ({"rate": 1e200, "optimiser": "sgd"}, symrnn.Diverged, r"loss is (inf|nan) in epoch [123]: a"),
    ({"data": (X * np.inf, TARGET)}, Misused, "'x' of data is infinite or no number at step 0"),
    ({"data": (X, TARGET[0] * np.nan)}, Misused, "'target' of data is infinite .* of sample 0"),
    ({"validation": (X, TARGET * np.nan)}, Misused, "'target' of validation is infinite"),
    ({"params": {**PARAMS, "b": np.full(4, np.nan)}}, Misused, "'b' has an entry that is infinite"),
    ({"checkpoint": "run.txt"}, Misused, "ends with neither"),
]


@pytest.mark.parametrize(("options", "error", "told"), MISUSES,
                         ids=[told for _, _, told in MISUSES])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_misuse_is_one_sentence(options: dict[str, Any], error: type[Exception],
                                      told: str) -> None:
    with pytest.raises(error, match=told) as found:
        fit(**options)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(("sizes", "told"), [
    ({"n": 3, "m": 4}, "the size p of elman is missing; give p=8"),
    ({**SIZES, "k": 2}, "elman has no size k = 2"), ({**SIZES, "m": 0}, "no size m = 0")])
def test_sizes_that_do_not_fit_are_said(sizes: dict[str, int], told: str) -> None:
    with pytest.raises(Misused, match=told):
        symrnn.random_parameters(NET, **sizes)


@pytest.mark.parametrize(("options", "told"), [
    ({"batch": 5}, "batch = 4, not 5"), ({"seed": 3}, "seed = 0, not 3"),
    ({"epochs": 1}, "2 epochs behind it, more than epochs = 1"),
    ({"data": (X + 1, TARGET)}, "other data"),
    ({"optimiser": "sgd"}, "optimiser = adam, not sgd"),
    ({"params": {**PARAMS, "b": np.ones(4)}}, "other first parameters"),
    ({"net": replace(NET, title="other")}, "other network"),
    ({"dtype": "float32"}, "dtype = float64, not float32")])
def test_a_checkpoint_of_another_run_is_refused(options: dict[str, Any], told: str,
                                                tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    fit(epochs=2, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(Misused, match=told):
        fit(checkpoint=path, **{"epochs": 3, **options})
    assert path.read_bytes() == before


def test_the_folder_of_a_checkpoint_is_made(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "first" / "run.npz"
    fit(epochs=2, checkpoint=path)
    assert path.exists()


def test_steps_beyond_the_lengths_may_be_anything() -> None:
    x, target = X.copy(), TARGET.copy()
    beyond = np.arange(T)[:, None] >= LENGTHS
    x[beyond], target[beyond] = np.inf, np.nan
    same(fit(data=(X, TARGET, LENGTHS)), fit(data=(x, target, LENGTHS)))


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "[1]", '{"format": "other", "run": {}}'])
def test_a_checkpoint_that_tells_no_run_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    write(path, {"losses": np.zeros(1)}, text)
    with pytest.raises(symrnn.ProgramError, match=r"holds no run of symrnn\.fit; give another"):
        fit(checkpoint=path)


def test_a_checkpoint_that_lacks_an_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    fit(epochs=1, checkpoint=path)
    arrays, text = container(path).read(path)
    write(path, {name: one for name, one in arrays.items() if name != kept.LOSSES}, text)
    with pytest.raises(symrnn.ProgramError, match="lacks a part of its run; take another file"):
        fit(checkpoint=path)


def test_two_inputs_have_the_same_steps_and_samples() -> None:
    with symrnn.Cell("two", "Two inputs") as cell:
        x, z = cell.input("x[n]", "input"), cell.input("z[n]", "input")
        h = cell.state("h[n]", "state")
        h[symrnn.t] = x[symrnn.t] + z[symrnn.t] * h[symrnn.t - 1]
    given = {"x": X, "z": X[:-1]}
    with pytest.raises(symrnn.ShapeError, match=r"'z' of data has shape \(6, 10, 3\), but 'x' has "
                                                "7 steps of 10 samples"):
        fit(net=cell.build("h"), params={}, data=(given, TARGET))
    with pytest.raises(symrnn.ShapeError, match="no parameter tells how many classes there are"):
        fit(net=cell.build("h"), params={}, data=({"x": X, "z": X}, np.zeros(N, int)))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    symrnn.save(NET, PARAMS, path)
    with pytest.raises(symrnn.ProgramError, match=r"holds no run of symrnn\.fit"):
        fit(checkpoint=path)
    path.write_bytes(b"PK")
    with pytest.raises(symrnn.ProgramError, match="no complete npz"):
        fit(checkpoint=path)

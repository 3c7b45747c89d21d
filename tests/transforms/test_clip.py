"""Clipping of what enters activations, as an option of every cell."""

from inspect import signature

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.checking import check_kernel
from symrnn.interop import onnx
from symrnn.program import Pointwise

NAMES = [one.name for one in architectures()]
backends = pytest.mark.parametrize("backend", ["c", "numpy"])


def drawn(kernel: symrnn.Kernel, scale: float = 1.0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    sizes = {"n": 3, "m": 4, "p": 2}
    return {name: scale * random.normal(size=[sizes[axis] for axis in one.axes])
            for name, one in kernel.parameters.items()}


@backends
def test_values_are_those_of_clipped_sums(backend: str) -> None:
    kernel = symrnn.compile(symrnn.elman(readout=False, clip=0.5), backend, "float64")
    params, x = drawn(kernel), np.random.default_rng(4).normal(size=(6, 2, 3))
    h, clipped = np.zeros((2, 4)), 0
    for x_t, found in zip(x, kernel.forward(params, x).y, strict=True):
        a = x_t @ params["W"].T + h @ params["U"].T + params["b"]
        h = np.tanh(np.clip(a, -0.5, 0.5))
        clipped += np.sum(np.abs(a) > 0.5)
        assert np.allclose(found, h, rtol=0, atol=1e-15)
    assert 0 < clipped < 48


@backends
def test_the_memory_is_read_clipped_and_kept_whole(backend: str) -> None:
    kernel = symrnn.compile(symrnn.lstm(clip=0.25), backend, "float64")
    params = {name: np.zeros_like(one) for name, one in drawn(kernel).items()}
    c = np.full((1, 4), 8.0)
    run = kernel.forward(params, np.zeros((1, 1, 3)), {"c": c})
    assert np.array_equal(run.final["c"], c / 2)
    assert np.allclose(run.y, np.tanh(0.25) / 2, rtol=0, atol=1e-15)


@backends
def test_no_gradient_passes_where_all_is_clipped(backend: str) -> None:
    x = np.random.default_rng(5).normal(size=(4, 2, 3))
    gradients = []
    for clip in (1e-9, 1e9):
        kernel = symrnn.compile(symrnn.gru(clip=clip), backend, "float64")
        run = kernel.forward(drawn(kernel), x)
        gradients.append(kernel.backward(run, np.ones_like(run.y)))
    assert not np.any(gradients[0]["W_n"]) and not np.any(gradients[0]["b_z"])
    assert np.all(gradients[1]["W_n"]) and np.all(gradients[1]["b_z"])


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_can_be_clipped_and_checks(name: str) -> None:
    program = symrnn.cell(name, clip=0.75)
    assert [str(one) for one in check_kernel(program, "numpy", "float64")] == []


@backends
def test_clipped_kernels_check_like_any_other(backend: str) -> None:
    net = symrnn.clipped(symrnn.bidirectional(symrnn.lstm(peephole=True)), 0.5)
    assert [str(one) for one in check_kernel(net, backend, "float64")] == []


def test_parts_of_formulas_are_left_alone() -> None:
    """A variance under a root is no activation, and a function of parameters is none."""
    for program in (symrnn.lstm(layer_norm=True, clip=1), symrnn.cell("fastgrnn", clip=1)):
        calls = {node for one in program.equations for node in one.rhs.atoms(Pointwise)}
        names = {name for call in calls if call.activation.name == "clip"
                 for name in map(str, call.free_symbols)}
        assert names and not any(name.startswith(("v_", "zeta", "nu")) for name in names)


def test_options_of_every_cell_are_shown_behind_its_own() -> None:
    for name in ("lstm", "mgu", "deep_rnn"):
        builder = next(one.builder for one in architectures() if one.name == name)
        assert list(signature(builder).parameters)[-6:] == [
            "bias", "clip", "clip_state", "dropout", "zoneout", "learned_initial"]
    with pytest.raises(TypeError, match="unexpected keyword argument 'clop'"):
        symrnn.lstm(clop=3.0)


def test_clipping_is_named_in_what_is_shown() -> None:
    assert "h[t] = tanh(clip[3](c[t])) ⊙ o[t]" in symrnn.show(symrnn.lstm(clip=3.0))


@pytest.mark.parametrize("threshold", [0, -1.0, float("nan"), float("inf")])
def test_a_bound_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="it is a positive number"):
        symrnn.lstm(clip=threshold)


def test_clip_is_the_specifications_and_not_that_of_onnx_runtime() -> None:
    """The two numbers that the module tells: tanh of the clipped memory, and of the whole one."""
    zeros = np.zeros
    h, c = (onnx.run("LSTM", {"clip": 0.5}, [
        zeros((1, 1, 1)), zeros((1, 4, 1)), zeros((1, 4, 1)), None, None, zeros((1, 1, 1)),
        np.full((1, 1, 1), 3.0)], dtype="float64")[1:])
    assert np.isclose(h.item(), 0.5 * np.tanh(0.5)) and round(h.item(), 4) == 0.2311
    assert c.item() == 1.5 and round(0.5 * np.tanh(c.item()), 4) == 0.4526

"""Masks and lengths: what does not count changes nothing, gradients included."""

import numpy as np
import pytest

import symrnn
from symrnn import Kernel, ShapeError
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

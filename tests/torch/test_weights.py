"""Weights go between modules of torch, files and kernels by the network's own names."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import symrnn  # noqa: E402
from symrnn import ShapeError  # noqa: E402
from symrnn.torch import module  # noqa: E402
from tests.torch.test_module import mine  # noqa: E402

NETS = {
    "lstm": (lambda path: symrnn.lstm(), {"n": 3, "m": 4}),
    "deep and bidirectional": (lambda path: symrnn.deep(symrnn.bidirectional(
        symrnn.cell("mgu"), readout=False), layers=2, readout=True),
        {"n": 3, "m_1": 4, "m_2": 5, "p": 2}),
    "a user's": (mine, {"n": 3, "m": 4}),
}


def trained(network, **sizes):
    """A module after three steps, and an input."""
    torch.manual_seed(1)
    own, x = module(network, **sizes), torch.randn(5, 2, 3)
    step = torch.optim.Adam(own.parameters(), lr=0.01)
    for _ in range(3):
        step.zero_grad()
        (own(x)[0] ** 2).mean().backward()
        step.step()
    return own, x


@pytest.mark.parametrize("name", NETS)
def test_a_trained_module_is_saved_loaded_and_compiled(name: str, tmp_path) -> None:
    build, sizes = NETS[name]
    own, x = trained(build(tmp_path), **sizes)
    path = tmp_path / "trained.npz"
    symrnn.save(own.network, own, path)
    network, params = symrnn.load(path)
    assert network == own.network and all(one.dtype == "float32" for one in params.values())
    again, with_grad = module(network, params=params), module(network, params=own)
    with torch.no_grad():
        wanted = own(x)[0]
        assert torch.equal(again(x)[0], wanted) and torch.equal(with_grad(x)[0], wanted)
    assert all(one.requires_grad for one in again.parameters())
    found = symrnn.compile(network).infer(params, x.numpy())[0]
    assert np.array_equal(found, wanted.numpy())
    given = dict(zip(params, map(torch.nn.Parameter, map(torch.tensor, params.values())),
                     strict=True))
    assert np.array_equal(symrnn.compile(network).infer(given, x)[0], found)  # tensors as they are


def test_parameters_are_the_networks_own_and_nobody_elses_memory() -> None:
    own = module(symrnn.lstm(), n=3, m=4)
    params = own.params()
    assert list(params) == list(symrnn.compile(symrnn.lstm()).parameters)
    params["W_i"][...] = 9
    assert not (own.params()["W_i"] == 9).any()
    own.load_params(params)
    assert (own.params()["W_i"] == 9).all() and not own.bias_hh_l0.any()


def test_numbers_keep_their_type_and_what_went_wrong(tmp_path) -> None:
    network, path = symrnn.elman(), tmp_path / "a.npz"
    own = module(network, n=3, m=4, p=2, dtype=torch.float64)
    with torch.no_grad():
        own.b.fill_(torch.nan)
    symrnn.save(network, own, path)
    read = symrnn.load(path).parameters
    assert np.isnan(read["b"]).all() and read["W"].dtype == "float64"
    symrnn.save(network, own.bfloat16(), path)
    assert symrnn.load(path).parameters["W"].dtype == "float32"


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda p: module(symrnn.lstm(), params=p, n=5), ShapeError, "with n = 5"),
    (lambda p: module(symrnn.lstm(), params={**p, "V": p["b_i"]}), ShapeError, "parameter 'V'"),
    (lambda p: module(symrnn.lstm(), n=3, m=5).load_params(p), ShapeError, "m = 5"),
    (lambda p: module(symrnn.lstm(), params=[*p.values()]), ShapeError, "not in 'list'"),
    (lambda p: module(symrnn.lstm(), params=p).to("meta").params(), ShapeError, "keeps no numbers"),
])
def test_weights_that_do_not_fit_are_told(call, error, words: str) -> None:
    with pytest.raises(error, match=words) as told:
        call(module(symrnn.lstm(), n=3, m=4).params())
    assert "\n" not in str(told.value)

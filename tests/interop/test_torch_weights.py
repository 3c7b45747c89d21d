"""Torch's weights by name, where no torch is needed."""

from types import SimpleNamespace

import numpy as np
import pytest

import symrnn
from symrnn.interop.torch_weights import from_torch
from symrnn.runtime import ShapeError


def weights(**shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Arrays that count through, so that every block can be told from every other."""
    return {name: np.arange(np.prod(shape)).reshape(shape) for name, shape in shapes.items()}


def test_two_biases_are_summed_but_for_the_candidates_inner_one() -> None:
    given = weights(weight_ih_l0=(6, 3), weight_hh_l0=(6, 2), bias_ih_l0=(6,), bias_hh_l0=(6,))
    params = from_torch("GRU", given).parameters
    assert params["layer1.b_r"].tolist() == [0, 2] and params["layer1.b_z"].tolist() == [4, 6]
    assert params["layer1.b_n"].tolist() == params["layer1.c_n"].tolist() == [4, 5]
    assert np.array_equal(params["layer1.W_z"], given["weight_ih_l0"][2:4])


def test_both_biases_get_the_gradient_of_their_sum() -> None:
    given = weights(weight_ih_l0=(8, 3), weight_hh_l0=(8, 2), bias_ih_l0=(8,), bias_hh_l0=(8,))
    ours = from_torch("LSTM", given)
    found = ours.gradients({name: np.ones_like(one) for name, one in ours.parameters.items()})
    assert set(found) == set(given)
    assert np.array_equal(found["bias_ih_l0"], found["bias_hh_l0"])
    assert found["weight_hh_l0"].shape == (8, 2)


class Tensor:
    """What from_torch asks of a tensor; NumPy has no type for its numbers."""

    device = SimpleNamespace(type="cpu")

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers, self.asked = numbers, list[str]()

    def detach(self) -> "Tensor":
        self.asked.append("detach")
        return self

    def cpu(self) -> "Tensor":
        self.asked.append("cpu")
        return self

    def float(self) -> "Tensor":
        self.asked.append("float")
        return self

    def numpy(self) -> np.ndarray:
        if self.asked == ["detach", "cpu"]:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.numbers


SHAPES = {"weight_ih": (8, 3), "weight_hh": (8, 2), "bias_ih": (8,), "bias_hh": (8,)}


@pytest.mark.parametrize(("prefix", "suffix"), [
    ("rnn.", "_l0"), ("encoder.lstm.", "_l0"), ("", ""), ("cell.", ""), ("", "_l0")])
def test_names_may_share_a_prefix_and_be_those_of_a_cell(prefix: str, suffix: str) -> None:
    given = weights(**{name + suffix: shape for name, shape in SHAPES.items()})
    plain = from_torch("LSTM", weights(**{f"{key}_l0": shape for key, shape in SHAPES.items()}))
    ours = from_torch("LSTM", {"fc.weight": np.ones(2), "fc.bias": np.ones(2),
                               **{prefix + name: array for name, array in given.items()}})
    assert ours.network == plain.network and ours.copies == plain.copies
    assert all(np.array_equal(one, plain.parameters[key]) for key, one in ours.parameters.items())
    assert set(ours.gradients(ours.parameters)) == {f"{prefix}{name}" for name in given}


def test_of_several_modules_one_is_told() -> None:
    both = {f"{prefix}{name}_l0": np.full(shape, value, float) for prefix, value in
            (("enc.rnn.", 1), ("dec.rnn.", 2)) for name, shape in SHAPES.items()}
    with pytest.raises(ValueError, match=r"several modules; tell which by prefix=, one of "
                                         r"'enc\.rnn', 'dec\.rnn'"):
        from_torch("LSTM", both)
    for prefix in ("dec.rnn", "dec.rnn."):
        found = from_torch("LSTM", both, prefix=prefix).parameters
        assert np.all(found["layer1.W_i"] == 2)
    with pytest.raises(ValueError, match=r"no names of a recurrent module under 'dec' among enc"):
        from_torch("LSTM", both, prefix="dec")


@pytest.mark.parametrize("given", [{}, {"fc.weight": np.ones(2)}])
def test_without_any_names_it_tells_what_they_are(given: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"GRU: no names of a recurrent module among .*; they are "
                                         r"weight_ih_l0, weight_hh_l0, \.\.\., of a cell "):
        from_torch("GRU", given)


def test_tensors_are_taken_as_they_are() -> None:
    given = weights(**{f"{key}_l0": shape for key, shape in SHAPES.items()})
    found = from_torch("LSTM", {name: Tensor(one.astype("f4")) for name, one in given.items()})
    wanted = from_torch("LSTM", given).parameters
    assert all(np.array_equal(one, wanted[key]) for key, one in found.parameters.items())


@pytest.mark.parametrize("kind", ["bfloat16", "float16", "float32", "float64"])
def test_numbers_of_sixteen_bits_become_float32(kind: str) -> None:
    """The sum of two biases is not rounded to 16 bits: 1 + 2^-12 stays."""
    kinds = pytest.importorskip("ml_dtypes") if kind == "bfloat16" else np
    given = {f"{key}_l0": np.ones(shape) for key, shape in SHAPES.items()}
    given["bias_hh_l0"] = given["bias_hh_l0"] * 2.0 ** -12
    ours = from_torch("LSTM", {key: one.astype(getattr(kinds, kind)) for key, one in given.items()})
    bias = ours.parameters["layer1.b_i"]
    assert bias.dtype == (np.float64 if kind == "float64" else np.float32)
    assert np.all(bias == 1 + 2.0 ** -12)


def test_a_kernel_takes_inputs_of_sixteen_bits() -> None:
    kind = pytest.importorskip("ml_dtypes").bfloat16
    kernel = symrnn.compile(symrnn.elman(readout=False), "numpy")
    params = {key: np.ones([{"n": 3, "m": 2}[axis] for axis in one.axes], kind)
              for key, one in kernel.parameters.items()}
    x = np.full((2, 1, 3), 0.25)
    assert np.array_equal(kernel.forward(params, x.astype(kind)).y, kernel.forward(params, x).y)


@pytest.mark.parametrize(("mode", "names", "message"), [
    ("QRNN", (), "torch has no mode 'QRNN'"),
    ("LSTMCell", (), "mode of an nn.LSTMCell is 'LSTM', not 'LSTMCell'"),
    ("RNN", (), "mode of an nn.RNN is 'RNN_TANH' or 'RNN_RELU', not 'RNN'"),
    ("GRU", ("weight_ih_l0",), "no such weights: weight_hh_l0"),
    ("GRU", ("weight_ih_l0", "weight_hh_l0", "extra"), "no such weights: extra"),
    ("LSTM", ("weight_ih_l0", "weight_ih_l1", "weight_hh_l0"), "no such weights: weight_hh_l1"),
])
def test_missing_and_unknown_names_are_told(mode: str, names: tuple[str, ...],
                                            message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_torch(mode, dict.fromkeys(names, np.ones((12, 4))))


@pytest.mark.parametrize(("name", "shape", "words"), [
    ("weight_hh_l0", (12, 5), r"'weight_hh_l0' has shape \(12, 5\), but .* want \(12, 4\)"),
    ("bias_hh_l0", (15,), r"'bias_hh_l0' has shape \(15,\), but .* want \(12,\)"),
    ("bias_ih_l0", (12, 1), r"'bias_ih_l0' has shape \(12, 1\), but it wants one with 1 axis"),
    ("weight_ih_l1", (12, 3), r"'weight_ih_l1' has shape \(12, 3\), but .* want \(12, 4\)"),
])
def test_an_array_that_does_not_fit_is_told_by_its_own_name(
        name: str, shape: tuple[int, ...], words: str) -> None:
    given = {f"{one}_l{layer}": np.ones((12, 3 + layer) if one == "weight_ih" else
                                        (12, 4) if one == "weight_hh" else 12)
             for layer in (0, 1) for one in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    assert len(from_torch("GRU", given).parameters) == 20
    with pytest.raises(ShapeError, match=words):
        from_torch("GRU", given | {name: np.ones(shape)})


def test_a_repr_is_one_short_line() -> None:
    ours = from_torch("GRU", {"weight_ih_l0": np.ones((12, 3)), "weight_hh_l0": np.ones((12, 4))})
    assert repr(ours) == "<TorchNetwork deep_gru: 6 parameters of 2 arrays of torch>"
    kernel = symrnn.compile(ours.network, "numpy")
    assert repr(kernel.checkpointed(ours.parameters, np.ones((7, 1, 3)), 3)) == (
        "<Checkpointed deep_gru: y [7, 1, 4]; final layer1.h [1, 4]; 3 segments>")
    window = kernel.truncated(ours.parameters, np.ones((7, 1, 3)), np.ones((7, 1, 4)), 3)
    assert repr(window) == "<Truncated: y [7, 1, 4]; final layer1.h [1, 4]; 8 gradients>"
    assert repr(kernel.rtrl(ours.parameters)) == "<Rtrl of deep_gru: 6 parameters>"

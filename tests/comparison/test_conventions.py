"""Conventions of four frameworks against each other, and against those that read them."""

import itertools
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.comparison import Verdict, compare
from symrnn.interop import onnx
from symrnn.interop.conventions import FRAMEWORKS, convention
from symrnn.interop.torch_weights import from_torch
from symrnn.program import Role, UnknownName

AFTER = ("pytorch-gru", "onnx-gru:linear_before_reset=1", "keras-gru", "cudnn-gru", "gru")
BEFORE = ("onnx-gru", "keras-gru:reset_after=False", "gru_reset_before")
LSTMS = ("pytorch-lstm", "onnx-lstm", "keras-lstm", "cudnn-lstm", "lstm")


@pytest.mark.parametrize(("a", "b"), [
    *itertools.permutations(AFTER, 2), *itertools.permutations(BEFORE, 2),
    *itertools.permutations(LSTMS, 2)])
def test_conventions_of_one_cell_are_one_function(a: str, b: str) -> None:
    found = compare(a, b)
    assert found.same, str(found)
    counts = [sum(one.name.startswith(("b", "B", "c_")) for one in side.program.with_role(
        Role.PARAMETER)) for side in (found.left, found.right)]
    assert (found.verdict is Verdict.SAME) == (counts[0] == counts[1])


@pytest.mark.parametrize(("a", "b"), [*itertools.product(AFTER, BEFORE)])
def test_reset_before_and_after_are_told_apart(a: str, b: str) -> None:
    found = compare(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert found.difference is not None and found.difference.largest > 1e-3


def test_pytorch_and_onnx_say_what_is_permuted() -> None:
    found = compare("pytorch-gru", "onnx-gru:linear_before_reset=1")
    assert found.verdict is Verdict.SAME
    assert found.parameters == {
        "W.z": "weight_ih.z", "W.r": "weight_ih.r", "W.h": "weight_ih.n",
        "R.z": "weight_hh.z", "R.r": "weight_hh.r", "R.h": "weight_hh.n",
        "B.Wz": "bias_ih.z", "B.Wr": "bias_ih.r", "B.Wh": "bias_ih.n",
        "B.Rz": "bias_hh.z", "B.Rr": "bias_hh.r", "B.Rh": "bias_hh.n"}
    assert "gate order: r, z, n -> z, r, h, blocks 2, 1, 3 of pytorch-gru" in str(found)


def test_the_update_gate_read_the_other_way_round_is_its_sign() -> None:
    found = compare("pytorch-gru", "pytorch-gru:update=replaces")
    assert found.verdict is Verdict.SAME
    turned = {name for name, formula in found.parameters.items() if formula.startswith("-")}
    assert turned == {"weight_ih.z", "weight_hh.z", "bias_ih.z", "bias_hh.z"}


def test_one_bias_of_cudnn_cannot_say_what_two_can() -> None:
    found = compare("cudnn-gru", "cudnn-gru:bias=single_input")
    assert found.verdict is Verdict.DIFFERENT
    assert "With b_R.h zero they are proved to be one function." in str(found)
    assert compare("cudnn-lstm", "cudnn-lstm:bias=single_input").verdict is Verdict.MERGED


def test_coupled_gates_of_onnx_leave_a_block_unread() -> None:
    coupled = "onnx-lstm:input_forget=1,peepholes=1"
    assert "W.f" not in convention(coupled).program
    found = compare("lstm_coupled", "onnx-lstm:input_forget=1")
    assert found.verdict is Verdict.MERGED
    m, n = 3, 2
    given = {one.name: np.ones([{"m": m, "n": n}[axis] for axis in one.axes])
             for one in found.left.program.with_role(Role.PARAMETER)}
    carried = found.weights(given)
    assert carried["W"].shape == (4 * m, n) and not carried["W"][2 * m:3 * m].any()


def arrays(name: str, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Random packed arrays of a convention with n = 2 and m = 3."""
    one = convention(name)
    blocks = {block: random.normal(size=[{"n": 2, "m": 3}[axis] for axis in
                                         one.program[block].axes])
              for array in one.arrays for block in array.blocks if block in one.program}
    return one.packed(blocks)


@pytest.mark.parametrize("name", [*FRAMEWORKS, "keras-gru:reset_after=False",
                                  "onnx-lstm:peepholes=1", "cudnn-gru:bias=single_recurrent"])
def test_packing_and_cutting_are_inverse(name: str) -> None:
    given, one = arrays(name, np.random.default_rng(0)), convention(name)
    again = one.packed(one.blocks(given))
    assert {key: array.tolist() for key, array in again.items()} \
        == {key: array.tolist() for key, array in given.items()}


def test_shapes_are_those_of_the_frameworks() -> None:
    random = np.random.default_rng(0)

    def shapes(name: str) -> dict[str, tuple[int, ...]]:
        return {key: array.shape for key, array in arrays(name, random).items()}

    assert shapes("pytorch-gru") == {"weight_ih": (9, 2), "weight_hh": (9, 3), "bias_ih": (9,),
                                     "bias_hh": (9,)}
    assert shapes("onnx-lstm:peepholes=1") == {"W": (12, 2), "R": (12, 3), "B": (24,), "P": (9,)}
    assert shapes("keras-gru") == {"kernel": (2, 9), "recurrent_kernel": (3, 9), "bias": (2, 9)}
    assert shapes("keras-gru:reset_after=False")["bias"] == (9,)
    assert shapes("keras-lstm") == {"kernel": (2, 12), "recurrent_kernel": (3, 12), "bias": (12,)}


@pytest.mark.parametrize(("mode", "theirs", "attributes"), [
    ("GRU", "onnx-gru:linear_before_reset=1", {"linear_before_reset": 1}),
    ("LSTM", "onnx-lstm", {}),
    ("RNN_TANH", "onnx-rnn", {}),
    ("RNN_RELU", "onnx-rnn:activations=Relu", {"activations": ["Relu"]}),
])
def test_carried_weights_give_in_onnx_what_they_gave_in_torch(
        mode: str, theirs: str, attributes: dict[str, Any]) -> None:
    """Both sides are read by what knows nothing of the prover."""
    random = np.random.default_rng(0)
    kind, _, activation = mode.lower().partition("_")
    ours_there = f"pytorch-{kind}" + (f":nonlinearity={activation}" if activation else "")
    torch = arrays(ours_there, random)
    x = random.normal(size=(5, 2, 2))
    ours = from_torch(mode, {f"{name}_l0": array for name, array in torch.items()})
    wanted = symrnn.compile(ours.network, "numpy", "float64").forward(ours.parameters, x).y
    carried = compare(ours_there, theirs).weights(torch)
    given = [x, *(carried[name][None] for name in "WRB")]
    y = onnx.run(kind.upper(), attributes, given, "numpy", "float64")[0]
    assert np.abs(y[:, 0] - wanted).max() < 1e-14


def test_weights_go_round_through_all_frameworks() -> None:
    given = arrays("pytorch-gru", np.random.default_rng(0))
    carried, ring = given, (*AFTER, AFTER[0])
    for a, b in itertools.pairwise(ring[:4] + ring[-1:]):
        carried = compare(a, b).weights(carried)
    assert all(np.array_equal(carried[name], given[name]) for name in given)


def test_keras_reads_its_own_equations() -> None:
    """The formulas of Keras's documentation, over its packed arrays."""
    random = np.random.default_rng(3)
    given, one = arrays("keras-gru", random), convention("keras-gru")
    x, h = random.normal(size=(1, 1, 2)), random.normal(size=(1, 3))
    inputs = np.split(x[0] @ given["kernel"] + given["bias"][0], 3, 1)
    inner = np.split(h @ given["recurrent_kernel"] + given["bias"][1], 3, 1)
    z, r = (1 / (1 + np.exp(-inputs[place] - inner[place])) for place in (0, 1))
    wanted = z * h + (1 - z) * np.tanh(inputs[2] + r * inner[2])
    kernel = symrnn.compile(one.program, "numpy", "float64")
    assert np.abs(kernel.forward(one.blocks(given), x, {"h": h}).y[0] - wanted).max() < 1e-15


def test_an_elman_network_of_every_library_is_one() -> None:
    for theirs in ("keras-rnn", "onnx-rnn", "cudnn-rnn"):
        assert compare("pytorch-rnn", theirs).same
        assert compare(symrnn.elman(readout=False), theirs).same
    text = str(compare("pytorch-rnn", "keras-rnn"))
    assert "kernel           = weight_ihᵀ" in text and "gate order" not in text
    assert not compare("pytorch-rnn", "cudnn-rnn:mode=relu").same


@pytest.mark.parametrize(("name", "words"), [
    ("torch-gru", "there is no convention 'torch-gru'; there are pytorch-rnn, "),
    ("onnx-gru:reset=1", "onnx-gru has no option 'reset=1'; there are linear_before_reset=0, "),
    ("keras-lstm:bias=2", "keras-lstm has no option 'bias=2'; there are none"),
])
def test_what_is_unknown_is_told(name: str, words: str) -> None:
    with pytest.raises(UnknownName, match="^" + words.replace("(", r"\(")):
        convention(name)


def test_weights_of_what_is_not_the_same_are_refused() -> None:
    with pytest.raises(UnknownName, match="not proved to be one function"):
        compare("pytorch-gru", "onnx-gru").weights({})
    with pytest.raises(symrnn.ShapeError, match="'weight_hh', 'bias_ih', 'bias_hh' are missing"):
        compare("pytorch-gru", "keras-gru").weights({"weight_ih": np.ones((9, 2))})

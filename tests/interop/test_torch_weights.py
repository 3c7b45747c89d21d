"""Torch's weights by name, where no torch is needed."""

import numpy as np
import pytest

from symrnn.interop.torch_weights import from_torch


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


@pytest.mark.parametrize(("mode", "names", "message"), [
    ("QRNN", (), "torch has no mode 'QRNN'"),
    ("GRU", ("weight_ih_l0",), "no such weights: weight_hh_l0"),
    ("GRU", ("weight_ih_l0", "weight_hh_l0", "extra"), "no such weights: extra"),
    ("LSTM", ("weight_ih_l0", "weight_ih_l1", "weight_hh_l0"), "no such weights: weight_hh_l1"),
])
def test_missing_and_unknown_names_are_told(mode: str, names: tuple[str, ...],
                                            message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_torch(mode, dict.fromkeys(names, np.ones((12, 4))))

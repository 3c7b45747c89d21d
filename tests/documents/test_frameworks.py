"""Layers of other libraries on pages: their arrays block by block, as the prover found them."""

import pytest

from symrnn.backends.unicode import UnicodeSpelling
from symrnn.cells import architectures
from symrnn.documents.frameworks import layers
from symrnn.documents.layer import Layer

CELLS = {one.name: one for one in architectures()}


def told(layer: Layer) -> dict[str, list[str]]:
    return {one.name: [f"{name} {UnicodeSpelling()(held)}".strip() for name, held in one.blocks]
            for one in layer.arrays}


def found(name: str) -> dict[str, Layer]:
    return {one.name: one for one in layers(CELLS[name])}


def test_blocks_of_an_lstm_stand_in_each_librarys_order() -> None:
    ours = found("lstm")
    assert told(ours["pytorch-lstm"])["weight_hh"] == ["i U_i", "f U_f", "g U_g", "o U_o"]
    assert told(ours["onnx-lstm"])["W"] == ["i W_i", "o W_o", "f W_f", "c W_g"]
    assert told(ours["keras-lstm"])["kernel"] == ["i W_iᵀ", "f W_fᵀ", "c W_gᵀ", "o W_oᵀ"]
    assert ours["keras-lstm"].arrays[0].layout == ("beside",)
    assert ours["pytorch-lstm"].verdict == "merged" and not ours["pytorch-lstm"].without


def test_a_gru_is_keras_only_with_the_reset_behind_the_product() -> None:
    assert "keras-gru" in found("gru") and "keras-gru:reset_after=False" not in found("gru")
    assert "keras-gru:reset_after=False" in found("gru_reset_before")


def test_an_elman_network_is_a_layer_and_a_readout() -> None:
    ours = found("elman")
    assert {one.without for one in ours.values()} == {("readout",)}
    assert told(ours["pytorch-rnn"]) == {"weight_ih": ["W"], "weight_hh": ["U"],
                                         "bias_ih": ["b"], "bias_hh": ["0"]}
    assert not ours["pytorch-rnn"].arrays[0].layout


@pytest.mark.parametrize("name", ["lstm_peephole", "jordan", "mgu"])
def test_what_no_library_has_is_not_claimed(name: str) -> None:
    assert not {one for one in found(name) if one.startswith(("pytorch", "keras", "cudnn"))}

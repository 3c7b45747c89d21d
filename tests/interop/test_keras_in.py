"""Keras' models read and compared with Keras itself: layers, directions, merges, files.

Keras and PyTorch are large, so the ``test`` extra does not bring them and these tests are skipped
without them: ``pip install -e ".[test,keras]"``.
"""

import os
import sys

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
pytest.importorskip("h5py")

import symrnn  # noqa: E402
from symrnn.exchange import from_keras, from_keras_weights  # noqa: E402
from symrnn.exchange.imported import proof  # noqa: E402
from symrnn.interop import conventions  # noqa: E402
from symrnn.program import Misused, ProgramError  # noqa: E402
from symrnn.runtime.shapes import ShapeError  # noqa: E402

L = keras.layers
BOUND = 2e-6
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def model(*layers):
    made = keras.Sequential([keras.Input((None, 3)), *layers])
    random = np.random.default_rng(2)
    for one in made.weights:
        one.assign(random.normal(size=one.shape) / 2)
    return made


def rnn(kind, units=4, **options):
    return getattr(L, kind)(units, **{"return_sequences": True, **options})


MODELS = {
    "lstm": lambda: model(rnn("LSTM")),
    "lstm without bias": lambda: model(rnn("LSTM", use_bias=False)),
    "gru after": lambda: model(rnn("GRU")),
    "gru before": lambda: model(rnn("GRU", reset_after=False)),
    "gru without bias": lambda: model(rnn("GRU", use_bias=False)),
    "simple": lambda: model(rnn("SimpleRNN", activation="relu")),
    "other activations": lambda: model(rnn("LSTM", activation="softsign",
                                           recurrent_activation="hard_sigmoid")),
    "last step": lambda: model(rnn("LSTM", return_sequences=False), L.Dense(2)),
    "backwards": lambda: model(rnn("GRU", go_backwards=True)),
    "backwards, last step": lambda: model(rnn("GRU", go_backwards=True, return_sequences=False)),
    "stacked": lambda: model(rnn("LSTM"), L.Dropout(0.5), rnn("GRU", 5), rnn("SimpleRNN", 2)),
    "over backwards": lambda: model(rnn("LSTM", go_backwards=True), rnn("GRU", 5)),
    "twice backwards": lambda: model(rnn("LSTM", go_backwards=True),
                                     rnn("GRU", 5, go_backwards=True)),
    "both over backwards": lambda: model(rnn("LSTM", go_backwards=True),
                                         L.Bidirectional(rnn("LSTM", 5)), L.Dense(2)),
    **{f"both, {merge}": lambda merge=merge: model(L.Bidirectional(rnn("GRU"), merge_mode=merge))
       for merge in ("concat", "sum", "mul", "ave")},
    "dense above": lambda: model(rnn("LSTM"), L.Dense(3, activation="tanh"),
                                 L.TimeDistributed(L.Dense(2, use_bias=False))),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_computes_what_keras_computes(name: str) -> None:
    found = from_keras(MODELS[name]())
    assert found.difference <= BOUND
    assert {ours for ours, _ in found.mapping} == set(found.parameters)
    kernel = symrnn.compile(found.network, "numpy")
    assert set(kernel.parameters) == set(found.parameters)


def test_a_stateful_layer_goes_on_from_its_final_states() -> None:
    made = keras.Sequential([keras.Input((4, 3), batch_size=2), rnn("LSTM", stateful=True)])
    found = from_keras(made)
    assert found.difference <= BOUND and "stateful" in found.found[0]
    made.layers[0].reset_state()
    x = np.random.default_rng(3).normal(size=(2, 2, 4, 3)).astype("f4")  # two windows [B, T, n]
    theirs = [np.asarray(made(one).detach()) for one in x]
    kernel = symrnn.compile(found.network, "numpy")
    first = kernel.forward(found.parameters, np.swapaxes(x[0], 0, 1))
    second = kernel.forward(found.parameters, np.swapaxes(x[1], 0, 1), first.final)
    for one, right in zip((first, second), theirs, strict=True):
        assert np.max(np.abs(np.swapaxes(one.y, 0, 1) - right)) <= BOUND


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_files_of_models(ending: str, tmp_path) -> None:
    made = MODELS["both over backwards"]()
    made.save(tmp_path / f"model{ending}")
    found, live = from_keras(tmp_path / f"model{ending}"), from_keras(made)
    assert found.network == live.network and found.difference <= BOUND
    assert all(np.array_equal(one, live.parameters[key]) for key, one in found.parameters.items())


@pytest.mark.parametrize("name", ["lstm", "gru after", "gru before", "both, concat",
                                  "dense above"])
def test_weights_alone_are_known_by_their_shapes(name: str, tmp_path) -> None:
    if name == "dense above":
        made = model(rnn("LSTM"), rnn("LSTM", 5), L.Dense(2))
    else:
        made = MODELS[name]()
    made.save_weights(tmp_path / "own.weights.h5")
    found, live = from_keras_weights(tmp_path / "own.weights.h5"), from_keras(made)
    assert found.network == live.network and found.difference is None
    assert all(np.array_equal(one, live.parameters[key]) for key, one in found.parameters.items())


def test_weights_that_tell_no_order_are_refused(tmp_path) -> None:
    model(rnn("SimpleRNN", 4), rnn("LSTM", 5)).save_weights(tmp_path / "own.weights.h5")
    with pytest.raises(Misused, match=r"weights alone do not tell the order"):
        from_keras_weights(tmp_path / "own.weights.h5")


@pytest.mark.parametrize(("layers", "words"), [
    ((rnn("LSTM"), L.Dense(2, use_bias=False)), "'dense' is neither recurrent nor dense with a b"),
    ((L.Dense(3), rnn("LSTM"), L.Dense(2)), "order|no layer that a chain of recurrent layers has"),
])
def test_weights_of_no_chain_are_refused(layers, words: str, tmp_path) -> None:
    model(*layers).save_weights(tmp_path / "own.weights.h5")
    with pytest.raises(Misused, match=words):
        from_keras_weights(tmp_path / "own.weights.h5")


def h5_of(path, **layers):
    """A file of weights with these arrays by layer."""
    import h5py

    with h5py.File(path, "w") as file:
        file.create_group("layers")
        for name, arrays in layers.items():
            for place, one in enumerate(arrays):
                file[f"layers/{name}/vars/{place}"] = np.ones(one, "f4")
    return path


@pytest.mark.parametrize(("layers", "words"), [
    ({}, "has no layers; a model of Keras 3 saves them by save_weights"),
    ({"embedding": [(5, 3)]}, "the layer 'embedding' is neither recurrent nor dense with a bias"),
    ({"lstm": [(3, 16), (4, 16), (16,)],
      "mean": [(4, 2), (2,)], "rnn": [(2, 8), (2, 8), (8,)]},
     "'rnn' is no layer that a chain of recurrent layers has"),
])
def test_arrays_of_no_chain_are_refused(layers, words: str, tmp_path) -> None:
    with pytest.raises(Misused, match=words):
        from_keras_weights(h5_of(tmp_path / "own.weights.h5", **layers))


def test_arrays_of_no_layer_of_keras_are_told_by_their_shapes(tmp_path) -> None:
    path = h5_of(tmp_path / "own.weights.h5", odd=[(3, 20), (4, 20), (20,)])
    with pytest.raises(ShapeError, match=r"odd: kernel \(3, 20\) and recurrent kernel \(4, 20\) "
                                         "are no layer of"):
        from_keras_weights(path)


def test_h5py_that_is_missing_is_told(monkeypatch, tmp_path) -> None:
    path = h5_of(tmp_path / "own.weights.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(Misused, match=r'HDF5 is read by h5py: pip install "symrnn\[keras\]"'):
        from_keras_weights(path)


@keras.saving.register_keras_serializable()
class Own(L.LSTM):
    """A layer that symrnn does not know."""


def own_activation(x):
    return x * 0.5


@pytest.mark.parametrize(("made", "words"), [
    (lambda: model(L.Conv1D(3, 2), rnn("LSTM")), "Keras' layer Conv1D .* is none that symrnn"),
    (lambda: model(Own(4)), "Keras' layer Own .* is none that symrnn"),
    (lambda: model(L.Dense(3)), "Keras' layer Dense"),
    (lambda: model(rnn("LSTM", activation=own_activation)), "activation 'own_activation'"),
    (lambda: model(rnn("LSTM", activation="selu")), "activation 'selu'"),
    (lambda: model(L.Bidirectional(rnn("LSTM", return_sequences=False))),
     "give it return_sequences=True"),
    (lambda: L.Bidirectional(rnn("LSTM"), merge_mode=None), "merge_mode None|Bidirectional"),
    (lambda: model(L.Bidirectional(rnn("LSTM"), backward_layer=rnn("LSTM", 5, go_backwards=True))),
     "both directions of a Bidirectional are to be one kind of layer, of one size"),
    (lambda: model(L.Bidirectional(Own(4, return_sequences=True))),
     "Keras' layer Own .* is none that symrnn reads; there are"),
    (lambda: model(), "there is no recurrent layer"),
])
def test_what_is_not_read_is_refused_by_name(made, words: str) -> None:
    with pytest.raises(Misused, match=words):
        from_keras(made())


def test_a_graph_that_is_no_chain_is_seen_by_its_numbers() -> None:
    x = keras.Input((None, 4))
    y = rnn("LSTM")(x)
    made = keras.Model(x, rnn("GRU")(y) + y)
    with pytest.raises((ProgramError, Misused)):
        from_keras(made)


def test_a_file_that_is_cut_short_is_one_sentence(tmp_path) -> None:
    MODELS["lstm"]().save(tmp_path / "model.keras")
    MODELS["lstm"]().save_weights(tmp_path / "own.weights.h5")
    for name, reader in (("model.keras", from_keras), ("own.weights.h5", from_keras_weights)):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:len(whole) // 2])
        with pytest.raises(ProgramError) as told:
            reader(tmp_path / name)
        assert "\n" not in str(told.value)


def test_a_file_with_another_keras_model_is_one_sentence(tmp_path) -> None:
    model(rnn("LSTM", activation=own_activation)).save(tmp_path / "model.keras")
    with pytest.raises(ProgramError, match=r"Keras cannot read .*model\.keras: ") as told:
        from_keras(tmp_path / "model.keras")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("name", "gates"), [("keras-lstm", ("f", "i", "g", "o")),
                                             ("keras-gru", ("r", "z", "n"))])
def test_a_wrong_table_of_gates_is_caught(name: str, gates, monkeypatch) -> None:
    """The prover takes a layout at its word; Keras' own numbers do not."""
    from dataclasses import replace
    right = conventions.FRAMEWORKS[name]
    monkeypatch.setitem(conventions.FRAMEWORKS, name, replace(right, gates=gates))
    proof.cache_clear()
    try:
        with pytest.raises(ProgramError, match="so they were read wrongly"):
            from_keras(MODELS["lstm" if name == "keras-lstm" else "gru after"]())
    finally:
        proof.cache_clear()


def test_a_layout_of_another_cell_is_not_proved() -> None:
    with pytest.raises(ProgramError, match="is not proved to be that of gru"):
        proof("keras-gru:reset_after=False", symrnn.gru())

"""Keras 3: live models and layers, ``.keras`` and HDF5.

SimpleRNN, LSTM and GRU, Bidirectional, stacks of these in any direction, and dense layers above
them. Keras reads its own files, in its safe mode, in which nothing of a file is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np

from symrnn.exchange.imported import (Imported, Mapped, Weights, checked, difference, our_output,
                                      random_input)
from symrnn.exchange.layers import (Dense, Kind, Recurrent, Stacked, keras_weights,
                                    known_activation, stacked)
from symrnn.program import ActivationChoice, Misused, ProgramError, counted, quoted
from symrnn.runtime.shapes import Array

SOURCE = "Keras"
ACTIVATIONS: dict[str, ActivationChoice] = {
    "tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "linear": "linear", "elu": "elu",
    "softplus": "softplus", "softsign": "softsign", "hard_sigmoid": "hardsigmoid",
    "hard_tanh": "hard_tanh", "silu": "silu", "gelu": "gelu", "leaky_relu": ("leaky_relu", 0.2)}
MERGES = {"concat": "concat", "sum": "sum", "mul": "mul", "ave": "average"}
RECURRENT = ("SimpleRNN", "LSTM", "GRU")
SKIPPED = ("InputLayer", "Dropout", "SpatialDropout1D", "GaussianNoise")  # nothing at inference
BACKENDS = ("tensorflow", "torch", "jax")
LAST = "it returns the last step alone; symrnn's network returns all"


def from_keras(model: Any) -> Imported:
    """A Keras model, a recurrent layer that is built, or the path of ``.keras`` or ``.h5``.

    Raises ValueError, by name, for a layer, an activation or a way to merge that there is none of
    and where Keras is missing, ProgramError where Keras computes other numbers, OSError.
    """
    whole = _loaded(Path(model)) if isinstance(model, str | os.PathLike) else model
    layers = list(_layers(whole))
    made, notes = _read(layers)
    x = random_input(made.network, made.parameters)
    theirs = np.asarray(_numbers(whole(np.swapaxes(x, 0, 1), training=False)))
    ours = _as_keras(made, layers, our_output(made.network, made.parameters, x))
    return checked(Imported(SOURCE, SOURCE, made.network, made.parameters, notes, made.mapping,
                            difference(ours, theirs)))


def _keras() -> Any:
    """Keras, on a backend that is there. Raises Misused."""
    there = [one for one in BACKENDS if find_spec(one)]
    if there and "KERAS_BACKEND" not in os.environ:
        os.environ["KERAS_BACKEND"] = there[0]
    try:
        import keras
    except ImportError:
        raise Misused('Keras reads its own files: pip install "symrnn[keras]"') from None
    return keras


def _loaded(path: Path) -> Any:
    path.open("rb").close()
    keras = _keras()
    if path.suffix == ".keras" and not is_zipfile(path):
        raise ProgramError(f"{path} is no complete .keras file, which is a zip archive")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras has no class of its own for it
        first = str(error).strip().split("\n")[0]
        raise ProgramError(f"Keras cannot read {path}: {first}") from None


def _layers(model: Any) -> Iterator[Any]:
    """The layers of a model, of models in it, or the one that is given."""
    own = getattr(model, "layers", None)
    if own is None:
        yield model
        return
    for one in own:
        yield from _layers(one)


def _kind_name(layer: Any) -> str:
    return type(layer).__name__


def _read(layers: list[Any]) -> tuple[Stacked, tuple[str, ...]]:
    recurrent, above, notes = list[Recurrent](), list[Dense](), list[str]()
    for layer in layers:
        kind = _kind_name(layer)
        inner = layer.layer if kind == "TimeDistributed" else layer
        if kind in SKIPPED:
            continue
        if _kind_name(inner) == "Dense" and recurrent:
            above.append(_dense(inner))
        elif kind in (*RECURRENT, "Bidirectional") and not above:
            recurrent.append(_recurrent(layer))
            notes.append(f"{layer.name}: {_told(layer)}")
        else:
            raise Misused(f"Keras' layer {kind} ({quoted(layer.name)}) is none that symrnn reads "
                          f"here; there are {', '.join(RECURRENT)} and Bidirectional, then Dense")
    return stacked(recurrent, above), tuple(notes)


def _told(layer: Any) -> str:
    """What a layer is, for people."""
    inner = layer.forward_layer if _kind_name(layer) == "Bidirectional" else layer
    words = [f"{_kind_name(inner)}, {counted(inner.units, 'unit')}"]
    if inner is not layer:
        words.append(f"in both directions, merged by {layer.merge_mode}")
    words += ["backwards in time"] * bool(getattr(layer, "go_backwards", False))
    words += ["stateful: a run goes on by initial=run.final"] * bool(layer.stateful)
    return "; ".join([*words, *[LAST] * (not inner.return_sequences)])


def _recurrent(layer: Any) -> Recurrent:
    if _kind_name(layer) != "Bidirectional":
        return Recurrent(_kind(layer).cell(), (_weights(layer, layer.name),),
                         backwards=bool(layer.go_backwards))
    forward, backward = layer.forward_layer, layer.backward_layer
    if layer.merge_mode not in MERGES:
        raise Misused(f"{layer.name} has merge_mode {quoted(layer.merge_mode)}, which gives two "
                      f"outputs; there are {', '.join(MERGES)}")
    kinds = {_kind(forward), _kind(backward)}
    if len(kinds) != 1 or forward.go_backwards or forward.units != backward.units:
        raise Misused(f"{layer.name}: both directions of a Bidirectional are to be one kind of "
                      f"layer, of one size, the forward one forwards")
    return Recurrent(_kind(forward).cell(), (_weights(forward, f"{layer.name}, forward"),
                                             _weights(backward, f"{layer.name}, backward")),
                     MERGES[layer.merge_mode])


def _kind(layer: Any) -> Kind:
    name = _kind_name(layer)
    if name not in RECURRENT:
        raise Misused(f"Keras' layer {name} ({quoted(layer.name)}) is none that symrnn reads; "
                      f"there are {', '.join(RECURRENT)}")
    gate = getattr(layer, "recurrent_activation", None)
    return Kind(name, _activation(layer.activation, layer.name),
                "sigmoid" if gate is None else _activation(gate, layer.name),
                bool(getattr(layer, "reset_after", True)))


def _activation(function: Any, called: str) -> ActivationChoice:
    return known_activation(getattr(function, "__name__", str(function)), ACTIVATIONS, called)


def _weights(layer: Any, called: str) -> tuple[Weights, Mapped]:
    return keras_weights(_kind(layer), layer.get_weights(), called)


def _dense(layer: Any) -> Dense:
    kernel, *bias = layer.get_weights()
    own = bias[0] if bias else np.zeros(kernel.shape[1], kernel.dtype)
    return Dense(kernel, own, _activation(layer.activation, layer.name), layer.name)


def _as_keras(made: Stacked, layers: list[Any], y: Array) -> Array:
    """Our outputs [T, B, q] as Keras gives them: batch first, in its order, or the last step."""
    whole = y[::-1] if made.turned else y
    last = [one for one in layers if _kind_name(one) in (*RECURRENT, "Bidirectional")][-1]
    both = _kind_name(last) == "Bidirectional"
    if (last.forward_layer if both else last).return_sequences:
        return np.swapaxes(whole, 0, 1)
    if not both:
        alone: Array = whole[-1]
        return alone
    raise Misused(f"{last.name} joins the last output of one direction with the first of the "
                  f"other, which is no output of a step; give it return_sequences=True")


def _numbers(tensor: Any) -> Any:
    return tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor


def rtneural_output(layers: list[Any], x: Array) -> Array | None:
    """What Keras computes with the layers of an RTNeural file; None where Keras is missing."""
    if find_spec("keras") is None or not any(map(find_spec, BACKENDS)):
        return None
    kinds, keras = {"lstm": "LSTM", "gru": "GRU"}, _keras()
    value = np.swapaxes(x, 0, 1)
    for layer in layers:
        arrays = [np.asarray(one, np.float32) for one in layer["weights"]]
        own = getattr(keras.layers, kinds.get(layer["type"], "Dense"))
        options: dict[str, Any] = ({"return_sequences": True} if layer["type"] in kinds
                                   else {"activation": layer.get("activation") or None})
        if layer["type"] == "gru":
            options["reset_after"] = len(arrays) == 3 and arrays[2].ndim == 2
        made = own(arrays[1].shape[0] if layer["type"] in kinds else arrays[0].shape[1],
                   use_bias=len(arrays) == 2 + (layer["type"] in kinds), **options)
        made.build(value.shape)
        made.set_weights(arrays)
        value = np.asarray(_numbers(made(value, training=False)))
    return np.swapaxes(value, 0, 1)

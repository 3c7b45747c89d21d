"""Keras 3: live models and layers, ``.keras``, HDF5, and ``.weights.h5``, which has no layers.

SimpleRNN, LSTM and GRU, Bidirectional, stacks of these in any direction, and dense layers above
them. Keras reads its own files, in its safe mode, in which nothing of a file is run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.exchange.imported import (Imported, Mapped, Weights, checked, difference, our_output,
                                      random_input)
from symrnn.exchange.layers import (Dense, Kind, Recurrent, Stacked, keras_weights, kind_of,
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

    Raises Misused, by name, for a layer, an activation or a way to merge that there is none of
    and where Keras is missing, ProgramError where Keras computes other numbers, OSError.
    """
    whole = _loaded(Path(model)) if isinstance(model, str | os.PathLike) else model
    layers = list(_layers(whole))
    made, notes = _read(layers)
    x = random_input(made.network, made.parameters)
    theirs = np.asarray(_numbers(whole(np.swapaxes(x, 0, 1), training=False)))
    ours = _as_keras(made, layers, our_output(made.network, made.parameters, x))
    return checked(Imported(SOURCE, made.network, made.parameters, notes, made.mapping,
                            difference(ours, theirs)))


def from_keras_weights(path: str | os.PathLike[str]) -> Imported:
    """A ``.weights.h5``: arrays without layers, so activations are taken as Keras' own defaults.

    Kinds are told by the shapes, merging as a concatenation. Raises Misused, ShapeError, OSError.
    """
    own = Path(path)
    layers, above, notes = list[Recurrent](), list[Dense](), list[str]()
    for name, arrays in _chained(own, _groups(own)):
        if arrays and len(arrays[0]) == 1 or not arrays:
            raise Misused(f"{own}: the layer {quoted(name)} is neither recurrent nor dense")
        if len(arrays) == 1 and len(arrays[0]) == 2 and arrays[0][1].ndim == 1:
            above.append(Dense(*arrays[0], "linear", name))
            continue
        kinds = {_kind_by_shape(one, name) for one in arrays}
        if above or len(kinds) != 1:
            raise Misused(f"{own}: {quoted(name)} is no layer that a chain of recurrent layers has")
        (kind,) = kinds
        directions = tuple(keras_weights(kind, one, f"{name}, {word}" * (len(arrays) == 2) or name)
                           for one, word in zip(arrays, ("forward", "backward"), strict=False))
        layers.append(Recurrent(kind.cell(), directions))
        notes.append(f"{name}: {kind.name} by its shapes, taken forwards with Keras' own activations")
    made = stacked(layers, above)
    return Imported(SOURCE, made.network, made.parameters, tuple(notes), made.mapping, None)


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
        return whole[-1]
    raise Misused(f"{last.name} joins the last output of one direction with the first of the "
                  f"other, which is no output of a step; give it return_sequences=True")


def _numbers(tensor: Any) -> Any:
    return tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor


def _groups(path: Path) -> dict[str, list[list[Array]]]:
    """The arrays of each layer of a ``.weights.h5``, one list for each direction."""
    try:
        import h5py
    except ImportError:
        raise Misused('HDF5 is read by h5py: pip install "symrnn[keras]"') from None
    path.open("rb").close()
    try:
        with h5py.File(path, "r") as file:
            found: dict[str, list[list[Array]]] = {}
            for name, layer in (file["layers"] if "layers" in file else {}).items():
                parts = ([layer[one] for one in ("forward_layer", "backward_layer")]
                         if "forward_layer" in layer else [layer])
                arrays = [_variables(one["cell"] if "cell" in one else one) for one in parts]
                if any(arrays):
                    found[name] = arrays
    except (OSError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise ProgramError(f"{path} is no complete file of Keras' weights: {error}") from None
    if not found:
        raise Misused(f"{path} has no layers; a model of Keras 3 saves them by save_weights")
    return found


def _variables(group: Any) -> list[Array]:
    own = group["vars"] if "vars" in group else {}
    return [np.asarray(own[key][()]) for key in sorted(own, key=int)]


def _chained(path: Path, groups: dict[str, list[list[Array]]]
             ) -> Iterator[tuple[str, list[list[Array]]]]:
    """The layers in the order of their numbers, each as wide as the one below it gives."""
    wide = 0
    for name in sorted(groups, key=_place):
        inside, outside = _widths(groups[name])
        if wide not in (0, inside):
            raise Misused(f"{path}: {quoted(name)} reads {inside} entries, but the layer before "
                          f"gives {wide}; weights alone do not tell the order of these layers, so "
                          f"give the .keras file")
        wide = outside
        yield name, groups[name]


def _widths(arrays: list[list[Array]]) -> tuple[int, int]:
    """How many entries a layer reads and gives."""
    first = arrays[0]
    recurrent = len(first) > 1 and first[1].ndim == 2
    outside = first[1].shape[0] if recurrent else first[0].shape[-1]
    return first[0].shape[0], outside * len(arrays)


def _place(name: str) -> tuple[bool, int, str]:
    number = re.search(r"_(\d+)$", name)
    return name.startswith("dense"), int(number[1]) if number else 0, name


def _kind_by_shape(arrays: list[Array], called: str) -> Kind:
    name = kind_of(arrays[0], arrays[1], called)
    single = name == "GRU" and len(arrays) == 3 and arrays[2].ndim == 1
    return Kind(name, reset_after=not single)

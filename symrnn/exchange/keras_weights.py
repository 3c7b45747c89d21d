"""Keras' ``.weights.h5``: arrays by the names of layers, without what the layers are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.exchange.imported import Imported, checked
from symrnn.exchange.keras_models import SOURCE
from symrnn.exchange.layers import Dense, Kind, Recurrent, keras_weights, kind_of, stacked
from symrnn.program import Misused, ProgramError, printable, quoted
from symrnn.runtime.shapes import Array


def from_keras_weights(path: str | os.PathLike[str]) -> Imported:
    """A ``.weights.h5``: arrays without layers, so activations are taken as Keras' own defaults.

    Kinds are told by the shapes, merging as a concatenation. Raises ValueError, ShapeError,
    OSError.
    """
    own = Path(path)
    layers, above, notes = list[Recurrent](), list[Dense](), list[str]()
    for name, arrays in _chained(own, _groups(own)):
        if (arrays and len(arrays[0]) == 1) or not arrays:
            raise Misused(f"{own}: the layer {quoted(name)} is neither recurrent nor dense with "
                         f"a bias")
        if len(arrays) == 1 and len(arrays[0]) == 2 and arrays[0][1].ndim == 1:
            kernel, bias = arrays[0]
            above.append(Dense(kernel, bias, "linear", name))
            continue
        kinds = {_kind_by_shape(one, name) for one in arrays}
        if above or len(kinds) != 1:
            raise Misused(f"{own}: {quoted(name)} is no layer that a chain of recurrent layers has")
        (kind,) = kinds
        directions = tuple(keras_weights(kind, one, f"{name}, {word}" * (len(arrays) == 2) or name)
                           for one, word in zip(arrays, ("forward", "backward"), strict=False))
        layers.append(Recurrent(kind.cell(), directions))
        notes.append(f"{name}: {kind.name} by its shapes; taken to read forwards, with Keras' own "
                     f"activations")
    made = stacked(layers, above)
    return checked(Imported(SOURCE, SOURCE, made.network, made.parameters, tuple(notes),
                            made.mapping, None, "weights alone are no model that it could run"))


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
            for name, layer in file.get("layers", {}).items():
                parts = ([layer[one] for one in ("forward_layer", "backward_layer")]
                         if "forward_layer" in layer else [layer])
                arrays = [_variables(one.get("cell", one)) for one in parts]
                if any(arrays):
                    found[name] = arrays
    except (OSError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise ProgramError(f"{path} is no complete file of Keras' weights: "
                               f"{printable(str(error))}") from None
    if not found:
        raise Misused(f"{path} has no layers; a model of Keras 3 saves them by save_weights")
    return found


def _variables(group: Any) -> list[Array]:
    own = group.get("vars", {})
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

"""PyTorch: a live module, or a state_dict in a safetensors file; nn.RNN, nn.LSTM, nn.GRU, cells.

A state_dict tells no kind. It follows from the shapes, but for the activation of an nn.RNN, which
has to be told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.exchange.imported import (Imported, checked, difference, our_output, proof,
                                      random_input)
from symrnn.interop.torch_weights import FIRST, MODES, TorchNetwork, from_torch
from symrnn.program import Misused, counted, local, quoted
from symrnn.runtime.shapes import Array, ShapeError
from symrnn.storage import read_arrays

SOURCE = "PyTorch"
MODULES = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
GATES = {3: "GRU", 4: "LSTM"}  # blocks of weight_hh, and the mode that has so many


def from_torch_module(module: Any, prefix: str | None = None) -> Imported:
    """A live module, or the recurrent module in it that ``prefix`` names.

    Raises ValueError where there is none or several, ProgramError where PyTorch computes other
    numbers.
    """
    found = {name: one for name, one in module.named_modules() if type(one).__name__ in MODULES}
    if prefix is not None:
        found = {name: one for name, one in found.items() if name == prefix.removesuffix(".")}
    if len(found) != 1:
        raise Misused(f"there {'are several' if found else 'is no'} recurrent module"
                      f"{'s' * bool(found)} here; tell which by prefix=, one of "
                      f"{', '.join(map(quoted, found)) or ', '.join(MODULES)}")
    ((name, one),) = found.items()
    mode = getattr(one, "mode", type(one).__name__.removesuffix("Cell"))
    if mode == "RNN":
        mode = f"RNN_{one.nonlinearity.upper()}"
    weights = {f"{name}.{key}" if name else key: value for key, value in one.state_dict().items()}
    return _imported(mode, _taken(mode, weights, None), name)


def from_torch_weights(path: str | os.PathLike[str], mode: str = "",
                       prefix: str | None = None) -> Imported:
    """A state_dict in a .safetensors or .npz file; ``prefix`` tells which module is meant.

    ``mode`` is needed where the shapes leave it open: RNN_TANH or RNN_RELU. Raises ValueError
    there and for weights of no such module, ShapeError, ProgramError, OSError.
    """
    return from_state_dict(read_arrays(Path(path)), mode, prefix)


def from_state_dict(weights: Mapping[str, Any], mode: str = "",
                    prefix: str | None = None) -> Imported:
    """The network of a ``state_dict``: arrays or tensors by PyTorch's names for them.

    ``mode`` (LSTM, GRU, RNN_TANH, RNN_RELU) is needed where the shapes leave it open, ``prefix``
    where there are several modules. Raises ValueError where none or another one is meant,
    ShapeError for arrays that do not fit together.
    """
    wanted = None if prefix is None else prefix and prefix.removesuffix(".") + "."
    there = [*dict.fromkeys(where for where, own in map(local, weights) if own in FIRST)]
    places = [where for where in there if wanted in (None, where)]
    if len(places) != 1:
        known = ", ".join(quoted(one.removesuffix(".")) for one in there)
        raise Misused("there are no weights of a recurrent module of PyTorch, weight_ih_l0 and so "
                      "on" if not there else
                      f"there are several modules; tell which by prefix, one of {known}"
                      if wanted is None else
                      f"there is no recurrent module {quoted(prefix)}; there are {known}")
    place = places[0]
    chosen = mode or _mode({own: one for where, own in [*map(local, weights)]
                            for one in [weights[where + own]] if where == place})
    if chosen not in MODES:
        raise Misused(f"PyTorch has no mode {quoted(chosen)}; there are {', '.join(MODES)}")
    return _imported(chosen, _taken(chosen, weights, place.removesuffix(".")), place)


def _taken(mode: str, weights: Mapping[str, Any], prefix: str | None) -> TorchNetwork:
    """The network of some weights. Raises Misused where a name is missing or over."""
    try:
        return from_torch(mode, weights, prefix)
    except ShapeError:
        raise
    except ValueError as error:
        raise Misused(str(error)) from None


def _mode(own: Mapping[str, Any]) -> str:
    """The mode of a module, by the shapes of its arrays. Raises Misused."""
    alone = "weight_ih" in own
    first, memory = (own.get(name if alone else f"{name}_l0") for name in
                     ("weight_ih", "weight_hh"))
    projection = own.get("weight_hr_l0")
    if first is None or memory is None:
        raise Misused("weight_ih and weight_hh of one module are wanted")
    if projection is not None:
        return "LSTM"
    count = memory.shape[0] / memory.shape[-1]
    if count == 1:
        raise Misused("an nn.RNN's weights do not tell its activation; say which it is, "
                      "RNN_TANH or RNN_RELU, by --kind")
    if count not in GATES:
        raise Misused(f"weight_hh has shape {tuple(memory.shape)}, which no module of PyTorch has")
    return GATES[int(count)]


def _imported(mode: str, ours: TorchNetwork, place: str) -> Imported:
    """With the layout proved and the numbers compared."""
    build, _ = MODES[mode]
    kind, _, activation = mode.lower().partition("_")
    proof(f"pytorch-{kind}" + f":nonlinearity={activation}" * bool(activation), build())
    places: dict[str, list[str]] = {name: [] for name in ours.parameters}
    for array, names in ours.table.items():
        for number, name in enumerate(names):
            places[name].append(f"{array}, {_block(number, len(names))}")
    mapping = tuple((name, " + ".join(own)) for name, own in places.items())
    where = f" at {place.removesuffix('.')}" if place else ""
    found = (f"nn.{mode.partition('_')[0]}{where}: mode {mode}, "
             f"{counted(len(ours.copies), 'layer')} and directions together",)
    x = random_input(ours.network, ours.parameters)
    theirs = torch_output(mode, ours, x)
    gap = (None if theirs is None
           else difference(our_output(ours.network, ours.parameters, x), theirs))
    return checked(Imported(SOURCE, SOURCE, ours.network, ours.parameters, found, mapping, gap))


def _block(number: int, count: int) -> str:
    return f"block {number + 1} of {count}" if count > 1 else "the whole"


def torch_output(mode: str, ours: TorchNetwork, x: Array) -> Array | None:
    """What PyTorch's module computes with these weights; None where PyTorch is missing."""
    try:
        import torch
    except ImportError:
        return None
    arrays = {_numbered(local(name)[1]): array for name, array in
              _arrays(ours).items()}
    first, memory = arrays["weight_ih_l0"], arrays["weight_hh_l0"]
    both = "weight_ih_l0_reverse" in arrays
    kind = getattr(torch.nn, mode.partition("_")[0])
    more = {"proj_size": memory.shape[1]} if "weight_hr_l0" in arrays else {}
    more |= {"nonlinearity": mode.partition("_")[2].lower()} if mode.startswith("RNN") else {}
    gates = len(MODES[mode][1])
    module = kind(first.shape[1], first.shape[0] // gates, len(ours.copies) // (1 + both),
                  bias="bias_ih_l0" in arrays, bidirectional=both, **more)
    state = module.state_dict()
    module.load_state_dict({name: torch.tensor(arrays[name]) for name in state})
    with torch.no_grad():
        found: Array = module(torch.tensor(x))[0].numpy()
    return found


def _arrays(ours: TorchNetwork) -> dict[str, Array]:
    """PyTorch's arrays, as they were given."""
    return {name: np.asarray(one, np.float32) for name, one in ours.arrays.items()}


def _numbered(name: str) -> str:
    """A cell's name of an array as that of a first layer."""
    return name if "_l" in name else f"{name}_l0"

"""PyTorch's nn.RNN, nn.LSTM and nn.GRU: their weights, by torch's names, as symrnn's networks.

PyTorch itself is not needed. It has two biases for each gate, which are summed here, except
for the GRU's candidate, whose second one stands inside the reset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, product
from typing import Any

import numpy as np

from symrnn.authoring import bidirectional, deep
from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.interop.packing import (Table, inner_biases, named, packed,
                                    parameter_names, unpacked)
from symrnn.program import Program, counted, local, quoted
from symrnn.runtime.shapes import Array, ShapeError, numbers

FIRST = ("weight_ih_l0", "weight_ih")  # by one of these a module or a cell is known

# torch's mode: how the cell is built, and the order of its gates
MODES: dict[str, tuple[Callable[..., Program], tuple[str, ...]]] = {
    "RNN_TANH": (partial(elman, activation="tanh", readout=False), ("",)),
    "RNN_RELU": (partial(elman, activation="relu", readout=False), ("",)),
    "LSTM": (lstm, ("i", "f", "g", "o")),
    "GRU": (gru, ("r", "z", "n")),
}


@dataclass(frozen=True, repr=False)
class TorchNetwork:
    """A network with its parameters, and the way back to torch's names.

    ``copies`` are the prefixes of layers and directions, in torch's order, ``arrays`` torch's own.
    """

    network: Program
    parameters: dict[str, Array]
    table: Table
    copies: tuple[str, ...]
    arrays: Mapping[str, Array]

    def __repr__(self) -> str:
        return (f"<TorchNetwork {self.network.name}: "
                f"{counted(len(self.parameters), 'parameter')} of "
                f"{counted(len(self.table), 'array')} of torch>")

    def states(self, letter: str, array: Any) -> dict[str, Array]:
        """Torch's ``h_0`` or ``c_0`` [layers * directions, B, m] by our names."""
        return {f"{copy}{letter}": row for copy, row in zip(self.copies, array, strict=True)}

    def gradients(self, ours: Mapping[str, Array]) -> dict[str, Array]:
        """What ``kernel.backward`` returned, as the gradients of torch's parameters."""
        return packed(self.table, ours)


def from_torch(mode: str, weights: Mapping[str, Any], prefix: str | None = None) -> TorchNetwork:
    """The network of a torch module and its parameters.

    ``mode`` is the module's (``RNN_TANH``, ``RNN_RELU``, ``LSTM``, ``GRU``), ``weights`` its
    parameters by name (``weight_ih_l0``, ..., or ``weight_ih``, ... of an ``LSTMCell``), from
    which layers, directions, biases and projection are seen. They are arrays or tensors of any
    floating type; those of 16 bits become float32. Names may share a prefix, as in a whole
    model's ``state_dict()``; ``prefix="encoder.lstm"`` tells which module is meant where there
    are several. Raises ValueError for another mode or name, ShapeError for arrays that do not
    fit together.
    """
    if mode not in MODES:
        raise ValueError(_unknown(mode))
    build, gates = MODES[mode]
    place = _place(mode, weights, prefix)
    own = {one: array for name, array in weights.items()
           for where, one in [local(name)] if where == place}
    alone = "weight_ih" in own  # a cell, whose names tell no layer
    projection = {"projection": True} if "weight_hr_l0" in own else {}
    cell = build(bias=("bias_ih" if alone else "bias_ih_l0") in own, **projection)
    layers = sum(name.startswith("weight_ih") for name in own)
    both = "weight_ih_l0_reverse" in own
    layers = layers // 2 if both else layers
    network = deep(bidirectional(cell, readout=False) if both else cell, layers)
    copies = {"": "layer1."} if alone else dict(_copies(layers, both))
    table = {f"{place}{name}{suffix}": tuple(f"{copy}{one}" for one in ours)
             for suffix, copy in copies.items() for name, ours in cell_table(cell, gates).items()}
    wrong = set(table) ^ {place + name for name in own}
    if wrong:
        raise ValueError(f"{mode}: no such weights: {', '.join(sorted(wrong))}")
    arrays = {name: _array(name, weights[name]) for name in table}
    _must_fit(table, arrays, network)
    return TorchNetwork(network, unpacked(table, arrays, network), table, tuple(copies.values()),
                        arrays)


def torch_table(network: Program) -> Table | None:
    """Torch's arrays of a network that a module of torch computes too; None for any other one.

    The equations decide, equal ones alone: the names only tell which module to hold them against.
    """
    for build, gates in MODES.values():
        for bias, options in product((True, False), ({}, {"projection": True})):
            if build is not lstm and options:
                continue
            cell = build(bias=bias, **options)
            for form, copies in _forms(cell, network):
                table = {f"{name}{suffix}": tuple(f"{copy}{one}" for one in ours)
                         for suffix, copy in copies.items()
                         for name, ours in cell_table(cell, gates).items()}
                named_alike = parameter_names(network) == set(chain(*table.values()))
                if named_alike and form() == network:
                    return table
    return None


def _forms(cell: Program, network: Program
           ) -> Iterator[tuple[Callable[[], Program], dict[str, str]]]:
    """One direction or two of a cell, alone or in as many layers as the network's names have."""
    layers = len({place.partition(".")[0] for place, _ in map(local, parameter_names(network))})
    both = partial(bidirectional, cell, readout=False)
    yield lambda: cell, {"_l0": ""}
    yield both, {"_l0": "forward.", "_l0_reverse": "backward."}
    yield lambda: deep(cell, layers), dict(_copies(layers, False))
    yield lambda: deep(both(), layers), dict(_copies(layers, True))


def _unknown(mode: str) -> str:
    """What is wrong with a mode, in one sentence: a class of torch is none."""
    for kind in ("RNN", "LSTM", "GRU"):
        if mode in (kind, f"{kind}Cell"):
            modes = " or ".join(repr(one) for one in MODES if one.startswith(kind))
            return f"torch's mode of an nn.{mode} is {modes}, not {mode!r}; give that"
    return f"torch has no mode {quoted(mode)}; there are {', '.join(MODES)}"


def _must_fit(table: Table, arrays: Mapping[str, Array], network: Program) -> None:
    """Raise ShapeError, by torch's names, for an array that does not fit the ones before it."""
    sizes = dict[str, int]()
    for name, ours in table.items():
        shape, axes = arrays[name].shape, network[ours[0]].axes
        if len(shape) != len(axes):
            raise ShapeError(f"'{name}' has shape {shape}, but it wants one with "
                             f"{len(axes)} {'axis' if len(axes) == 1 else 'axes'}")
        if shape[0] % len(ours):
            return  # what cannot be cut is told where it is cut
        blocks = (shape[0] // len(ours), *shape[1:])
        sizes = {**dict(zip(axes, blocks, strict=True)), **sizes}
        wanted = tuple(sizes[axis] for axis in axes)
        if blocks != wanted:
            raise ShapeError(f"'{name}' has shape {shape}, but the weights before it want "
                             f"{(wanted[0] * len(ours), *wanted[1:])}")


def _place(mode: str, weights: Mapping[str, Any], prefix: str | None) -> str:
    """What stands before the names of the one module that is meant, with its dot."""
    places = [*dict.fromkeys(where for where, own in map(local, weights) if own in FIRST)]
    if prefix is not None:
        wanted = prefix and prefix.removesuffix(".") + "."
        places = [one for one in places if one == wanted]
    if len(places) == 1:
        return places[0]
    if places:
        raise ValueError(f"{mode}: there are several modules; tell which by prefix=, one of "
                         f"{', '.join(repr(one.removesuffix('.')) for one in places)}")
    under = f" under {prefix!r}" if prefix else ""
    raise ValueError(f"{mode}: no names of a recurrent module{under} among "
                     f"{', '.join(list(weights)[:4]) or 'none'}; they are weight_ih_l0, "
                     f"weight_hh_l0, ..., of a cell weight_ih, weight_hh, ..., each behind one "
                     f"prefix or none")


def _array(name: str, given: Any) -> Array:
    """A tensor or an array as float32 at least. Raises ShapeError."""
    array = numbers(given, name)
    return array.astype(np.result_type(array, np.float32), copy=False)


def cell_table(cell: Program, gates: tuple[str, ...]) -> Table:
    """Torch's arrays of one layer and direction, without those that the cell lacks."""
    table = {"weight_ih": named("W", gates), "weight_hh": named("U", gates),
             "bias_ih": named("b", gates), "bias_hh": inner_biases(cell, gates),
             "weight_hr": ("P",)}
    known = parameter_names(cell)
    return {name: ours for name, ours in table.items() if known.issuperset(ours)}


def _copies(layers: int, both: bool) -> Iterator[tuple[str, str]]:
    """``_l0_reverse`` of torch is our ``layer1.backward.``."""
    for layer in range(layers):
        yield f"_l{layer}", f"layer{layer + 1}." + "forward." * both
        if both:
            yield f"_l{layer}_reverse", f"layer{layer + 1}.backward."

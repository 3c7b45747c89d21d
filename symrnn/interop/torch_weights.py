"""PyTorch's nn.RNN, nn.LSTM and nn.GRU: their weights, by torch's names, as symrnn's networks.

PyTorch itself is not needed. It has two biases for each gate, which are summed here, except
for the GRU's candidate, whose second one stands inside the reset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from symrnn.authoring import bidirectional, deep
from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.interop.packing import (Table, inner_biases, named, packed,
                                    parameter_names, unpacked)
from symrnn.program import Program, quoted
from symrnn.runtime.shapes import Array

# torch's mode: how the cell is built, and the order of its gates
MODES: dict[str, tuple[Callable[..., Program], tuple[str, ...]]] = {
    "RNN_TANH": (partial(elman, activation="tanh", readout=False), ("",)),
    "RNN_RELU": (partial(elman, activation="relu", readout=False), ("",)),
    "LSTM": (lstm, ("i", "f", "g", "o")),
    "GRU": (gru, ("r", "z", "n")),
}


@dataclass(frozen=True)
class TorchNetwork:
    """A network with its parameters, and the way back to torch's names.

    ``copies`` are the prefixes of layers and directions, in torch's order.
    """

    network: Program
    parameters: dict[str, Array]
    table: Table
    copies: tuple[str, ...]

    def states(self, letter: str, array: Any) -> dict[str, Array]:
        """Torch's ``h_0`` or ``c_0`` [layers * directions, B, m] by our names."""
        return {f"{copy}{letter}": row for copy, row in zip(self.copies, array, strict=True)}

    def gradients(self, ours: Mapping[str, Array]) -> dict[str, Array]:
        """What ``kernel.backward`` returned, as the gradients of torch's parameters."""
        return packed(self.table, ours)


def from_torch(mode: str, weights: Mapping[str, Any]) -> TorchNetwork:
    """The network of a torch module and its parameters.

    ``mode`` is the module's (``RNN_TANH``, ``RNN_RELU``, ``LSTM``, ``GRU``), ``weights`` its
    parameters as arrays by name (``weight_ih_l0``, ...), from which layers, directions, biases
    and projection are seen. Raises ValueError for another mode or name.
    """
    if mode not in MODES:
        raise ValueError(f"torch has no mode {quoted(mode)}; there are {', '.join(MODES)}")
    build, gates = MODES[mode]
    projection = {"projection": True} if "weight_hr_l0" in weights else {}
    cell = build(bias="bias_ih_l0" in weights, **projection)
    layers = sum(name.startswith("weight_ih_l") for name in weights)
    both = "weight_ih_l0_reverse" in weights
    layers = layers // 2 if both else layers
    network = deep(bidirectional(cell, readout=False) if both else cell, layers)
    copies = dict(_copies(layers, both))
    table = {f"{name}_{suffix}": tuple(f"{copy}{one}" for one in ours)
             for suffix, copy in copies.items() for name, ours in cell_table(cell, gates).items()}
    if set(table) != set(weights):
        raise ValueError(f"{mode}: no such weights: {', '.join(sorted(set(table) ^ set(weights)))}")
    return TorchNetwork(network, unpacked(table, weights, network), table, tuple(copies.values()))


def cell_table(cell: Program, gates: tuple[str, ...]) -> Table:
    """Torch's arrays of one layer and direction, without those that the cell lacks."""
    table = {"weight_ih": named("W", gates), "weight_hh": named("U", gates),
             "bias_ih": named("b", gates), "bias_hh": inner_biases(cell, gates),
             "weight_hr": ("P",)}
    known = parameter_names(cell)
    return {name: ours for name, ours in table.items() if known.issuperset(ours)}


def _copies(layers: int, both: bool) -> Iterator[tuple[str, str]]:
    """``l0_reverse`` of torch is our ``layer1.backward.``."""
    for layer in range(layers):
        yield f"l{layer}", f"layer{layer + 1}." + "forward." * both
        if both:
            yield f"l{layer}_reverse", f"layer{layer + 1}.backward."

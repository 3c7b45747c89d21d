"""Layers as other libraries stack them, and the one network that they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symrnn.authoring import bidirectional, readout
from symrnn.authoring.compose import stack
from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.exchange.imported import Mapped, Weights, carried, under, with_readout
from symrnn.program import ActivationChoice, Misused, Program, quoted, reverse
from symrnn.runtime.shapes import Array, ShapeError

GATES = {1: "SimpleRNN", 3: "GRU", 4: "LSTM"}  # blocks of the kernel, and what has so many
KERAS = ("kernel", "recurrent_kernel", "bias")


@dataclass(frozen=True)
class Kind:
    """A recurrent layer of Keras' layout: what it is, and its activations by our names."""

    name: str
    activation: ActivationChoice = "tanh"
    gate_activation: ActivationChoice = "sigmoid"
    reset_after: bool = True

    def cell(self, plain: bool = False) -> Program:
        """The cell; ``plain`` with the activations for which layouts are proved."""
        squash = {} if plain else {"activation": self.activation}
        gate = {} if plain else {"gate_activation": self.gate_activation}
        if self.name == "SimpleRNN":
            return elman(readout=False, **squash)
        if self.name == "GRU":
            return gru(reset_after=self.reset_after, **squash, **gate)
        return lstm(**squash, **gate, **({} if plain else {"output_activation": self.activation}))

    @property
    def convention(self) -> str:
        """The name of the layout."""
        if self.name == "GRU":
            return f"keras-gru:reset_after={self.reset_after}"
        return "keras-lstm" if self.name == "LSTM" else "keras-rnn"


@dataclass(frozen=True)
class Recurrent:
    """A recurrent layer: a cell with the weights of each direction.

    ``merge`` is how two directions are joined; ``backwards`` that the layer reads from the end,
    and gives its outputs in that order.
    """

    cell: Program
    directions: tuple[tuple[Weights, Mapped], ...]
    merge: str = "concat"
    backwards: bool = False


@dataclass(frozen=True)
class Dense:
    """An affine layer over each step: ``kernel`` [in, out], and an activation by our name."""

    kernel: Array
    bias: Array
    activation: ActivationChoice
    called: str


@dataclass(frozen=True)
class Stacked:
    """The network of some layers, and whether its outputs stand from the last step to the first."""

    network: Program
    parameters: Weights
    mapping: Mapped
    turned: bool


def stacked(layers: Sequence[Recurrent], above: Sequence[Dense] = ()) -> Stacked:
    """One network of recurrent layers, then dense ones. Raises Misused without recurrent layers.

    A layer over one that reads backwards sees its outputs from the end, so it runs the other way
    through time.
    """
    if not layers:
        raise Misused("there is no recurrent layer")
    programs, turned = list[Program](), False
    parameters, mapping = Weights(), Mapped()
    for number, layer in enumerate(layers, 1):
        both = len(layer.directions) == 2
        one = bidirectional(layer.cell, readout=False, merge=layer.merge) if both else layer.cell
        programs.append(reverse(one) if turned != layer.backwards else one)
        turned = turned != layer.backwards
        for word, (weights, mapped) in zip(("forward.", "backward."), layer.directions,
                                           strict=False):
            own = under(f"layer{number}." + word * both, weights, mapped)
            parameters, mapping = {**parameters, **own[0]}, (*mapping, *own[1])
    network = stack(programs)
    for dense in above:
        made = readout(network, dense.activation)
        own = with_readout(network, made, {"V": dense.kernel.T, "b_y": dense.bias}, (
            ("V", f"kernelᵀ, of {dense.called}"), ("b_y", f"bias, of {dense.called}")))
        parameters, mapping, network = {**parameters, **own[0]}, (*mapping, *own[1]), made
    return Stacked(network, parameters, mapping, turned)


def keras_weights(kind: Kind, arrays: Sequence[Array], called: str) -> tuple[Weights, Mapped]:
    """The parameters of a layer in Keras' layout, by the prover; no bias is one of zeros.

    Raises ShapeError for arrays that cannot be those of such a layer.
    """
    if len(arrays) not in (2, 3):
        raise ShapeError(f"{called}: a {kind.name} has kernel, recurrent kernel and bias, not "
                         f"{len(arrays)} arrays")
    kernel, recurrent = (np.asarray(one) for one in arrays[:2])
    wide = recurrent.shape[-1]
    double = kind.name == "GRU" and kind.reset_after
    bias = (np.asarray(arrays[2]) if len(arrays) == 3
            else np.zeros((2, wide) if double else wide, kernel.dtype))
    must_be_keras(kind, kernel, recurrent, bias, called)
    given = dict(zip(KERAS, (kernel, recurrent, bias), strict=True))
    return carried(kind.convention, kind.cell(plain=True), given, called)


def must_be_keras(kind: Kind, kernel: Array, recurrent: Array, bias: Array, called: str) -> None:
    """Raise ShapeError for arrays that are not those of a layer of this kind."""
    found = kind_of(kernel, recurrent, called)
    double = kind.name == "GRU" and kind.reset_after
    wide = recurrent.shape[-1]
    wanted = (2, wide) if double else (wide,)
    if found != kind.name or bias.shape != wanted:
        raise ShapeError(f"{called}: kernel {kernel.shape}, recurrent kernel {recurrent.shape} and "
                         f"bias {bias.shape} are not those of a {kind.name}")


def kind_of(kernel: Array, recurrent: Array, called: str) -> str:
    """What a layer is, by the number of blocks side by side. Raises ShapeError."""
    shapes = (kernel.shape, recurrent.shape)
    if [len(one) for one in shapes] == [2, 2] and kernel.shape[1] == recurrent.shape[1]:
        units, wide = recurrent.shape
        if units and wide % units == 0 and wide // units in GATES:
            return GATES[wide // units]
    raise ShapeError(f"{called}: kernel {shapes[0]} and recurrent kernel {shapes[1]} are no layer "
                     f"of {', '.join(GATES.values())}")


def known_activation(name: object, table: Mapping[str, ActivationChoice],
                     called: str) -> ActivationChoice:
    """Our name of another library's activation. Raises Misused, by name, for one we lack."""
    if not isinstance(name, str) or name not in table:
        raise Misused(f"{called} has the activation {quoted(name)}, which symrnn has not under "
                      f"that name; there are {', '.join(one for one in table if one)}")
    return table[name]

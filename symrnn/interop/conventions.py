"""How PyTorch, Keras, ONNX and cuDNN lay out the parameters of an Elman network, an LSTM, a GRU.

A convention is a cell of symrnn and a declaration: the order and the letters of the gates, the
arrays and what they hold, and options. The equations are the cell's; nothing here repeats them.
All four frameworks keep the old state where the update gate is 1; ``update=replaces`` is the
other custom, ``h = (1 - z) h + z n`` (Chung et al. 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.interop.onnx import OPERATORS
from symrnn.interop.own_names import complemented_gate, under_own_names
from symrnn.interop.packing import named, packed, unpacked
from symrnn.interop.torch_weights import MODES
from symrnn.program import Program, Role, UnknownName, quoted, verify
from symrnn.runtime.shapes import Array, check_names


@dataclass(frozen=True)
class Effect:
    """What a value of an option does to the cell, to what arrays hold, and to gates' readers.

    A complemented gate is read as one minus it.
    """

    cell: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, str] = field(default_factory=dict)
    complemented: tuple[str, ...] = ()


@dataclass(frozen=True)
class Framework:
    """A declaration. ``gates`` are ours in the framework's order, ``letters`` its own names.

    ``arrays`` tells which of our letters an array holds: W on the input, U on the memory, b
    and c the biases of these two, p peepholes. ``columns`` names the arrays whose blocks stand
    side by side, transposed; ``rows`` those that have a row for each letter. Of an option the
    first value is the default. ``cell`` are options of the cell that it always has.
    """

    title: str
    build: Callable[..., Program]
    gates: tuple[str, ...]
    letters: Mapping[str, str]
    arrays: Mapping[str, str]
    options: Mapping[str, Mapping[str, Effect]]
    columns: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    cell: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PackedArray:
    """One array of a framework: the names of its blocks, in order."""

    name: str
    blocks: tuple[str, ...]
    columns: bool = False
    rows: int = 1


@dataclass(frozen=True)
class Convention:
    """A cell under a framework's own names.

    ``program`` has a parameter for each block, ``weight_ih.r``; ``slots`` tells the cell's
    name of it. ``transposed`` names the blocks that are transposed.
    """

    name: str
    program: Program
    arrays: tuple[PackedArray, ...]
    slots: Mapping[str, str]

    @property
    def transposed(self) -> frozenset[str]:
        """The blocks that hold a transposed matrix."""
        return frozenset(block for one in self.arrays if one.columns for block in one.blocks)

    def blocks(self, arrays: Mapping[str, Any]) -> dict[str, Array]:
        """The parameters of ``program``, cut from the framework's arrays. Raises ShapeError."""
        check_names(arrays, [one.name for one in self.arrays], "array")
        found: dict[str, Array] = {}
        for array in self.arrays:
            given = np.asarray(arrays[array.name])
            whole = given.reshape(-1, *given.shape[2:]) if array.rows > 1 else given
            parts = unpacked({array.name: array.blocks},
                             {array.name: whole.T if array.columns else whole}, self.program)
            found |= {name: part.T if array.columns else part for name, part in parts.items()}
        return found

    def packed(self, blocks: Mapping[str, Array]) -> dict[str, Array]:
        """The framework's arrays, from the parameters of ``program``.

        A block that the cell does not read, such as that of a coupled gate, is zero.
        """
        found: dict[str, Array] = {}
        for one in self.arrays:
            empty = np.zeros_like(next(blocks[name] for name in one.blocks if name in blocks))
            own = {name: blocks.get(name, empty) for name in one.blocks}
            parts = {name: block.T if one.columns else block for name, block in own.items()}
            whole = packed({one.name: one.blocks}, parts)[one.name]
            whole = whole.T if one.columns else whole
            found[one.name] = whole.reshape(one.rows, -1) if one.rows > 1 else whole
        return found


UPDATE = {"keeps": Effect(), "replaces": Effect(complemented=("z",))}
RESET = {"False": Effect({"reset_after": False}, {"bias": "b"}), "True": Effect()}
BIASES = {"double": Effect(), "single_input": Effect(arrays={"b_R": ""}),
          "single_recurrent": Effect(arrays={"b_W": ""})}
TORCH = {"weight_ih": "W", "weight_hh": "U", "bias_ih": "b", "bias_hh": "c"}
CUDNN = {"W": "W", "R": "U", "b_W": "b", "b_R": "c"}
KERAS = frozenset({"kernel", "recurrent_kernel"})  # side by side, transposed
ALONE: dict[str, Any] = {"readout": False}  # a library's layer has none
TANH = {"tanh": Effect(), "relu": Effect({"activation": "relu"})}
FRAMEWORKS = {
    "pytorch-rnn": Framework("PyTorch, nn.RNN", elman, ("",), {}, TORCH,
                             {"nonlinearity": TANH}, cell=ALONE),
    "pytorch-gru": Framework("PyTorch, nn.GRU", gru, MODES["GRU"][1], {}, TORCH,
                             {"update": UPDATE}),
    "pytorch-lstm": Framework("PyTorch, nn.LSTM", lstm, MODES["LSTM"][1], {}, TORCH, {}),
    "onnx-rnn": Framework("ONNX, RNN (opset 22)", elman, ("",), {},
                          {"W": "W", "R": "U", "B": "bc"},
                          {"activations": {"Tanh": Effect(), "Relu": TANH["relu"]}}, cell=ALONE),
    "onnx-gru": Framework(
        "ONNX, GRU (opset 22)", gru, OPERATORS["GRU"].gates, {"n": "h"},
        {"W": "W", "R": "U", "B": "bc"},
        {"linear_before_reset": {"0": Effect({"reset_after": False}), "1": Effect()},
         "update": UPDATE}),
    "onnx-lstm": Framework(
        "ONNX, LSTM (opset 22)", lstm, OPERATORS["LSTM"].gates, {"g": "c"},
        {"W": "W", "R": "U", "B": "bc"},
        {"input_forget": {"0": Effect(), "1": Effect({"coupled": "f=1-i"})},
         "peepholes": {"0": Effect(), "1": Effect({"peephole": True}, {"P": "p"})}}),
    "keras-rnn": Framework("Keras, SimpleRNN", elman, ("",), {},
                           {"kernel": "W", "recurrent_kernel": "U", "bias": "b"},
                           {"activation": TANH}, KERAS, cell=ALONE),
    "keras-gru": Framework(
        "Keras, GRU", gru, ("z", "r", "n"), {"n": "h"},
        {"kernel": "W", "recurrent_kernel": "U", "bias": "bc"},
        {"reset_after": dict(reversed(RESET.items())), "update": UPDATE}, KERAS,
        frozenset({"bias"})),
    "keras-lstm": Framework(
        "Keras, LSTM", lstm, ("i", "f", "g", "o"), {"g": "c"},
        {"kernel": "W", "recurrent_kernel": "U", "bias": "b"}, {}, KERAS),
    "cudnn-rnn": Framework("cuDNN, CUDNN_RNN_TANH and CUDNN_RNN_RELU; blocks by linLayerID", elman,
                           ("",), {}, CUDNN, {"bias": BIASES, "mode": TANH}, cell=ALONE),
    "cudnn-gru": Framework("cuDNN, CUDNN_GRU; blocks by linLayerID", gru, ("r", "z", "n"),
                           {"z": "i", "n": "h"}, CUDNN, {"bias": BIASES, "update": UPDATE}),
    "cudnn-lstm": Framework("cuDNN, CUDNN_LSTM; blocks by linLayerID", lstm,
                            ("i", "f", "g", "o"), {"g": "c"}, CUDNN, {"bias": BIASES}),
}


def is_convention(name: str) -> bool:
    """True for the name of a convention, with or without options."""
    return name.partition(":")[0] in FRAMEWORKS


def convention(name: str) -> Convention:
    """The convention of a name, ``onnx-gru`` or ``onnx-gru:linear_before_reset=1``.

    Several options stand behind one another, with commas. Raises UnknownName.
    """
    short, _, given = name.partition(":")
    if short not in FRAMEWORKS:
        raise UnknownName(f"there is no convention {quoted(short)}; there are "
                          f"{', '.join(FRAMEWORKS)}")
    one = FRAMEWORKS[short]
    effects = list(_effects(short, one, given))
    options = dict(one.cell) | {key: value for effect in effects
                                for key, value in effect.cell.items()}
    held = {**one.arrays, **{key: value for effect in effects
                             for key, value in effect.arrays.items()}}
    cell = one.build(**options)
    for gate in (gate for effect in effects for gate in effect.complemented):
        cell = complemented_gate(cell, gate)
    arrays = tuple(_packed_array(one, key, letters) for key, letters in held.items() if letters)
    slots = {block: slot for array in arrays for block, slot in
             zip(array.blocks, _slots(one, held[array.name]), strict=True)}
    program = under_own_names(cell, slots, {block for array in arrays if array.columns
                                             for block in array.blocks})
    program = replace(program, name=short.replace("-", "_"), title=one.title)
    known = {variable.name for variable in program.with_role(Role.PARAMETER)}
    return Convention(name, verify(program), arrays,
                      {block: slot for block, slot in slots.items() if block in known})


def _effects(short: str, one: Framework, given: str) -> Iterator[Effect]:
    chosen = dict[str, str]()
    for part in filter(None, given.split(",")):
        key, _, value = part.partition("=")
        if key not in one.options or value not in one.options[key]:
            known = [f"{key}={value}" for key, values in one.options.items() for value in values]
            raise UnknownName(f"{short} has no option {quoted(part)}; there are "
                              f"{', '.join(known) or 'none'}")
        chosen[key] = value
    for key, values in one.options.items():
        yield values[chosen.get(key, next(iter(values)))]


def _gates(one: Framework, letter: str) -> tuple[str, ...]:
    """The gates that have this letter: no peephole looks into the candidate."""
    return tuple(gate for gate in one.gates if letter != "p" or gate != "g")


def _slots(one: Framework, letters: str) -> tuple[str, ...]:
    return tuple(slot for letter in letters for slot in named(letter, _gates(one, letter)))


def _packed_array(one: Framework, name: str, letters: str) -> PackedArray:
    blocks = []
    for letter in letters:
        side = {"b": "W", "c": "R"}.get(letter, "") if len(letters) > 1 else ""
        letters_of = [side + one.letters.get(gate, gate) for gate in _gates(one, letter)]
        blocks += [f"{name}.{own}" if own else name for own in letters_of]
    rows = len(letters) if name in one.rows else 1
    return PackedArray(name, tuple(blocks), name in one.columns, rows)

"""ONNX's RNN, LSTM and GRU (opset 22), run by symrnn's kernels. The onnx package is not needed.

Each direction is a network of its own, with its own activations. ``input_forget`` couples
the gates as f = 1 - i, as ONNX Runtime does; the specification leaves the direction open.
``clip`` follows the specification, from which ONNX Runtime differs for an LSTM:
:mod:`symrnn.transforms.clip` says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.interop.packing import Table, inner_biases, named, unpacked
from symrnn.kernels import compile
from symrnn.program import ACTIVATIONS, ActivationChoice, Program, UnknownName, quoted, reverse
from symrnn.runtime.shapes import Array, ShapeError

Attributes = Mapping[str, Any]
INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h")
REQUIRED = INPUTS[:3]
PER_DIRECTION = ("W", "R", "B", "P")
DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
ONNX_ACTIVATIONS = {
    "relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "affine": "affine",
    "leakyrelu": "leaky_relu", "thresholdedrelu": "thresholded_relu", "scaledtanh": "scaled_tanh",
    "hardsigmoid": "hard_sigmoid", "elu": "elu", "softsign": "softsign", "softplus": "softplus",
}
COMMON = ("direction", "activations", "activation_alpha", "activation_beta", "clip", "hidden_size",
          "layout")


@dataclass(frozen=True)
class Operator:
    """How ONNX names what a cell has.

    ``activations`` are our options in the order f, g, h, with ONNX's defaults; ``options``
    are those of ONNX's own attributes.
    """

    build: Callable[..., Program]
    gates: tuple[str, ...]
    states: tuple[str, ...]
    activations: Mapping[str, str]
    options: Mapping[str, Callable[[int], dict[str, Any]]]
    inputs: tuple[str, ...] = INPUTS


OPERATORS = {
    "RNN": Operator(partial(elman, readout=False), ("",), ("h",), {"activation": "Tanh"}, {}),
    "GRU": Operator(gru, ("z", "r", "n"), ("h",),
                    {"gate_activation": "Sigmoid", "activation": "Tanh"},
                    {"linear_before_reset": lambda on: {"reset_after": bool(on)}}),
    "LSTM": Operator(lstm, ("i", "o", "f", "g"), ("h", "c"),
                     {"gate_activation": "Sigmoid", "activation": "Tanh",
                      "output_activation": "Tanh"},
                     {"input_forget": lambda on: {"coupled": "f=1-i" if on else ""}},
                     (*INPUTS, "initial_c", "P")),
}


def run(op_type: str, attributes: Attributes, inputs: Sequence[Any], backend: str = "c",
        dtype: npt.DTypeLike = "float32") -> tuple[Array, ...]:
    """What a node returns: Y, Y_h and, for an LSTM, Y_c, in ONNX's layouts.

    ``inputs`` stand in ONNX's order, None where one is left out. Raises ValueError for
    another operator, attribute, direction or activation, for a switch that is neither 0 nor 1, for
    more inputs than the operator has and where X, W or R is missing; ShapeError for arrays that
    do not fit and inputs in no order.
    """
    given = _given(op_type, inputs)
    nets = networks(op_type, attributes, given)
    _check(attributes, given, len(nets))
    swapped = bool(attributes.get("layout", 0))
    x = np.swapaxes(given["X"], 0, 1) if swapped else given["X"]
    states, runs = OPERATORS[op_type].states, []
    for number, network in enumerate(nets):
        initial = {name: np.take(given[f"initial_{name}"], number, 1 if swapped else 0)
                   for name in states if f"initial_{name}" in given}
        runs.append(compile(network, backend, dtype).forward(
            parameters(op_type, network, given, number), x, initial, given.get("sequence_lens")))
    y = np.stack([one.y for one in runs], axis=1)
    finals = [np.stack([one.final[name] for one in runs], 1 if swapped else 0) for name in states]
    return (y.transpose(2, 0, 1, 3) if swapped else y, *finals)


def _given(op_type: str, inputs: Sequence[Any]) -> dict[str, Array]:
    """The inputs by ONNX's names, without those that are left out."""
    names = OPERATORS[_known(op_type, OPERATORS, "operator")].inputs
    if not isinstance(inputs, Sequence):
        raise ShapeError(f"the inputs of ONNX's {op_type} stand in a list, in the order "
                         f"{', '.join(names)}, not in a {type(inputs).__name__}")
    if any(array is not None for array in inputs[len(names):]):
        raise UnknownName(f"ONNX's {op_type} has {len(names)} inputs, {', '.join(names)}, but "
                          f"{len(inputs)} are given")
    found = {name: np.asarray(array) for name, array in zip(names, inputs, strict=False)
             if array is not None}
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise UnknownName(f"ONNX's {op_type} wants {', '.join(REQUIRED)}, but {missing[0]} is "
                          f"missing; give them in this order")
    return found


def networks(op_type: str, attributes: Attributes, given: Mapping[str, Any]) -> list[Program]:
    """The network of each direction; ``given`` tells whether there are B and P."""
    operator = OPERATORS[_known(op_type, OPERATORS, "operator")]
    for name in attributes:
        _known(name, (*COMMON, *operator.options), f"attribute of {op_type}")
    for name in ("layout", *operator.options):
        _must_be_switch(name, attributes.get(name, 0))
    options: dict[str, Any] = {"bias": "B" in given, "clip": attributes.get("clip")}
    options |= {"peephole": True} if "P" in given else {}
    for name, option in operator.options.items():
        options |= option(attributes.get(name, 0))
    direction = _text(attributes.get("direction", "forward"))
    reversals = DIRECTIONS[_known(direction, DIRECTIONS, "direction")]
    chosen = list(_activations(operator, attributes, len(reversals)))
    made = []
    for number, backwards in enumerate(reversals):
        own = chosen[number * len(operator.activations):]
        cell = operator.build(**options, **dict(zip(operator.activations, own, strict=False)))
        made.append(reverse(cell) if backwards else cell)
    return made


def parameters(op_type: str, network: Program, given: Mapping[str, Array],
               number: int = 0) -> dict[str, Array]:
    """The parameters of one direction by name, from ONNX's W, R, B and P."""
    own = {key: names for key, names in weight_table(op_type, network).items() if key in given}
    return unpacked(own, {key: given[key][number] for key in own}, network)


def weight_table(op_type: str, network: Program) -> Table:
    """Our names of the blocks of ONNX's W, R, B and P, in their order."""
    gates = OPERATORS[op_type].gates
    return {"W": named("W", gates), "R": named("U", gates),
            "B": (*named("b", gates), *inner_biases(network, gates)),
            "P": named("p", (gate for gate in gates if gate != "g"))}


def _activations(operator: Operator, attributes: Attributes,
                 directions: int) -> Iterator[ActivationChoice]:
    """The activations of all directions; each takes the next alpha and beta if it has any."""
    defaults = [*operator.activations.values()] * directions
    names = [_text(one) for one in attributes.get("activations", defaults)]
    if len(names) != len(defaults):
        raise UnknownName(f"there are {len(names)} activations, but {len(defaults)} are wanted")
    sources = [iter(attributes.get(f"activation_{one}", ())) for one in ("alpha", "beta")]
    for name in names:
        own = ONNX_ACTIVATIONS[_known(name.lower(), ONNX_ACTIVATIONS, "activation")]
        defaults = list(ACTIVATIONS[own].defaults)
        yield own, *(next(source, default)
                     for source, default in zip(sources, defaults, strict=False))


def _check(attributes: Attributes, given: Mapping[str, Array], directions: int) -> None:
    for name in PER_DIRECTION:
        if name in given and len(given[name]) != directions:
            raise ShapeError(f"'{name}' has shape {given[name].shape}, but its first axis is "
                             f"the number of directions, {directions}")
    hidden = given["R"].shape[-1]
    if attributes.get("hidden_size", hidden) != hidden:
        raise ShapeError(f"hidden_size is {attributes['hidden_size']}, but 'R' has shape "
                         f"{given['R'].shape}")


def _must_be_switch(name: str, value: Any) -> None:
    if not isinstance(value, int | np.integer) or value not in (0, 1):
        raise UnknownName(f"{name} is {quoted(value)}; ONNX has 0 and 1 for it")


def _text(value: str | bytes) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value


def _known(name: str, names: Any, kind: str) -> str:
    if name not in names:
        raise UnknownName(f"ONNX has no {kind} {quoted(name)}; there are {', '.join(names)}")
    return name

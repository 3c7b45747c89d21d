"""Models of guitar amplifiers in JSON: RTNeural's, GuitarML's and NAM's, LSTM and GRU of them.

RTNeural writes what Keras calls ``get_weights``. GuitarML (Automated-GuitarAmpModelling, Proteus)
writes PyTorch's state_dict of ``rec`` and ``lin``, and adds the input to the output where ``skip``
is 1. NAM writes all numbers of an LSTM in one row, its first state among them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.authoring import Cell, piece, readout, t
from symrnn.exchange.imported import (Imported, Mapped, Weights, checked, difference, our_output,
                                      random_input, with_readout)
from symrnn.exchange.keras_models import rtneural_output
from symrnn.exchange.layers import (Dense, Kind, Recurrent, Stacked, keras_weights,
                                    known_activation, stacked)
from symrnn.exchange.torch_modules import from_state_dict, torch_output
from symrnn.interop.torch_weights import TorchNetwork, from_torch
from symrnn.program import (ActivationChoice, Misused, Program, ProgramError, chain, finished,
                            free_name, printable, quoted)
from symrnn.runtime.shapes import Array, ShapeError, numbers
from symrnn.transforms import learned_initial
from symrnn.transforms.initial import first_values

LARGEST_FILE = 256_000_000  # bytes
ACTIVATIONS: dict[str, ActivationChoice] = {
    "": "linear", "linear": "linear", "tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid",
    "elu": "elu"}
RTNEURAL = {"lstm": "LSTM", "gru": "GRU"}
DENSE = ("dense", "time-distributed-dense")
UNITS = ("LSTM", "GRU")


def from_json(path: str | os.PathLike[str]) -> Imported:
    """An amplifier's model, whichever of the three formats it is, by its keys.

    Raises ValueError for another one, and by name for a layer or an architecture that symrnn does
    not read; ProgramError for a file that is cut short, ShapeError, OSError.
    """
    data = _read(Path(path))
    for keys, reader in FORMATS:
        if keys <= {*data}:
            return reader(data)
    raise Misused(f"{os.fspath(path)} is of no format that symrnn reads: RTNeural has layers and "
                  f"in_shape, GuitarML model_data and state_dict, NAM architecture, config and "
                  f"weights")


def from_rtneural(data: Mapping[str, Any]) -> Imported:
    """RTNeural's JSON: LSTM and GRU layers, then dense ones. Raises ValueError, ShapeError."""
    recurrent, above, notes = list[Recurrent](), list[Dense](), list[str]()
    for number, layer in enumerate(_of(list, data, "layers"), 1):
        kind, called = str(_of(str, layer, "type")), f"layer {number}"
        arrays = [_array(one, called) for one in _of(list, layer, "weights")]
        activation = layer.get("activation", "")
        if kind in RTNEURAL and not above:
            one = Kind(RTNEURAL[kind], reset_after=not (kind == "gru" and len(arrays) == 3
                                                        and arrays[2].ndim == 1))
            if activation not in ("", "tanh"):
                raise Misused(f"{called}, {kind}, has the activation {quoted(activation)}, which "
                              f"RTNeural's {kind} never computes")
            recurrent.append(Recurrent(one.cell(), (keras_weights(one, arrays, called),)))
        elif kind in DENSE and recurrent:
            above.append(_dense(arrays, known_activation(activation, ACTIVATIONS, called), called))
        else:
            raise Misused(f"RTNeural's layer {quoted(kind)} (the {number}. one) is none that "
                          f"symrnn reads here; there are {', '.join(RTNEURAL)}, then "
                          f"{' or '.join(DENSE)}")
        notes.append(f"{called}: {kind}")
    made = stacked(recurrent, above)
    x = random_input(made.network, made.parameters)
    theirs = rtneural_output(data["layers"], x)
    gap = None if theirs is None else difference(our_output(made.network, made.parameters, x),
                                                 theirs)
    return checked(Imported("RTNeural", "Keras", made.network, made.parameters, tuple(notes),
                            made.mapping, gap))


def from_guitarml(data: Mapping[str, Any]) -> Imported:
    """GuitarML's JSON: an LSTM or GRU, a linear layer, and the input added where it says skip.

    Raises ValueError, ShapeError.
    """
    told = _of(dict, data, "model_data")
    if told.get("unit_type") not in UNITS:
        raise Misused(f"GuitarML's unit {quoted(told.get('unit_type'))} is none that symrnn reads; "
                      f"there are {', '.join(UNITS)}")
    state = {name: _array(one, name) for name, one in _of(dict, data, "state_dict").items()}
    inner = from_state_dict({name: one for name, one in state.items()
                             if not name.startswith("lin.")}, str(told["unit_type"]), "rec")
    kernel = state.get("lin.weight")
    if kernel is None or kernel.ndim != 2:
        raise ShapeError("lin.weight of GuitarML's linear layer is missing, or no matrix")
    bias = state.get("lin.bias", np.zeros(kernel.shape[0], kernel.dtype))
    made = _with_dense(inner.network, inner.parameters, inner.mapping,
                       Dense(kernel.T, bias, "linear", "lin"))
    skips = bool(told.get("skip", 0))
    network = _plus_input(made.network) if skips else made.network
    notes = (*inner.found, "lin: dense", *["skip: the input is added to the output"] * skips)
    return _compared("GuitarML", network, made, notes, str(told["unit_type"]), state, skips)


def from_nam(data: Mapping[str, Any]) -> Imported:
    """NAM's LSTM: its row of numbers cut up, the state that it starts with as parameters.

    Raises ValueError for another architecture, ShapeError for a row of another length.
    """
    if data.get("architecture") != "LSTM":
        raise Misused(f"NAM's architecture {quoted(data.get('architecture'))} is none that symrnn "
                      f"reads; there is LSTM")
    config = _of(dict, data, "config")
    wide, units, layers = (_count(config, key) for key in
                           ("input_size", "hidden_size", "num_layers"))
    row = _array(_of(list, data, "weights"), "weights")
    wanted = sum(4 * units * (one + units + 1) + 2 * units for one in
                 (wide, *[units] * (layers - 1))) + units + 1
    if row.shape != (wanted,):
        raise ShapeError(f"NAM's LSTM of these sizes has {wanted} weights in one row, but they "
                         f"have shape {row.shape}")
    rest, state, starts = _Row(row), dict[str, Array](), dict[str, Array]()
    for number in range(layers):
        inside = units if number else wide
        both = rest.take(4 * units, inside + units)
        state[f"rec.weight_ih_l{number}"] = both[:, :inside]
        state[f"rec.weight_hh_l{number}"] = both[:, inside:]
        state[f"rec.bias_ih_l{number}"] = rest.take(4 * units)
        state[f"rec.bias_hh_l{number}"] = np.zeros(4 * units, row.dtype)
        starts |= {f"layer{number + 1}.{name}": rest.take(units) for name in "hc"}
    state["lin.weight"], state["lin.bias"] = rest.take(1, units), rest.take(1)
    found = from_guitarml({"model_data": {"unit_type": "LSTM"}, "state_dict": state})
    network, parameters = found.network, dict(found.parameters)
    mapping, notes = found.mapping, [f"LSTM, {layers} of {units} units", "head: dense"]
    if any(map(np.any, starts.values())):
        network = learned_initial(network)
        own = {name: starts[key] for key, name in first_values(network).items()}
        parameters, mapping = {**parameters, **own}, (
            *mapping, *((name, "what NAM starts with") for name in own))
        notes.append("the state that NAM starts with is in the weights, as parameters")
    return Imported("NAM", found.runner, network, parameters, tuple(notes), mapping,
                    found.difference)


FORMATS: tuple[tuple[frozenset[str], Callable[[Mapping[str, Any]], Imported]], ...] = (
    (frozenset(("architecture", "config", "weights")), from_nam),
    (frozenset(("model_data", "state_dict")), from_guitarml),
    (frozenset(("layers", "in_shape")), from_rtneural))


class _Row:
    """Numbers that are taken one piece after the other."""

    def __init__(self, numbers: Array) -> None:
        self.numbers = numbers

    def take(self, *shape: int) -> Array:
        count = int(np.prod(shape))
        taken, self.numbers = self.numbers[:count], self.numbers[count:]
        return taken.reshape(shape)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    try:
        data = json.loads(text) if len(text) <= LARGEST_FILE else None
    except (ValueError, RecursionError) as error:
        raise ProgramError(f"{path} is no complete JSON: {printable(str(error))}") from None
    if not isinstance(data, dict):
        raise ProgramError(f"{path} is no model: it is larger than "
                           f"{LARGEST_FILE // 1_000_000} MB, or no dictionary")
    return data


def _of(kind: type[Any], data: Any, key: str) -> Any:
    """The part of a document under a key. Raises ProgramError for one of another type."""
    found = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(found, kind):
        raise ProgramError(f"{quoted(key)} of the model is missing, or no {kind.__name__}")
    return found


def _count(config: Mapping[str, Any], key: str) -> int:
    found = config.get(key, 1 if key != "hidden_size" else None)
    if type(found) is not int or not 1 <= found <= 65_536:
        raise ProgramError(f"{quoted(key)} of the model is {quoted(found)}, which is no size")
    return found


def _array(given: Any, called: str) -> Array:
    found = numbers(given, called)
    return found if found.dtype == np.float64 and isinstance(given, np.ndarray) else (
        found.astype(np.float32))


def _dense(arrays: Sequence[Array], activation: ActivationChoice, called: str) -> Dense:
    if not arrays or arrays[0].ndim != 2 or len(arrays) > 2:
        raise ShapeError(f"{called}: a dense layer has a kernel and a bias")
    kernel, *bias = arrays
    return Dense(kernel, bias[0] if bias else np.zeros(kernel.shape[1], kernel.dtype), activation,
                 called)


def _with_dense(network: Program, parameters: Weights, mapping: Mapped, dense: Dense) -> Stacked:
    made = readout(network, dense.activation)
    own = with_readout(network, made, {"V": dense.kernel.T, "b_y": dense.bias},
                       (("V", f"{dense.called}.weight"), ("b_y", f"{dense.called}.bias")))
    return Stacked(made, {**parameters, **own[0]}, (*mapping, *own[1]), False)


def _plus_input(network: Program) -> Program:
    """The network with its first inputs added to its outputs, one to each."""
    (y,), x = network.outputs, network.variables[0]
    p, n = network[y].axes[0], x.axes[0]
    with Cell("skip", "Input added") as cell:
        fed = cell.input(f"{free_name(network, 'fed')}[{p}]", "output before the input is added")
        own = cell.input(f"{x.name}[{n}]", x.meaning)
        out = cell.symbol(f"{free_name(network, 'out')}[{p}]", "output, the input added")
        out[t] = fed[t] + piece(own[t], 0, p)
    made = chain(network, cell.build(free_name(network, "out")))
    return finished(made)


def _compared(source: str, network: Program, made: Stacked, notes: tuple[str, ...], unit: str,
              state: Mapping[str, Array], skips: bool) -> Imported:
    """The import, with PyTorch's numbers beside ours where PyTorch is."""
    ours: TorchNetwork = from_torch(unit, {name: one for name, one in state.items()
                                           if not name.startswith("lin.")}, "rec")
    x = random_input(network, made.parameters)
    hidden, gap = torch_output(unit, ours, x), None
    if hidden is not None:
        theirs = hidden @ state["lin.weight"].T + state.get("lin.bias", 0)
        width = theirs.shape[-1]
        gap = difference(our_output(network, made.parameters, x),
                         theirs + x[..., :width] if skips else theirs)
    return checked(Imported(source, "PyTorch", network, made.parameters, notes, made.mapping, gap))

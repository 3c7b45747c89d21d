"""ONNX: RNN, LSTM and GRU nodes of a model, however large the graph around them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.authoring import bidirectional
from symrnn.exchange.imported import (Imported, Mapped, Weights, checked, difference, our_output,
                                      proof, random_input, under)
from symrnn.exchange.session import run, session
from symrnn.interop.onnx import COMMON, OPERATORS, networks, parameters, weight_table
from symrnn.interop.packing import parameter_names
from symrnn.program import Misused, Program, ProgramError, quoted, reverse
from symrnn.runtime.shapes import Array

SOURCE, RUNNER = "ONNX", "ONNX Runtime"
WORDS = ("forward.", "backward.")
Attributes = Mapping[str, Any]


def from_onnx(model: Any, node: str | None = None) -> Imported:
    """The recurrent node of a model, a ModelProto or a path; ``node`` names one of several.

    Weights are initializers or constants of the graph. A bidirectional node gives a network that
    joins both directions, where Y has an axis for them. Raises ValueError where no node, or more
    than one, is meant, where weights are computed and where two directions have different
    activations; ValueError for an attribute, ShapeError, ProgramError, OSError.
    """
    whole = _loaded(Path(model)) if isinstance(model, str | os.PathLike) else model
    chosen = _chosen(whole.graph, node)
    attributes = _attributes(chosen)
    given = _given(whole.graph, chosen)
    nets = networks(chosen.op_type, attributes, given)
    _must_be_alike(chosen, nets)
    _prove(chosen.op_type, attributes, given)
    network, weights, mapping = _joined(chosen.op_type, nets, given)
    x = random_input(network, weights)
    theirs = _their_output(chosen.op_type, attributes, given, x)
    gap = None if theirs is None else difference(our_output(network, weights, x), theirs)
    made = Imported(SOURCE, RUNNER, network, weights, tuple(_told(chosen, attributes)), mapping,
                    gap)
    return made if _clips_otherwise(chosen, attributes) else checked(made)


def _clips_otherwise(node: Any, attributes: Attributes) -> bool:
    """True where ONNX Runtime leaves the specification: see :mod:`symrnn.transforms.clip`."""
    return node.op_type == "LSTM" and attributes.get("clip") is not None


def _onnx() -> Any:
    try:
        import onnx
    except ImportError:
        raise Misused('models are read by the onnx package: pip install "symrnn[onnx]"') from None
    return onnx


def _loaded(path: Path) -> Any:
    onnx = _onnx()
    path.open("rb").close()
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf has classes of its own for it
        raise ProgramError(f"{path} is no complete ONNX model: {type(error).__name__}") from None
    if not model.graph.node:
        raise ProgramError(f"{path} is no ONNX model: it has no nodes")
    return model


def _chosen(graph: Any, name: str | None) -> Any:
    """The one recurrent node that is meant."""
    found = [one for one in graph.node if one.op_type in OPERATORS]
    names = ", ".join(quoted(one.name or one.output[0]) for one in found)
    if name is not None:
        named = [one for one in found if name in (one.name, *filter(None, one.output))]
        if not named:
            raise Misused(f"there is no recurrent node {quoted(name)}; there are "
                          f"{names or 'none'}")
        return named[0]
    if len(found) != 1:
        raise Misused(f"there are several recurrent nodes; tell which by --node, one of {names}"
                      if found else "there is no RNN, LSTM or GRU node in this model")
    return found[0]


def _attributes(node: Any) -> dict[str, Any]:
    helper = _onnx().helper
    try:
        return {one.name: helper.get_attribute_value(one) for one in node.attribute}
    except ValueError as error:  # a text that is no UTF-8, an attribute of no known type
        raise ProgramError(f"the {node.op_type} node has an attribute that is none: "
                           f"{quoted(str(error))}") from None


def _given(graph: Any, node: Any) -> dict[str, Array]:
    """The weights of a node by ONNX's names. Raises Misused for one that is computed."""
    known = {one.name: one for one in graph.initializer}
    for one in graph.node:
        if one.op_type == "Constant" and one.output and one.attribute and (
                one.attribute[0].name == "value"):
            known[one.output[0]] = one.attribute[0].t
    wanted = dict(zip(OPERATORS[node.op_type].inputs, node.input, strict=False))
    found = dict[str, Array]()
    for key in ("W", "R", "B", "P"):
        name = wanted.get(key)
        if not name:
            continue
        if name not in known:
            raise Misused(f"{quoted(name)}, which is {key} of the {node.op_type}, is computed by "
                          f"the graph; fold its constants first, with onnxsim for instance")
        found[key] = _array(known[name], name)
    if not {"W", "R"} <= {*found}:
        raise Misused(f"the {node.op_type} node has no W or no R")
    return found


def _array(tensor: Any, name: str) -> Array:
    """The numbers of a tensor. Raises ProgramError for one that lies, Misused for another file's.

    A model that names other files could name any, so these are not opened.
    """
    onnx = _onnx()
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise Misused(f"{quoted(name)} is kept in another file, which is not read; write the model "
                      f"as one file by onnx.save(onnx.load(model), \"whole.onnx\")")
    try:
        found: Array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise ProgramError(f"{quoted(name)} of the model is no complete array: "
                           f"{quoted(str(error))}") from None
    return found


def _must_be_alike(node: Any, nets: list[Program]) -> None:
    if len(nets) == 2 and reverse(nets[1]) != nets[0]:
        raise Misused(f"the two directions of {quoted(node.name or node.output[0])} have "
                      f"different activations, for which symrnn has no one network; "
                      f"symrnn.interop.onnx.run runs it")


def _prove(op_type: str, attributes: Attributes, given: Mapping[str, Array]) -> None:
    """Hold the layout against the prover."""
    switches = {name: attributes[name] for name in OPERATORS[op_type].options if name in attributes}
    options = [f"{name}={value}" for name, value in switches.items()]
    options += ["peepholes=1"] * ("P" in given)
    plain = networks(op_type, switches, dict.fromkeys({*given, "B"}))[0]
    name = f"onnx-{op_type.lower()}"
    proof(f"{name}:{','.join(options)}" if options else name, plain)


def _joined(op_type: str, nets: list[Program],
            given: Mapping[str, Array]) -> tuple[Program, Weights, Mapped]:
    """One network of one or two directions, with its parameters and where they come from."""
    weights, mapping = Weights(), Mapped()
    for number, network in enumerate(nets):
        own = parameters(op_type, network, given, number)
        known = parameter_names(network)
        table = {key: names for key, names in weight_table(op_type, network).items()
                 if key in given}
        told = {name: " + ".join(f"{key}[{number}], block {place + 1} of {len(names)}"
                                 for key, names in table.items()
                                 for place, one in enumerate(names) if one == name)
                for name in own if name in known}
        prefixed = under(WORDS[number] if len(nets) == 2 else "", own, tuple(told.items()))
        weights, mapping = {**weights, **prefixed[0]}, (*mapping, *prefixed[1])
    whole = bidirectional(nets[0], readout=False) if len(nets) == 2 else nets[0]
    return whole, weights, mapping


def _told(node: Any, attributes: Attributes) -> list[str]:
    """What the node is, and what of it is no part of the network."""
    words = [f"{name}={_plain(value)}" for name, value in attributes.items()]
    lines = [f"node {node.name or node.output[0]}: {node.op_type}, "
             f"{', '.join(words) or 'all attributes at their defaults'}"]
    if _clips_otherwise(node, attributes):
        lines.append("clip is that of the specification; ONNX Runtime lets the output's tanh see "
                     "the whole memory, so it may differ")
    wanted = dict(zip(OPERATORS[node.op_type].inputs, node.input, strict=False))
    lines += [f"{quoted(wanted[key])}, its {key}, is no part of the network: give it to a run by "
              f"{how}" for key, how in (("sequence_lens", "lengths="), ("initial_h", "initial="),
                                        ("initial_c", "initial=")) if wanted.get(key)]
    return lines


def _plain(value: Any) -> Any:
    """An attribute without the marks of Python's bytes."""
    if isinstance(value, list):
        return "/".join(str(_plain(one)) for one in value)
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _their_output(op_type: str, attributes: Attributes, given: Mapping[str, Array],
                  x: Array) -> Array | None:
    """Y of the node alone, both directions side by side; None where ONNX Runtime is missing."""
    if importlib.util.find_spec("onnxruntime") is None:
        return None
    from onnx import TensorProto, helper, numpy_helper

    names = [key if key in given or key == "X" else "" for key in OPERATORS[op_type].inputs]
    own = {name: value for name, value in attributes.items()
           if name != "layout" and name in (*COMMON, *OPERATORS[op_type].options)}
    node = helper.make_node(op_type, names, ["Y"],
                            **{"hidden_size": given["R"].shape[-1], **own})
    graph = helper.make_graph(
        [node], "node", [helper.make_tensor_value_info("X", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(one.astype(np.float32), key) for key, one in given.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    try:
        y = run(session(model.SerializeToString(), silent=True), {"X": x})["Y"]
    except Exception as error:  # ONNX Runtime has classes of its own, which it does not export
        raise ProgramError(f"ONNX Runtime does not compute this {op_type}: "
                           f"{quoted(str(error))}") from None
    joined: Array = np.swapaxes(y, 1, 2).reshape(*x.shape[:2], -1)
    return joined

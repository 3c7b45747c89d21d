"""The operator of ONNX that a network is, where the prover says so, and the model of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from onnx import helper, numpy_helper
from sympy import tanh

from symrnn.backends.onnx_operator import Operator
from symrnn.backends.onnx_scan import IR, OPSET, TYPES
from symrnn.comparison import Comparison, compare
from symrnn.comparison.polynomial import TooLarge
from symrnn.comparison.proof import prove
from symrnn.comparison.subject import Subject
from symrnn.interop.onnx import ONNX_ACTIVATIONS, OPERATORS, networks, weight_table
from symrnn.interop.packing import laid_out
from symrnn.program import ACTIVATIONS, Delay, Pointwise, Program, Role

# An operator, its attributes and the arrays that it is given: the simplest form first.
FORMS: tuple[tuple[str, dict[str, int], str], ...] = (
    ("RNN", {}, "WR"), ("RNN", {}, "WRB"), ("GRU", {}, "WR"), ("GRU", {}, "WRB"),
    ("GRU", {"linear_before_reset": 1}, "WR"), ("GRU", {"linear_before_reset": 1}, "WRB"),
    ("LSTM", {}, "WR"), ("LSTM", {}, "WRB"), ("LSTM", {}, "WRP"), ("LSTM", {}, "WRBP"))
Choice = tuple[str, tuple[float, ...]]  # an activation by ONNX's name, and its parameters


@dataclass(frozen=True)
class Standard:
    """An operator with its attributes, and the proof that it is the network."""

    op_type: str
    attributes: Mapping[str, Any]
    weights: str
    proof: Comparison


def standard(program: Program) -> Standard | None:
    """The operator that is proved to be the network, or None."""
    if len(program.outputs) != 1 or not _has_operators_shape(program):
        return None
    backwards = {} if program.delays[0].step > 0 else {"direction": "reverse"}
    for op_type, switches, weights in FORMS:
        states = OPERATORS[op_type].states
        if len(states) != len(program.delays):
            continue
        for chosen in _activations(program, len(OPERATORS[op_type].activations)):
            attributes = {**switches, **backwards, **chosen}
            other = networks(op_type, attributes, dict.fromkeys(weights))[0]
            if _is_proved(program, other):
                found = compare(program, other)
                if found.same:
                    return Standard(op_type, attributes, weights, found)
    return None


def _has_operators_shape(program: Program) -> bool:
    """True for one input of one axis, and vectors as states that begin at zero."""
    inputs = program.with_role(*(role for role in Role if role.given and role not in (
        Role.PARAMETER, Role.INITIAL, Role.SELECTOR)))
    return (len(inputs) == 1 and inputs[0].shape[:2] == ("T", "B") and len(inputs[0].axes) == 1
            and bool(program.delays) and len({one.step for one in program.delays}) == 1
            and all(len(program[one.lhs].axes) == 1 and one.start == 0 for one in program.delays))


def _is_proved(program: Program, other: Program) -> bool:
    try:
        return prove(Subject(program.name, program), Subject(other.name, other)).proof is not None
    except TooLarge:
        return False


def _activations(program: Program, count: int) -> Iterator[dict[str, Any]]:
    """ONNX's own activations, then all ways to take those that stand in the program."""
    yield {}
    found = _found(program)
    usual = {"Sigmoid", "Tanh"}
    if {name for name, _ in found} <= usual and len(found) == min(2, count):
        return
    for chosen in product(found, repeat=count):
        parameters = {f"activation_{one}": [choice[1][place] for choice in chosen
                                            if len(choice[1]) > place]
                      for place, one in enumerate(("alpha", "beta"))}
        yield {"activations": [name for name, _ in chosen],
               **{name: values for name, values in parameters.items() if values}}


def _found(program: Program) -> list[Choice]:
    """The activations in a program's formulas, each once."""
    ours = {own: name for name, own in ONNX_ACTIVATIONS.items()}
    found = dict[Choice, None]()
    for equation in program.equations:
        for node in equation.rhs.atoms(Pointwise):
            if node.activation.name in ours:
                own = tuple(map(float, node.args[1:]))
                found[_spelled(ours[node.activation.name]), own] = None
        if equation.rhs.has(tanh):
            found["Tanh", ()] = None
    return sorted(found)


def _spelled(name: str) -> str:
    """ONNX's spelling: ``HardSigmoid`` of ``hardsigmoid``."""
    words = ACTIVATIONS[ONNX_ACTIVATIONS[name]].name.split("_")
    return "".join(word.capitalize() for word in words)


def operator(program: Program, parameters: Mapping[str, Any]) -> Operator | None:
    """The operator that is proved to be a part of a network, with its weights; None without."""
    found = standard(program)
    if found is None:
        return None
    own = {one.name: parameters[one.name] for one in program.with_role(Role.PARAMETER)}
    return Operator(found.op_type, found.attributes, _weights(found, own),
                    tuple(one.state for one in _in_order(program, found)))


def _in_order(program: Program, found: Standard) -> list[Delay]:
    """The states of a network as the operator orders its own."""
    mapping = found.proof.mapping
    assert mapping is not None
    states = {theirs: ours for ours, theirs in mapping.states}
    delays = {one.state: one for one in program.delays}
    return [delays[states[name]] for name in OPERATORS[found.op_type].states]


def operator_model(program: Program, found: Standard, sizes: Mapping[str, int],
                   parameters: Mapping[str, Any]) -> Any:
    """A model of one operator under the network's own names.

    Without parameters the operator's own arrays are inputs of the model, W, R, B and P.
    """
    (x,), (y,) = program.with_role(Role.INPUT), program.outputs
    m, n = sizes[program[program.delays[0].lhs].axes[0]], sizes[x.axes[0]]
    weights = _weights(found, parameters) if parameters else {}
    order = _in_order(program, found)
    arrays = [numpy_helper.from_array(one, key) for key, one in {
        **weights, "axis 0": np.array([0]), "axis 1": np.array([1]),
        "length": np.array([m]), **{one.initial: np.zeros((1, m), np.float32) for one in order},
    }.items()]
    given = ["B" if "B" in found.weights else "", "", *(f"{one.initial} [1]" for one in order),
             *(["P"] if "P" in found.weights else [])]
    nodes = [
        helper.make_node("Shape", [x.name], ["number of samples"], start=1, end=2),
        helper.make_node("Concat", ["number of samples", "length"], ["shape"], axis=0),
        *(node for one in order for node in _starting(one.initial)),
        helper.make_node(found.op_type, [x.name, "W", "R", *given],
                         [f"{y} [1]", *(f"{one.final} [1]" for one in order)],
                         hidden_size=m, **found.attributes),
        helper.make_node("Squeeze", [f"{y} [1]", "axis 1"], [y]),
        *(helper.make_node("Squeeze", [f"{one.final} [1]", "axis 0"], [one.final])
          for one in order)]
    inputs = [_info(x.name, ("T", "B", n)),
              *(_info(one.initial, (f"B of {one.initial} or 1", m)) for one in order),
              *(_info(key, shape) for key, shape in _shapes(found, m, n).items()
                if key not in weights)]
    outputs = [_info(y, ("T", "B", m)), *(_info(one.final, ("B", m)) for one in order)]
    graph = helper.make_graph(nodes, program.name, inputs, outputs, arrays)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR,
        producer_name="symrnn", doc_string=f"{program.title}. The operator {found.op_type} is "
        f"proved to be this network.")


def _starting(name: str) -> list[Any]:
    """A state [B, m] or its default [1, m], as the operator wants it: [1, B, m]."""
    return [helper.make_node("Expand", [name, "shape"], [f"{name} of all"]),
            helper.make_node("Unsqueeze", [f"{name} of all", "axis 0"], [f"{name} [1]"])]


def _weights(found: Standard, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The operator's arrays, with the axis of directions in front."""
    other = found.proof.right.program
    table = weight_table(found.op_type, other)
    packed = laid_out({key: table[key] for key in found.weights}, found.proof.weights(parameters))
    return {key: np.ascontiguousarray(one[None], np.float32) for key, one in packed.items()}


def _shapes(found: Standard, m: int, n: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the operator's arrays."""
    gates = len(OPERATORS[found.op_type].gates)
    shapes = {"W": (1, gates * m, n), "R": (1, gates * m, m), "B": (1, 2 * gates * m),
              "P": (1, 3 * m)}
    return {key: shapes[key] for key in found.weights}


def _info(name: str, dims: tuple[str | int, ...]) -> Any:
    return helper.make_tensor_value_info(name, TYPES["float32"], dims)

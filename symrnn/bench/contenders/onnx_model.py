"""A case as an ONNX model, for the runtimes that read one: where an operator is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from symrnn.bench.case import Case
from symrnn.interop.onnx import OPERATORS, networks, weight_table
from symrnn.interop.packing import laid_out
from symrnn.program import Program

OPSET, IR = 21, 10
FORMS: tuple[tuple[str, dict[str, int], str], ...] = (
    ("RNN", {}, "WRB"), ("GRU", {"linear_before_reset": 1}, "WRB"), ("GRU", {}, "WRB"),
    ("LSTM", {}, "WRB"), ("LSTM", {}, "WRBP"))


@dataclass(frozen=True)
class Operator:
    """An operator with its attributes and the weights that it is given."""

    op_type: str
    attributes: Mapping[str, int]
    weights: str

    @property
    def states(self) -> tuple[str, ...]:
        """The states in ONNX's order: h, then c."""
        return OPERATORS[self.op_type].states


@cache
def operator_of(program: Program) -> Operator | None:
    """The operator with the very same equations, or None."""
    for op_type, attributes, weights in FORMS:
        if networks(op_type, attributes, dict.fromkeys(weights))[0] == program:
            return Operator(op_type, attributes, weights)
    return None


def model(case: Case, operator: Operator) -> bytes:
    """X [T, B, n] and initial states [1, B, m] in; Y [T, 1, B, m] and the states out."""
    table = weight_table(operator.op_type, case.program)
    packed = laid_out({key: table[key] for key in operator.weights}, case.parameters)
    weights = [numpy_helper.from_array(np.ascontiguousarray(one[None]), key)
               for key, one in packed.items()]
    starts = [f"initial_{name}" for name in operator.states]
    ends = [f"Y_{name}" for name in operator.states]
    peephole = ["P"] if "P" in operator.weights else []
    node = helper.make_node(operator.op_type, ["X", "W", "R", "B", "", *starts, *peephole],
                            ["Y", *ends], hidden_size=case.sizes["m"], **operator.attributes)
    steps = 1 if case.workload.kind.value == "step" else case.sizes["T"]
    batch, m, n = (case.sizes[name] for name in ("B", "m", "n"))
    state = (1, batch, m)
    graph = helper.make_graph(
        [node], "case", [_info("X", (steps, batch, n)), *(_info(one, state) for one in starts)],
        [_info("Y", (steps, *state)), *(_info(one, state) for one in ends)], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def _info(name: str, shape: tuple[int, ...]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

"""OpenVINO on a CPU, reading the same ONNX model. It infers and does not train."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from symrnn.bench.case import Case
from symrnn.bench.contenders.onnx_model import Operator, model, operator_of
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.kinds import Kind
from symrnn.runtime.shapes import Array

# It would report its use over the network from a forked process, in the middle of a race.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
openvino: Any = importlib.import_module("openvino")

NAME = "openvino"


def trials(case: Case) -> Iterator[Trial]:
    """The compiled model, where the operator exists; OpenVINO leaves out peepholes."""
    operator, kind = operator_of(case.program), case.workload.kind
    if operator is None or kind is Kind.TRAINING or "P" in operator.weights:
        return
    made = _Model(case, operator)
    if kind is Kind.STEP:
        yield Trial(NAME, made.step, made.streamed)
    else:
        yield Trial(NAME, made.infer, lambda: {"y": made.infer()[:, 0].copy()})


class _Model:
    """An inference request with its inputs bound; arrays are shared, not copied."""

    def __init__(self, case: Case, operator: Operator) -> None:
        core = openvino.Core()
        read = core.read_model(model(case, operator))
        settings: dict[str, Any] = {
            "INFERENCE_NUM_THREADS": case.workload.threads, "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        self.request = core.compile_model(read, "CPU", settings).create_infer_request()
        self.x, self.count = case.x, len(operator.states)
        shape = (1, case.sizes["B"], case.sizes["m"])
        self.states = [np.zeros(shape, np.float32) for _ in operator.states]
        first = case.x[:1] if case.workload.kind is Kind.STEP else case.x
        self.bound = [np.array(first), *self.states]
        self.tensors = [openvino.Tensor(one, shared_memory=True) for one in self.bound]
        for place, one in enumerate(self.tensors):
            self.request.set_input_tensor(place, one)
        self.results = [self.request.get_output_tensor(place).data
                        for place in range(1 + self.count)]

    def infer(self) -> Array:
        self.request.infer()
        return self.results[0]  # type: ignore[no-any-return]

    def step(self, at: int = 0) -> Array:
        self.bound[0][0] = self.x[at]
        self.request.infer()
        for state, result in zip(self.states, self.results[1:], strict=True):
            state[...] = result
        return self.results[0]  # type: ignore[no-any-return]

    def streamed(self) -> dict[str, Array]:
        for state in self.states:
            state[...] = 0
        return {"y": np.stack([self.step(at)[0, 0].copy() for at in range(len(self.x))])}

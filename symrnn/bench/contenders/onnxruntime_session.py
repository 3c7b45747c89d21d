"""ONNX Runtime on a CPU: a model of one operator. It infers and does not train."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnxruntime

from symrnn.bench.case import Case
from symrnn.bench.contenders.onnx_model import Operator, model, operator_of
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.workloads import Kind
from symrnn.runtime.shapes import Array

NAME = "onnxruntime"


def trials(case: Case) -> Iterator[Trial]:
    """The session, where the operator exists."""
    operator, kind = operator_of(case.program), case.workload.kind
    if operator is None or kind is Kind.TRAINING:
        return
    made = _Session(case, operator)
    if kind is Kind.STEP:
        yield Trial(NAME, made.step, made.streamed)
    else:
        yield Trial(NAME, made.sequence, lambda: {"y": made.sequence()[:, 0]})


class _Session:
    """A session, and what is fed to it."""

    def __init__(self, case: Case, operator: Operator) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = case.workload.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.run = onnxruntime.InferenceSession(
            model(case, operator), options, providers=["CPUExecutionProvider"]).run
        self.zeros = {f"initial_{name}": np.zeros((1, case.sizes["B"], case.sizes["m"]), np.float32)
                      for name in operator.states}
        self.x, self.feed = case.x, {"X": case.x, **self.zeros}

    def sequence(self) -> Array:
        return self.run(["Y"], self.feed)[0]  # type: ignore[no-any-return]

    def step(self, at: int = 0) -> Array:
        feed = self.feed
        feed["X"] = self.x[at:at + 1]
        y, *states = self.run(None, feed)
        for name, value in zip(self.zeros, states, strict=True):
            feed[name] = value
        return y  # type: ignore[no-any-return]

    def streamed(self) -> dict[str, Array]:
        self.feed.update(self.zeros)
        return {"y": np.stack([self.step(at)[0, 0] for at in range(len(self.x))])}

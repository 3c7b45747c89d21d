"""ONNX Runtime on a CPU: a model of one operator. It infers and does not train."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnxruntime

from symrnn.bench.case import Case
from symrnn.bench.contenders.onnx_model import Operator, model, operator_of
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.kinds import Kind
from symrnn.runtime.shapes import Array

NAME = "onnxruntime"


def trials(case: Case) -> Iterator[Trial]:
    """The session, where the operator exists."""
    operator, kind = operator_of(case.program), case.workload.kind
    if operator is None or kind is Kind.TRAINING:
        return
    made = _Session(case, operator)
    if kind is Kind.STEP:
        yield Trial(f"{NAME} run", made.step, made.streamed)
        bound = _Bound(case, operator)
        yield Trial(f"{NAME} bound", bound.step, bound.streamed)
    else:
        yield Trial(NAME, made.sequence, lambda: {"y": made.sequence()[:, 0]})


def session(case: Case, operator: Operator) -> Any:
    """A session of the case's model, with the workload's threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = case.workload.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model(case, operator), options,
                                        providers=["CPUExecutionProvider"])


def zeros(case: Case, operator: Operator) -> dict[str, Array]:
    """Initial states [1, B, m] by the names of the model's inputs."""
    shape = (1, case.sizes["B"], case.sizes["m"])
    return {f"initial_{name}": np.zeros(shape, np.float32) for name in operator.states}


class _Session:
    """A session, and what is fed to it."""

    def __init__(self, case: Case, operator: Operator) -> None:
        self.run = session(case, operator).run
        self.zeros = zeros(case, operator)
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


def value(array: Array) -> Any:
    """A value of the runtime; it may share the array's memory, so it gets one of its own."""
    return onnxruntime.OrtValue.ortvalue_from_numpy(array.copy())


class _Bound:
    """A step with its arrays bound: states pass between two sets of them and are not copied."""

    def __init__(self, case: Case, operator: Operator) -> None:
        made = session(case, operator)
        self.run = made.run_with_iobinding
        self.rows = [case.x[at:at + 1].copy() for at in range(len(case.x))]
        self.x, self.zeros = value(self.rows[0]), zeros(case, operator)
        self.y = value(np.zeros((1, 1, case.sizes["B"], case.sizes["m"]), np.float32))
        self.states = [{name: value(one) for name, one in self.zeros.items()} for _ in "ab"]
        self.ways = [self._way(made, *self.states), self._way(made, *reversed(self.states))]

    def _way(self, made: Any, start: dict[str, Any], end: dict[str, Any]) -> Any:
        way = made.io_binding()
        way.bind_ortvalue_input("X", self.x)
        way.bind_ortvalue_output("Y", self.y)
        for name in self.zeros:
            way.bind_ortvalue_input(name, start[name])
            way.bind_ortvalue_output(name.replace("initial", "Y"), end[name])
        return way

    def step(self, at: int = 0) -> Array:
        self.x.update_inplace(self.rows[at])
        self.run(self.ways[0])
        self.ways.reverse()
        return self.y.numpy()  # type: ignore[no-any-return]

    def streamed(self) -> dict[str, Array]:
        for state in self.states:
            for name, one in self.zeros.items():
                state[name].update_inplace(one)
        return {"y": np.stack([self.step(at)[0, 0].copy() for at in range(len(self.rows))])}

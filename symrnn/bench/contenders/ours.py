"""symrnn itself, through its public interface."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from symrnn.bench.case import Case
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.kinds import Kind
from symrnn.bench.workloads import FULL
from symrnn.kernels import compile
from symrnn.runtime import Kernel
from symrnn.runtime.shapes import Array

NAME = "symrnn"


def trials(case: Case) -> Iterator[Trial]:
    """The kernel in C, float32; beside one with narrow weights, one without."""
    yield from _trials(case, NAME, compiled(case))
    if case.workload.weights:
        yield from _trials(case, FULL, compiled(case, narrow=False))


def _trials(case: Case, called: str, kernel: Kernel) -> Iterator[Trial]:
    kind = case.workload.kind
    if kind is Kind.STEP:
        step = kernel.stepper(case.parameters, case.workload.batch)
        yield Trial(called, partial(step, case.x[0]), partial(_streamed, kernel, case))
    elif kind is Kind.SEQUENCE:
        params = kernel.pack(case.parameters)  # peers pack theirs before the race too
        yield Trial(called, partial(kernel.infer, params, case.x),
                    lambda: {"y": kernel.infer(params, case.x)[0]})
    else:
        yield Trial(called, partial(_train, kernel, case), partial(_trained, kernel, case))


def compiled(case: Case, narrow: bool = True) -> Kernel:
    """The kernel with the workload's number of threads, and its weights if they are ``narrow``."""
    return compile(case.program, backend="c", dtype="float32", threads=case.workload.threads,
                   weights=(case.workload.weights or None) if narrow else None)


def _streamed(kernel: Kernel, case: Case) -> dict[str, Array]:
    step = kernel.stepper(case.parameters, case.workload.batch)
    return {"y": np.stack([np.array(step(x_t)) for x_t in case.x])}


def _train(kernel: Kernel, case: Case) -> tuple[Array, dict[str, Array]]:
    run = kernel.forward(case.parameters, case.x)
    return run.y, kernel.backward(run, case.y_bar)


def _trained(kernel: Kernel, case: Case) -> dict[str, Array]:
    y, gradients = _train(kernel, case)
    return {"y": y, **{f"grad {name}": array for name, array in gradients.items()}}

"""symrnn itself, through its public interface."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from symrnn.bench.case import Case
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.workloads import Kind
from symrnn.pipeline import compile
from symrnn.runtime import Kernel
from symrnn.runtime.shapes import Array

NAME = "symrnn"


def trials(case: Case) -> Iterator[Trial]:
    """The kernel in C, float32."""
    kernel, kind = compiled(case), case.workload.kind
    if kind is Kind.STEP:
        step = stepper(kernel, case.parameters)
        yield Trial(NAME, partial(step, case.x[0]), partial(_streamed, kernel, case))
    elif kind is Kind.SEQUENCE:
        yield Trial(NAME, partial(kernel.forward, case.parameters, case.x),
                    lambda: {"y": kernel.forward(case.parameters, case.x).y})
    else:
        yield Trial(NAME, partial(_train, kernel, case), partial(_trained, kernel, case))


def compiled(case: Case) -> Kernel:
    """The kernel with the workload's number of threads."""
    # SWITCH: the fallback goes when compile takes threads.
    known = "threads" in inspect.signature(compile).parameters
    options: dict[str, Any] = {"threads": case.workload.threads} if known else {}
    return compile(case.program, backend="c", dtype="float32", **options)


def stepper(kernel: Kernel, params: Mapping[str, Array]) -> Callable[[Array], Array]:
    """A stream bound to its parameters; it remembers its state."""
    # SWITCH: `return kernel.stepper(params)`, when there is one.
    made: Any = getattr(kernel, "stepper", partial(_Stepper, kernel))(params)
    return made  # type: ignore[no-any-return]


class _Stepper:
    """What ``kernel.stepper`` is announced to be, on ``kernel.step``."""

    def __init__(self, kernel: Kernel, params: Mapping[str, Array]) -> None:
        self.kernel, self.params = kernel, params
        self.state: dict[str, Array] = {}

    def __call__(self, x_t: Array) -> Array:
        y, self.state = self.kernel.step(self.params, x_t, self.state)
        return np.asarray(y)


def _streamed(kernel: Kernel, case: Case) -> dict[str, Array]:
    step = stepper(kernel, case.parameters)
    return {"y": np.stack([np.array(step(x_t)) for x_t in case.x])}


def _train(kernel: Kernel, case: Case) -> tuple[Array, dict[str, Array]]:
    run = kernel.forward(case.parameters, case.x)
    return run.y, kernel.backward(run, case.y_bar)


def _trained(kernel: Kernel, case: Case) -> dict[str, Array]:
    y, gradients = _train(kernel, case)
    return {"y": y, **{f"grad {name}": array for name, array in gradients.items()}}

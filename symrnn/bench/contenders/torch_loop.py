"""A Python loop in PyTorch, made from the equations, for cells that torch.nn lacks."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from symrnn.bench.case import Case
from symrnn.bench.contenders.torch_modules import module_of
from symrnn.bench.contenders.trial import Trial
from symrnn.functional import Equations, Values
from symrnn.bench.kinds import Kind
from symrnn.runtime.shapes import Array
from symrnn.torch.function import function
from symrnn.torch.arithmetic import LIBRARY, set_threads, tensor

NAME = "torch loop"


def trials(case: Case) -> Iterator[Trial]:
    """The loop; nothing where torch.nn has the cell, which is always faster."""
    if module_of(case.program) is None:
        yield loop(case)


def loop(case: Case) -> Trial:
    """The loop for any cell that streams."""
    set_threads(case.workload.threads)
    made, kind = _Loop(case), case.workload.kind
    if kind is Kind.STEP:
        return Trial(NAME, made.step, made.streamed)
    if kind is Kind.SEQUENCE:
        return Trial(NAME, made.sequence, lambda: {"y": made.sequence().numpy()})
    return Trial(NAME, made.train, made.trained)


class _Loop:
    """The case's arrays as tensors, and the three things that are asked."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.equations = Equations(case.program, case.sizes, LIBRARY)
        self.function = function(case.program)
        self.given = {**{name: tensor(array) for name, array in case.parameters.items()},
                      case.input_name: tensor(case.x)}
        self.initial = {name: tensor(array) for name, array in case.initial.items()}
        self.y_bar = tensor(case.y_bar)
        self.state = self.equations.start(self.initial)

    def forward(self, given: Values) -> torch.Tensor:
        parameters = {name: given[name] for name in self.case.parameters}
        y: torch.Tensor = self.function(parameters, given[self.case.input_name])[0]
        return y

    @torch.inference_mode()
    def sequence(self) -> torch.Tensor:
        return self.forward(self.given)

    @torch.inference_mode()
    def step(self, at: int = 0) -> torch.Tensor:
        x_t = self.given[self.case.input_name][at:at + 1]
        fixed, timed = self.equations.before({**self.given, self.case.input_name: x_t})
        now = {name: value[0] for name, value in timed.items()}
        y, self.state = self.equations.step(fixed, now, self.state)
        return y

    def streamed(self) -> dict[str, Array]:
        self.state = self.equations.start(self.initial)
        return {"y": torch.stack([self.step(at) for at in range(len(self.case.x))]).numpy()}

    def train(self) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        leaves = {name: value.detach().requires_grad_() for name, value in self.given.items()}
        y = self.forward(leaves)
        gradients = torch.autograd.grad(y, list(leaves.values()), self.y_bar, allow_unused=True,
                                        materialize_grads=True)
        return y, dict(zip(leaves, gradients, strict=True))

    def trained(self) -> dict[str, Array]:
        y, gradients = self.train()
        return {"y": y.detach().numpy(),
                **{f"grad {name}": value.numpy() for name, value in gradients.items()}}



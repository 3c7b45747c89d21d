"""PyTorch's own modules, nn.LSTM and its like, and their cells, for programs that are the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch

from symrnn.bench.case import Case
from symrnn.torch.arithmetic import set_threads, tensor
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.kinds import Kind
from symrnn.interop.packing import Table, first_blocks, laid_out
from symrnn.interop.torch_weights import MODES, cell_table
from symrnn.program import Program
from symrnn.runtime.shapes import Array


@cache
def module_of(program: Program) -> str | None:
    """Torch's mode with the very same equations, ``LSTM``, or None."""
    return next((mode for mode, (build, _) in MODES.items() if build() == program), None)


def trials(case: Case) -> Iterator[Trial]:
    """The module, and for a stream the module's cell too."""
    mode = module_of(case.program)
    if mode is None:
        return
    set_threads(case.workload.threads)
    whole, kind = _Module(case, mode, ""), case.workload.kind
    if kind is Kind.STEP:
        cell = _Module(case, mode, "Cell")
        yield Trial(whole.name, whole.step, whole.streamed)
        yield Trial(cell.name, cell.step, cell.streamed)
    elif kind is Kind.SEQUENCE:
        yield Trial(whole.name, whole.sequence, lambda: {"y": whole.sequence().numpy()})
    else:
        yield Trial(whole.name, whole.train, whole.trained)


class _Module:
    """A torch module with the case's parameters in it."""

    def __init__(self, case: Case, mode: str, suffix: str) -> None:
        name, _, nonlinearity = mode.partition("_")
        options: dict[str, Any] = {"nonlinearity": nonlinearity.lower()} if nonlinearity else {}
        self.case, self.name, self.is_cell = case, f"torch nn.{name}{suffix}", bool(suffix)
        self.ending = "" if suffix else "_l0"
        self.module = getattr(torch.nn, name + suffix)(case.sizes["n"], case.sizes["m"], **options)
        self.table: Table = cell_table(case.program, MODES[mode][1])
        with torch.no_grad():
            for key, array in laid_out(self.table, case.parameters).items():
                getattr(self.module, key + self.ending).copy_(tensor(array))
        self.x, self.y_bar = tensor(case.x), tensor(case.y_bar)
        self.state: Any = None

    @torch.inference_mode()
    def sequence(self) -> torch.Tensor:
        y, _ = self.module(self.x)
        return y

    @torch.inference_mode()
    def step(self, at: int = 0) -> torch.Tensor:
        if self.is_cell:
            self.state = self.module(self.x[at], self.state)
            return self.state[0] if isinstance(self.state, tuple) else self.state
        y, self.state = self.module(self.x[at:at + 1], self.state)
        return y[0]

    def streamed(self) -> dict[str, Array]:
        self.state = None
        return {"y": np.stack([self.step(at).numpy() for at in range(len(self.x))])}

    def train(self) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        x = self.x.detach().requires_grad_()
        y, _ = self.module(x)
        leaves = {"x": x, **dict(self.module.named_parameters())}
        gradients = torch.autograd.grad(y, list(leaves.values()), self.y_bar)
        return y, dict(zip(leaves, gradients, strict=True))

    def trained(self) -> dict[str, Array]:
        y, gradients = self.train()
        theirs = {key: gradients[key + self.ending].numpy() for key in self.table}
        named = {**first_blocks(self.table, theirs), self.case.input_name: gradients["x"].numpy()}
        return {"y": y.detach().numpy(), **{f"grad {key}": one for key, one in named.items()}}

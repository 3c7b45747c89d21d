"""What PyTorch computes from a network's equations, with derivatives of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symrnn.checking.reference import Case
from symrnn.torch.function import function

Array = npt.NDArray[Any]


def autograd(case: Case) -> dict[str, Array]:
    """Outputs and final states of a case, and the gradients of all that is given to it, by name.

    No equation of the adjoint takes part. Raises ProgramError for what tensors cannot express.
    """
    program = case.plan.program
    params, x, initial = map(_leaves, (case.parameters, case.inputs, case.initial))
    y, final = function(program)(params, x, initial)
    outputs = y if isinstance(y, dict) else {program.outputs[0]: y}
    loss = sum((torch.tensor(bar) * some[name]).sum()
               for some, bars in ((outputs, case.y_bar), (final, case.final_bar))
               for name, bar in bars.items())
    if isinstance(loss, torch.Tensor) and loss.requires_grad:
        loss.backward()
    starts = {one.initial: initial[one.state] for one in program.delays}
    ends = {one.final: final[one.state] for one in program.delays}
    return {**{name: one.detach().numpy() for name, one in {**outputs, **ends}.items()},
            **{name: np.zeros(one.shape) if one.grad is None else one.grad.numpy()
               for name, one in {**params, **x, **starts}.items()}}


def _leaves(arrays: Mapping[str, Array]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(one, requires_grad=True) for name, one in arrays.items()}

"""Calls on plain tensors, past the dispatch of operators, which costs more than a short step.

Where nobody traces, transforms or fakes, the operators' functions are called as they are. A
gradient that is to be differentiated again goes through the operator ``backward``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

from symrnn.torch import operators
from symrnn.torch.operators import after_forward

Tensors = Sequence[Tensor]
PLAIN = (Tensor, torch.nn.Parameter)


def plain(given: Tensors) -> bool:
    """True where nothing but values is asked for, or values and a graph of autograd.

    A tensor on the device "meta" has no values, only a shape, which the operators tell.
    """
    return not (torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active()
                or forward_ad._current_level >= 0 or torch._C._len_torch_dispatch_stack()
                or torch.jit.is_tracing() or not given[0].is_cpu) and all(
                    type(one) in PLAIN for one in given)


def forward_directly(network: str, given: Tensors) -> Tensors:
    """The operator ``forward``, or ``infer`` where no gradient will be asked for."""
    if not torch.is_grad_enabled():
        return operators.infer_directly(network, given)
    made: tuple[Tensor, ...] = _Forward.apply(network, *given)
    return made


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, network: str, *given: Tensor) -> tuple[Tensor, ...]:
        made = tuple(operators.forward_directly(network, given))
        ctx.network = network
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(made[-1])  # the tape
        ctx.save_for_backward(*given, *made)
        return made

    @staticmethod
    def backward(ctx: Any, *bars: Tensor | None) -> tuple[Any, ...]:
        saved = ctx.saved_tensors  # once: torch.utils.checkpoint computes them for one look
        again = torch.is_grad_enabled() or not plain(saved)
        run = operators.backward if again else operators.backward_directly
        return None, *after_forward(ctx.network, saved, bars, run)

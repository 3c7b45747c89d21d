"""Derivatives under torch.func: its grad, vjp and jacrev pass over what operators register.

They take the same formulas from a function of autograd, whose arguments are one flat row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from symrnn.handles import order
from symrnn.torch.operators import after_backward, after_forward, backward, forward

Tensors = Sequence[Tensor]


def forward_transformed(network: str, given: Tensors) -> Tensors:
    """The operator ``forward``, for a call inside of a transform of torch.func."""
    made: tuple[Tensor, ...] = _Forward.apply(network, *given)
    return made


def _backward_transformed(network: str, given: Tensors, results: Tensors, bars: Tensors
                          ) -> Tensors:
    made: tuple[Tensor, ...] = _Backward.apply(network, *given, *results, *bars)
    return made


class _Forward(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(network: str, *given: Tensor) -> tuple[Tensor, ...]:
        return tuple(forward(network, list(given)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.network, *given = inputs
        ctx.mark_non_differentiable(output[-1])  # the tape
        ctx.save_for_backward(*given, *output)

    @staticmethod
    def backward(ctx: Any, *bars: Tensor) -> tuple[Any, ...]:
        return None, *after_forward(ctx.network, ctx.saved_tensors, bars, _backward_transformed)


class _Backward(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(network: str, *flat: Tensor) -> tuple[Tensor, ...]:
        return tuple(backward(network, *_parts(network, flat)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.network, *flat = inputs
        given, results, bars = _parts(ctx.network, flat)
        ctx.results = len(results)
        ctx.save_for_backward(*given, *bars)

    @staticmethod
    def backward(ctx: Any, *dots: Tensor) -> tuple[Any, ...]:
        of_given, of_bars = after_backward(ctx.network, ctx.saved_tensors, dots)
        return None, *of_given, *[None] * ctx.results, *of_bars


def _parts(network: str, flat: Tensors) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """What was given, outputs with the tape, the cotangents of the results."""
    known = order(network)
    first, last = len(known.given), len(flat) - len(known.results)
    return list(flat[:first]), list(flat[first:last]), list(flat[last:])

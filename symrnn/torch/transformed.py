"""Derivatives under torch.func and in forward mode, which pass over what operators register.

They take the same formulas from a function of autograd, whose arguments are one flat row. Forward
mode goes over the values and over their gradients, so that ``torch.func.hessian`` is there; it
keeps the tensors that backward keeps, else vmap mixes them up. torch.compile may not look inside:
of a function of autograd that it traces it knows one derivative, no direction and no vmap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, chain, pairwise
from typing import Any

import torch
from torch import Tensor

from symrnn.handles import order
from symrnn.program import ProgramError
from symrnn.torch.operators import (TOO_HIGH, after_backward, after_forward, along, backward,
                                    filled, forward, push)

Tensors = Sequence[Tensor]


@torch.compiler.allow_in_graph
def forward_transformed(network: str, given: Tensors) -> Tensors:
    """The operator ``forward``, for a call inside of a transform of torch.func."""
    made: tuple[Tensor, ...] = _Forward.apply(network, *given)
    return made


def _backward_transformed(network: str, given: Tensors, results: Tensors, bars: Tensors
                          ) -> Tensors:
    made: tuple[Tensor, ...] = _Backward.apply(network, *given, *results, *bars)
    return made


def _last(operator: Any, network: str, *groups: Tensors) -> Tensors:
    """An operator of which no derivative is known."""
    places = [slice(*ends) for ends in pairwise(accumulate(map(len, groups), initial=0))]

    def run(flat: Tensors) -> Tensors:
        made: Tensors = operator(network, *(list(flat[place]) for place in places))
        return made

    made: tuple[Tensor, ...] = _Last.apply(run, *chain(*groups))
    return made


class _Forward(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(network: str, *given: Tensor) -> tuple[Tensor, ...]:
        return tuple(forward(network, list(given)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.network, *given = inputs
        ctx.save_for_backward(*given, *output)
        ctx.save_for_forward(*given, *output)

    @staticmethod
    def backward(ctx: Any, *bars: Tensor) -> tuple[Any, ...]:
        return None, *after_forward(ctx.network, ctx.saved_tensors, bars, _backward_transformed)

    @staticmethod
    def jvp(ctx: Any, of_name: None, *dots: Tensor | None) -> tuple[Any, ...]:
        saved = ctx.saved_tensors
        given, tape = saved[:len(order(ctx.network).given)], saved[-1]
        moved = _last(push, ctx.network, given, _moving(ctx.network, given, dots))
        return *moved, torch.zeros_like(tape)  # whose own changes nobody reads


class _Backward(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(network: str, *flat: Tensor) -> tuple[Tensor, ...]:
        return tuple(backward(network, *_parts(network, flat)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.network, *flat = inputs
        ctx.save_for_backward(*flat)
        ctx.save_for_forward(*flat)

    @staticmethod
    def backward(ctx: Any, *dots: Tensor) -> tuple[Any, ...]:
        given, results, bars = _parts(ctx.network, ctx.saved_tensors)
        of_given, of_bars = after_backward(ctx.network, [*given, *bars], dots,
                                            partial(_last, along))
        return None, *of_given, *[None] * len(results), *of_bars

    @staticmethod
    def jvp(ctx: Any, of_name: None, *dots: Tensor | None) -> tuple[Any, ...]:
        """Gradients move with what was given, by the Hessian, and with the bars, linearly."""
        given, results, bars = _parts(ctx.network, ctx.saved_tensors)
        of_given, _, of_bars = _parts(ctx.network, dots)
        moved = _last(backward, ctx.network, given, results, filled(of_bars, bars))
        bent = _last(along, ctx.network, given, bars, _moving(ctx.network, given, of_given))
        return tuple(one + other for one, other in zip(moved, bent, strict=False))


class _Last(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(run: Callable[[Tensors], Tensors], *flat: Tensor) -> tuple[Tensor, ...]:
        return tuple(run(flat))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *bars: Tensor) -> tuple[Any, ...]:
        raise ProgramError(TOO_HIGH)

    @staticmethod
    def jvp(ctx: Any, *dots: Tensor | None) -> tuple[Any, ...]:
        raise ProgramError(TOO_HIGH)


def _moving(network: str, given: Tensors, dots: Sequence[Tensor | None]) -> list[Tensor]:
    """The directions of what has a gradient; zero where nothing moves."""
    return [one for one, moves in zip(filled(dots, given), order(network).moving, strict=True)
            if moves]


def _parts(network: str, flat: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """What was given, outputs with the tape, the cotangents of the results."""
    known = order(network)
    first, last = len(known.given), len(flat) - len(known.results)
    return list(flat[:first]), list(flat[first:last]), list(flat[last:])

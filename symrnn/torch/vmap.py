"""How the operators run under vmap: one after the other, or as one batch where nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from symrnn.handles import order
from symrnn.program import Span
from symrnn.torch.operators import along, backward, forward, infer, push

Dims = Sequence[int | None]


def _at(tensors: Sequence[Tensor], dims: Dims, number: int) -> list[Tensor]:
    return [one if dim is None else one.select(dim, number)
            for one, dim in zip(tensors, dims, strict=True)]


def _one_by_one(operator: Any) -> Callable[..., Any]:
    """Each entry has a tape and gradients of its own, so each is a call of its own."""
    def rule(info: Any, in_dims: tuple[Any, ...], network: str, *lists: Sequence[Tensor]
             ) -> tuple[list[Tensor], list[int]]:
        calls = [operator(network, *(_at(tensors, dims, number)
                                     for tensors, dims in zip(lists, in_dims[1:], strict=True)))
                 for number in range(info.batch_size)]
        results = [torch.stack(found) for found in zip(*calls, strict=True)]
        return results, [0] * len(results)
    return rule


def _infer_as_one(info: Any, in_dims: tuple[Any, ...], network: str, given: Sequence[Tensor]
                  ) -> tuple[list[Tensor], list[int]]:
    """Entries that share their parameters are samples of one call."""
    known, dims = order(network), in_dims[1]
    spans = [one.span for one in known.given]
    if any(dim is not None and span is Span.CONSTANT
           for dim, span in zip(dims, spans, strict=True)):
        alone: tuple[list[Tensor], list[int]] = _one_by_one(infer)(info, in_dims, network, given)
        return alone
    folded = [one if span is Span.CONSTANT else _folded(one, dim, info.batch_size, span - 1)
              for one, dim, span in zip(given, dims, spans, strict=True)]
    places = [one.span - 1 for one in known.results]
    results = [one.unflatten(place, (info.batch_size, one.shape[place] // info.batch_size))
               for one, place in zip(infer(network, folded), places, strict=True)]
    return results, places


def _folded(tensor: Tensor, dim: int | None, count: int, place: int) -> Tensor:
    """The entries beside the samples, whose axis stands at ``place``."""
    wide = (tensor.unsqueeze(place).expand(*tensor.shape[:place], count, *tensor.shape[place:])
            if dim is None else tensor.movedim(dim, place))
    return wide.flatten(place, place + 1)


def declare_vmap() -> None:
    """Tell torch how each operator runs under vmap."""
    infer.register_vmap(_infer_as_one)
    for each in (forward, backward, push, along):
        each.register_vmap(_one_by_one(each))

"""PyTorch as a library of arrays, and how its threads are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch
from sympy import Abs, And, Max, Min, Not, Or
from sympy.functions import erf, sqrt

from symrnn.functional import Library, Values
from symrnn.program import ELEMENTARY
from symrnn.program.activations import copysign
from symrnn.program.interpret import Operations
from symrnn.runtime.shapes import Array

OPERATIONS = Operations({
    **{row.function: getattr(torch, row.numpy) for row in ELEMENTARY.values()},
    sqrt: torch.sqrt, erf: torch.erf, copysign: torch.copysign, Abs: torch.abs,
    Max: torch.maximum, Min: torch.minimum,
    And: torch.logical_and, Or: torch.logical_or, Not: torch.logical_not,
    "<=": lambda x, y: x <= y, "<": lambda x, y: x < y, ">=": lambda x, y: x >= y,
    ">": lambda x, y: x > y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y,
}, torch.where, named={
    "sigmoid": torch.sigmoid, "relu": torch.relu, "softplus": torch.nn.functional.softplus,
    "softsign": torch.nn.functional.softsign, "silu": torch.nn.functional.silu,
    "rsqrt": torch.rsqrt,
})


def tensor(array: Array) -> torch.Tensor:
    """A float32 tensor with memory of its own."""
    return torch.tensor(np.asarray(array, np.float32))


def scan(body: Callable[[Values, Values], tuple[Values, Values]], state: Values, timed: Values,
         steps: int, step: int) -> tuple[Values, Values]:
    """A Python loop over rows."""
    rows = {name: value.unbind(0) for name, value in timed.items()}
    kept = []
    for at in range(steps)[::step]:
        state, found = body(state, {name: values[at] for name, values in rows.items()})
        kept.append(found)
    return state, {name: torch.stack([one[name] for one in kept[::step]]) for name in kept[0]}


def shift(edge: torch.Tensor, sequence: torch.Tensor, step: int) -> torch.Tensor:
    """A sequence one step later, or earlier."""
    parts = (edge[None], sequence[:-1]) if step > 0 else (sequence[1:], edge[None])
    return torch.cat(parts)


def _of_tensors(dtype: torch.dtype, device: torch.device) -> Operations:
    """The operations where numbers of a formula are given to functions, which want tensors."""
    def tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *values: function(*map(made, values))

    def made(value: Any) -> torch.Tensor:
        kind = torch.bool if isinstance(value, bool) else dtype
        return value if isinstance(value, torch.Tensor) else torch.tensor(
            value, dtype=kind, device=device)

    return replace(
        OPERATIONS, where=tensors(OPERATIONS.where),
        elementary={kind: tensors(one) for kind, one in OPERATIONS.elementary.items()},
        named={name: tensors(one) for name, one in OPERATIONS.named.items()})


@cache
def library(dtype: torch.dtype, device: torch.device) -> Library:
    """PyTorch with constants of this type, on this device."""
    @torch.inference_mode(False)  # constants are kept, for calls that differentiate too
    def array(value: Any) -> torch.Tensor:
        return torch.as_tensor(np.asarray(value), dtype=dtype, device=device)

    return Library(_of_tensors(dtype, device), torch.einsum,
                   lambda value, shape: torch.broadcast_to(
                       torch.as_tensor(value, dtype=dtype, device=device), tuple(shape)),
                   lambda value, axes: torch.amax(value, axes).detach(), array, scan, shift)


LIBRARY = library(torch.float32, torch.device("cpu"))


def set_threads(count: int) -> None:
    """PyTorch computes with so many threads from now on."""
    torch.set_num_threads(count)

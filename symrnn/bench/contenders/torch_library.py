"""PyTorch as a library of arrays, and how its threads are set."""

from __future__ import annotations

import numpy as np
import torch
from sympy import Abs, And, Max, Min, Not, Or
from sympy.functions import sqrt

from symrnn.bench.equations import Library
from symrnn.program import ELEMENTARY
from symrnn.program.interpret import Operations
from symrnn.runtime.shapes import Array

OPERATIONS = Operations({
    **{row.function: getattr(torch, row.numpy) for row in ELEMENTARY.values()},
    sqrt: torch.sqrt, Abs: torch.abs,
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


LIBRARY = Library(OPERATIONS, torch.einsum,
                  lambda value, shape: torch.broadcast_to(torch.as_tensor(value), shape),
                  lambda value: torch.amax(value, -1).detach(), tensor)


def set_threads(count: int) -> None:
    """PyTorch computes with so many threads from now on."""
    torch.set_num_threads(count)

"""JAX as a library of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Abs, And, Max, Min, Not, Or
from sympy.functions import erf, sqrt

from symrnn.functional import Library, Values
from symrnn.program import ELEMENTARY
from symrnn.program.activations import copysign
from symrnn.program.interpret import Operations
from symrnn.runtime.shapes import numbers

OPERATIONS = Operations({
    **{row.function: getattr(jnp, row.numpy) for row in ELEMENTARY.values()},
    sqrt: jnp.sqrt, erf: jax.lax.erf, copysign: jnp.copysign, Abs: jnp.abs,
    Max: jnp.maximum, Min: jnp.minimum,
    And: jnp.logical_and, Or: jnp.logical_or, Not: jnp.logical_not,
    "<=": jnp.less_equal, "<": jnp.less, ">=": jnp.greater_equal, ">": jnp.greater,
    "==": jnp.equal, "!=": jnp.not_equal,
}, jnp.where, named={
    "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign, "silu": jax.nn.silu, "rsqrt": jax.lax.rsqrt,
})


def scan(body: Callable[[Values, Values], tuple[Values, Values]], state: Values, timed: Values,
         steps: int, step: int) -> tuple[Values, Values]:
    """``lax.scan``."""
    last, kept = jax.lax.scan(body, state, timed, length=steps, reverse=step < 0)
    return last, kept


def shift(edge: Any, sequence: Any, step: int) -> Any:
    """A sequence one step later, or earlier."""
    parts = (edge[None], sequence[:-1]) if step > 0 else (sequence[1:], edge[None])
    return jnp.concatenate(parts)


def arrays(named: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays of JAX; what neither JAX nor NumPy made is looked at first. Raises ShapeError."""
    return {name: jnp.asarray(one if isinstance(one, jax.Array) else numbers(one, name))
            for name, one in named.items()}


@cache
def library(dtype: str) -> Library:
    """JAX with constants of this type, which are NumPy's: no trace keeps them."""
    def array(value: Any) -> Any:
        return np.asarray(value, dtype)

    return Library(OPERATIONS, jnp.einsum, jnp.broadcast_to,
                   lambda value, axes: jax.lax.stop_gradient(jnp.max(value, axes)), array, scan,
                   shift)

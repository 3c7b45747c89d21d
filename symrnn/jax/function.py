"""Any network as a plain function of JAX, on any device, with JAX's own derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from symrnn.functional import Function
from symrnn.jax.arithmetic import library
from symrnn.program import Program, of_network, verify


@of_network
def function(network: Program) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """The equations as ``f(params, x, initial=None)``, which gives ``y`` and the final states.

    Arguments and results are those of :meth:`symrnn.Kernel.forward`, in arrays of JAX of one
    type. Products that read no memory are taken for all steps at once, the rest is a
    ``lax.scan``. Raises ProgramError for what is no network; the function raises ShapeError.
    """
    equations = Function(verify(network))

    def run(params: Mapping[str, Any], x: Any, initial: Mapping[str, Any] | None = None
            ) -> tuple[Any, dict[str, Any]]:
        first = next(iter(x.values())) if isinstance(x, Mapping) else x
        return equations(library(jnp.asarray(first).dtype.name), params, x, initial)
    return run

"""What JAX computes from a network's equations, with derivatives of its own."""

from __future__ import annotations

import jax
import numpy as np

from symrnn.checking.reference import Array, Case
from symrnn.jax.function import function


def autograd(case: Case) -> dict[str, Array]:
    """Outputs and final states of a case, and the gradients of all that is given to it, by name.

    No equation of the adjoint takes part. Numbers are those of the case, of 64 bits.
    """
    program = case.plan.program
    with jax.enable_x64(True):
        (y, final), pulled = jax.vjp(function(program), case.parameters, case.inputs, case.initial)
        bars = case.y_bar if isinstance(y, dict) else case.y_bar[program.outputs[0]]
        params, x, initial = pulled((bars, case.final_bar))
    outputs = y if isinstance(y, dict) else {program.outputs[0]: y}
    starts = {one.initial: initial[one.state] for one in program.delays}
    ends = {one.final: final[one.state] for one in program.delays}
    return {name: np.asarray(one)
            for name, one in {**outputs, **ends, **params, **x, **starts}.items()}

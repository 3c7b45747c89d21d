"""JAX: the equations inside ``lax.scan``, compiled, for any cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Abs, And, Max, Min, Not, Or
from sympy.functions import sqrt

from symrnn.bench.case import Case
from symrnn.bench.contenders.trial import Trial
from symrnn.functional import Equations, Library, Values
from symrnn.bench.kinds import Kind
from symrnn.program import ELEMENTARY
from symrnn.program.interpret import Operations
from symrnn.runtime.shapes import Array

NAME = "jax scan"
OPERATIONS = Operations({
    **{row.function: getattr(jnp, row.numpy) for row in ELEMENTARY.values()},
    sqrt: jnp.sqrt, Abs: jnp.abs, Max: jnp.maximum, Min: jnp.minimum,
    And: jnp.logical_and, Or: jnp.logical_or, Not: jnp.logical_not,
    "<=": jnp.less_equal, "<": jnp.less, ">=": jnp.greater_equal, ">": jnp.greater,
    "==": jnp.equal, "!=": jnp.not_equal,
}, jnp.where, named={
    "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign, "silu": jax.nn.silu, "rsqrt": jax.lax.rsqrt,
})


def array(value: Any) -> Any:
    """A float32 array of JAX."""
    return jnp.asarray(np.asarray(value, np.float32))


LIBRARY = Library(OPERATIONS, jnp.einsum, jnp.broadcast_to,
                  lambda value: jax.lax.stop_gradient(jnp.max(value, -1)), array)


def trials(case: Case) -> Iterator[Trial]:
    """The compiled scan, or the compiled step of a stream."""
    made, kind = _Scan(case), case.workload.kind
    if kind is Kind.STEP:
        yield Trial("jax jit", made.step, made.streamed)
    elif kind is Kind.SEQUENCE:
        yield Trial(NAME, made.sequence, lambda: {"y": np.asarray(made.sequence())})
    else:
        yield Trial(NAME, made.train, made.trained)


class _Scan:
    """The case's arrays in JAX, and the compiled functions."""

    def __init__(self, case: Case) -> None:
        self.case, self.equations = case, Equations(case.program, case.sizes, LIBRARY)
        self.parameters = {name: array(one) for name, one in case.parameters.items()}
        self.initial = {name: array(one) for name, one in case.initial.items()}
        self.x, self.y_bar = array(case.x), array(case.y_bar)
        self.rows = [array(row) for row in case.x]
        self.state = self.equations.start(self.initial)
        self._forward, self._step = jax.jit(self.forward), jax.jit(self.one)
        self._train = jax.jit(self.gradients)

    def forward(self, parameters: Values, x: Any) -> Any:
        fixed, timed = self.equations.before({**parameters, self.case.input_name: x})

        def body(state: Values, now: Values) -> tuple[Values, Any]:
            y, following = self.equations.step(fixed, now, state)
            return following, y

        return jax.lax.scan(body, self.equations.start(self.initial), timed)[1]

    def one(self, parameters: Values, x_t: Any, state: Values) -> Any:
        fixed, timed = self.equations.before({**parameters, self.case.input_name: x_t[None]})
        now = {name: value[0] for name, value in timed.items()}
        return self.equations.step(fixed, now, state)

    def gradients(self, parameters: Values, x: Any, y_bar: Any) -> Any:
        y, back = jax.vjp(self.forward, parameters, x)
        return y, back(y_bar)

    def sequence(self) -> Any:
        return self._forward(self.parameters, self.x).block_until_ready()

    def step(self, at: int = 0) -> Any:
        y, self.state = self._step(self.parameters, self.rows[at], self.state)
        return y.block_until_ready()

    def streamed(self) -> dict[str, Array]:
        self.state = self.equations.start(self.initial)
        return {"y": np.stack([np.asarray(self.step(at)) for at in range(len(self.rows))])}

    def train(self) -> Any:
        return jax.block_until_ready(self._train(self.parameters, self.x, self.y_bar))

    def trained(self) -> dict[str, Array]:
        y, (gradients, x_bar) = self.train()
        named = {**gradients, self.case.input_name: x_bar}
        return {"y": np.asarray(y),
                **{f"grad {name}": np.asarray(one) for name, one in named.items()}}

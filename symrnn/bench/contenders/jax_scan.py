"""JAX: the equations inside ``lax.scan``, compiled, for any cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from symrnn.bench.case import Case
from symrnn.bench.contenders.trial import Trial
from symrnn.bench.kinds import Kind
from symrnn.functional import Equations, Values
from symrnn.jax.function import function
from symrnn.jax.arithmetic import library
from symrnn.runtime.shapes import Array

NAME = "jax scan"


def array(value: Any) -> Any:
    """A float32 array of JAX."""
    return jnp.asarray(np.asarray(value, np.float32))


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
        self.case, self.function = case, function(case.program)
        self.equations = Equations(case.program, case.sizes, library("float32"))
        self.parameters = {name: array(one) for name, one in case.parameters.items()}
        self.initial = {name: array(one) for name, one in case.initial.items()}
        self.x, self.y_bar = array(case.x), array(case.y_bar)
        self.rows = [array(row) for row in case.x]
        self.state = self.equations.start(self.initial)
        self._forward, self._step = jax.jit(self.forward), jax.jit(self.one)
        self._train = jax.jit(self.gradients)

    def forward(self, parameters: Values, x: Any) -> Any:
        return self.function(parameters, x)[0]

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

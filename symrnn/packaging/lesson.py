"""A small lesson: sequences to learn, and what the host's losses are while it learns them.

The host is symrnn in Python: the same programs, on NumPy in float32. The packaged C must learn
alike, to 1e-6. Where a gradient is nothing but rounding, Adam makes whole steps of it: a network
whose losses differ that much between float32 and float64 has a tolerance of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from symrnn.kernels import compile
from symrnn.learner import Learner
from symrnn.optimisers import OPTIMISERS, SETTINGS
from symrnn.packaging.content import Model, Slot, lengths, literal, literals
from symrnn.program import FED, Program, Role, Variable
from symrnn.runtime import Kernel
from symrnn.runtime.shapes import Array

Params = Mapping[str, Array]
Targets = Callable[[Array, int], Array]
WINDOWS, ROUNDS, LIMIT = 3, 8, 1.0
ALIKE = 1e-6  # how near losses must be
CALM, MARGIN = 0.25, 20  # the share of it that rounding may take; else so often what it takes
RATES = {"sgd": 0.1, "momentum": 0.05, "adam": 0.003}
# What entry j should be at step t, for each loss: a wave, a class that changes, questions.
TARGETS: dict[str, Targets] = {
    "mean_squared_error": lambda t, p: np.sin(0.3 * t + np.arange(p)) / 2,
    "softmax_cross_entropy": lambda t, p: np.eye(p)[(t[:, 0] // 3).astype(int) % p],
    "binary_cross_entropy": lambda t, p: (t // (np.arange(p) % 5 + 2)) % 2,
}


@dataclass(frozen=True)
class Learned:
    """The losses of one optimiser, window by window."""

    name: str
    rate: str
    losses: tuple[float, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """They as an array of C."""
        return literals(self.losses)


@dataclass(frozen=True)
class Lesson:
    """Sequences, and the losses of every optimiser on the host."""

    windows: int
    rounds: int
    limit: str
    tolerance: str
    given: tuple[tuple[Slot, tuple[str, ...]], ...]
    losses: tuple[Learned, ...]


def lesson(judging: Program, judged: Model, sizes: Mapping[str, int], params: Mapping[str, Any],
           loss: str, window: int, optimisers: Sequence[str]) -> Lesson:
    """What a judged network learns in windows of so many steps, from some weights on."""
    steps, target = window * WINDOWS, judged.inputs[-1]
    known = {**lengths(judging, sizes), "T": steps, "B": 1}
    inputs = {one.name: _waves(one, [known.get(axis) or int(axis) for axis in one.shape])
              for one in judging.with_role(*FED)}
    wanted = TARGETS[loss](np.arange(steps)[:, None], target.entries)
    inputs[target.key] = wanted.reshape(inputs[target.key].shape).astype(np.float32)
    found = {dtype: [tuple(_learning(compile(judging, "numpy", dtype), one, params, inputs, window))
                     for one in optimisers] for dtype in ("float32", "float64")}
    rounding = np.abs(np.subtract(found["float32"], found["float64"])).max()
    tolerance = ALIKE if rounding <= CALM * ALIKE else MARGIN * rounding
    losses = tuple(Learned(one, literal(RATES[one]), each)
                   for one, each in zip(optimisers, found["float32"], strict=True))
    given = tuple((one, literals(inputs[one.key])) for one in judged.inputs)
    return Lesson(WINDOWS, ROUNDS, literal(LIMIT), f"{tolerance:.1g}", given, losses)


def _waves(variable: Variable, shape: list[int]) -> Array:
    """Waves of several lengths, as a sensor may give them; ones where a mask is asked for."""
    if variable.role is not Role.INPUT:
        return np.ones(shape, np.float32)
    t, k = np.arange(shape[0])[:, None], np.arange(prod(shape[1:]))
    values: Array = np.sin((0.2 + 0.05 * (k % 7)) * t + k).astype(np.float32)
    return values.reshape(shape)


def _learning(kernel: Kernel, name: str, params: Params, inputs: Mapping[str, Array],
              window: int) -> Iterator[float]:
    """The loss of every window, each before the update that it leads to."""
    settings = {key: np.float32(value) for key, value in SETTINGS[name].items()}
    learner = Learner(OPTIMISERS[name](clipped=True), settings, params, kernel.dtype, LIMIT)
    for _ in range(ROUNDS):
        final = None
        for start in range(0, window * WINDOWS, window):
            part = {key: one[start:start + window] if kernel.program[key].shape[0] == "T" else one
                    for key, one in inputs.items()}
            run = kernel.forward(learner.params, part, final)
            final, bars = run.final, np.full((window, 1), 1 / np.float32(window), kernel.dtype)
            gradients = kernel.backward(run, bars)
            yield float((run.y * bars).sum())
            learner.update(gradients, np.float32(RATES[name]))

"""Runs the generated NumPy module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.numpy import numpy_backend
from symrnn.rendering import rendered
from symrnn.runtime.calls import Given
from symrnn.runtime.shapes import Arrays, is_plain
from symrnn.schedule import Plan


class NumpyEngine:
    """The module of one network, rendered and loaded. Nothing is compiled, nor by what it calls."""

    is_plain = staticmethod(is_plain)

    def __init__(self, plan: Plan, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)  # of the arrays that come in; the module takes either
        (text,) = rendered(numpy_backend(plan, "kernel")).values()
        self.module = ModuleType("symrnn_kernel")
        exec(compile(text, "<symrnn NumPy kernel>", "exec"), self.module.__dict__)

    def __str__(self) -> str:
        return "NumPy"

    def shapes(self, arrays: Mapping[str, Any], names: tuple[str, ...]) -> None:
        """Every call is checked: that costs little beside the loops."""

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        result: tuple[Arrays, Arrays, Any] = self.module.forward(
            given.parameters, given.inputs, given.initial)
        return result

    def infer(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and final states."""
        return self.forward(given)[:2]

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        gradients: Arrays = self.module.backward(
            given.parameters, given.inputs, given.initial, outputs, tape, bars)
        return gradients

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        result: tuple[Arrays, Arrays] = self.module.step(
            given.parameters, given.inputs, given.initial)
        return result

    def bound_step(self, given: Given, outputs: Arrays) -> Callable[[], None]:
        """A call without arguments: one step from ``given`` into ``outputs``, state in place."""
        def run() -> None:
            found, following = self.step(given)
            for into, result in ((outputs, found), (given.initial, following)):
                for name, array in result.items():
                    into[name][...] = array
        return run

"""Runs the generated C through ctypes, by the same description that the header prints."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.c import Struct, c_backend, c_names, interface
from symrnn.program import Role
from symrnn.rendering import rendered
from symrnn.runtime.compiler import shared_library
from symrnn.runtime.calls import Given
from symrnn.runtime.shapes import Array, Arrays, Sizes
from symrnn.schedule import Plan

NAME = "kernel"
Pointer = ctypes.c_void_p


class CEngine:
    """The shared library of one network. Every call brings its own memory: re-entrant."""

    def __init__(self, plan: Plan, dtype: npt.DTypeLike) -> None:
        self.plan, self.dtype = plan, np.dtype(dtype)
        defines = ("KERNEL_DOUBLE",) if self.dtype == np.float64 else ()
        self.code = ctypes.CDLL(str(shared_library(rendered(c_backend(plan, NAME)), defines)))
        structs = interface(plan, c_names(plan, NAME), NAME)
        self.structs = {one.name.removeprefix(f"{NAME}_"): one for one in structs}
        self.types = {kind: _structure(one) for kind, one in self.structs.items()}

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        program, sizes = self.plan.program, given.sizes
        outputs = {name: sizes.empty(program[name]) for name in program.outputs}
        final = {one.state: sizes.empty(program[one.final]) for one in program.delays}
        tape, work = self._memory(sizes, "tape"), self._memory(sizes, "forward_work")
        self.code.kernel_forward(
            *self._givens(given), self._fill("outputs", outputs), self._fill("state", final),
            _address(tape), _address(work))
        return outputs, final, tape

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        gradient, sizes = self.plan.gradient, given.sizes
        made = {one.of: sizes.empty(one) for one in gradient.with_role(Role.GRADIENT)}
        work = self._memory(sizes, "backward_work")
        self.code.kernel_backward(
            *self._givens(given), self._fill("outputs", outputs), _address(tape),
            self._fill("cotangents", bars), self._fill("gradients", made), _address(work))
        return made

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        program, sizes = self.plan.program, given.sizes
        outputs = {name: sizes.empty(program[name], lost=1) for name in program.outputs}
        following = {one.state: sizes.empty(program[one.final]) for one in program.delays}
        work = self._memory(sizes, "step_work")
        self.code.kernel_step(
            *self._givens(given), self._fill("outputs", outputs), self._fill("state", following),
            _address(work))
        return outputs, following

    def _givens(self, given: Given) -> tuple[Any, ...]:
        return (self._sizes(given.sizes), self._fill("parameters", given.parameters),
                self._fill("inputs", given.inputs), self._fill("state", given.initial))

    def _sizes(self, sizes: Sizes) -> Any:
        made = self.types["sizes"](**{one.name: sizes.known[one.key]
                                      for one in self.structs["sizes"].fields})
        return ctypes.byref(made)

    def _fill(self, kind: str, arrays: Mapping[str, Array]) -> Any:
        fields = [one for one in self.structs[kind].fields if one.key]
        return ctypes.byref(self.types[kind](**{one.name: arrays[one.key].ctypes.data
                                                for one in fields}))

    def _memory(self, sizes: Sizes, block: str) -> Array:
        count = getattr(self.code, f"{NAME}_{block}_size")
        count.restype = ctypes.c_size_t
        return np.empty(count(self._sizes(sizes)), self.dtype)


def _structure(struct: Struct) -> type[ctypes.Structure]:
    kind = ctypes.c_size_t if struct.name.endswith("_sizes") else Pointer
    fields = [(one.name, kind if one.key else ctypes.c_char) for one in struct.fields]
    return type(struct.name, (ctypes.Structure,), {"_fields_": fields})


def _address(array: Array) -> ctypes.c_void_p:
    return Pointer(array.ctypes.data)

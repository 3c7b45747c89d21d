"""Runs the generated C, by the same description that the header prints."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.c import c_backend, c_names, interface
from symrnn.program import Role
from symrnn.rendering import rendered
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.compiler import PORTABLE, shared_library
from symrnn.runtime.foreign import BoundStep, caller, shapes
from symrnn.runtime.memory import Lent, Pool
from symrnn.runtime.shapes import Array, Arrays, Sizes
from symrnn.schedule import Plan

NAME = "kernel"


class CEngine:
    """The shared library of one network. Every call brings its own memory: re-entrant."""

    flags: tuple[str, ...] = PORTABLE
    prefix = f"{NAME}_"

    def __init__(self, plan: Plan, dtype: npt.DTypeLike) -> None:
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.code = ctypes.CDLL(str(self.compiled()))
        self.keys = {one.name.removeprefix(f"{NAME}_"): [field.key for field in one.fields
                                                         if field.key]
                     for one in interface(plan, c_names(plan, NAME), NAME)}
        self.pool = Pool(self.dtype)
        self.calls = {kind: caller(self.function(kind)) for kind in self.kinds()}

    @property
    def defines(self) -> tuple[str, ...]:
        """What chooses the type."""
        return ("KERNEL_DOUBLE",) if self.dtype == np.float64 else ()

    def compiled(self) -> Path:
        """The compiled library."""
        return shared_library(self.files(), self.defines, self.flags)

    def files(self) -> dict[str, str]:
        """The sources, by name."""
        return rendered(c_backend(self.plan, NAME))

    def kinds(self) -> tuple[str, ...]:
        """The functions that are called with arrays."""
        return ("forward", "backward", *(("step",) if self.plan.streams else ()))

    def function(self, name: str) -> Any:
        """A function of the library."""
        return getattr(self.code, self.prefix + name)

    def shapes(self, arrays: Mapping[str, Any], names: tuple[str, ...]) -> Any:
        """What tells the shapes of parameters; None unless all lie ready to be read."""
        return shapes(arrays, names, self.dtype)

    def packed(self, given: Given, kind: str, parameters: Any) -> tuple[Any, ...]:
        """What stands behind the parameters in a call."""
        return ()

    def team(self) -> tuple[Any, ...]:
        """What stands last in a call."""
        return ()

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        sizes = given.sizes
        outputs, final = self.results(sizes)
        tape, work = self.lend(sizes, "tape"), self.lend(sizes, "forward_work")
        self.calls["forward"](
            *self.givens(given, "forward"), self.fields("outputs", outputs),
            self.fields("state", final), tape.block, work.block, *self.team())
        return outputs, final, tape

    def infer(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and final states."""
        return self.forward(given)[:2]

    def results(self, sizes: Sizes) -> tuple[Arrays, Arrays]:
        """Arrays for outputs and final states."""
        of_outputs, of_final, _ = sizes.once((self, "shapes"), self._shapes, sizes)
        return ({name: np.empty(shape, self.dtype) for name, shape in of_outputs},
                {name: np.empty(shape, self.dtype) for name, shape in of_final})

    def _shapes(self, sizes: Sizes) -> tuple[list[tuple[str, tuple[int, ...]]], ...]:
        """Names and shapes of outputs, of final states and of gradients."""
        program, gradients = self.plan.program, self.plan.gradient.with_role(Role.GRADIENT)
        return ([(name, sizes.shape(program[name])) for name in program.outputs],
                [(one.state, sizes.shape(program[one.final])) for one in program.delays],
                [(one.of, sizes.shape(one)) for one in gradients])

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        sizes = given.sizes
        *_, of_gradients = sizes.once((self, "shapes"), self._shapes, sizes)
        made = {name: np.empty(shape, self.dtype) for name, shape in of_gradients}
        work = self.lend(sizes, "backward_work")
        self.calls["backward"](
            *self.givens(given, "backward"), self.fields("outputs", outputs), tape.block,
            self.fields("cotangents", bars), self.fields("gradients", made), work.block,
            *self.team())
        return made

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        program, sizes = self.plan.program, given.sizes
        outputs = {name: sizes.empty(program[name], lost=1) for name in program.outputs}
        following = {one.state: sizes.empty(program[one.final]) for one in program.delays}
        work = self.lend(sizes, "step_work")
        self.calls["step"](
            *self.givens(given, "forward"), self.fields("outputs", outputs),
            self.fields("state", following), work.block, *self.team())
        return outputs, following

    def bound_step(self, given: Given, outputs: Arrays) -> BoundStep:
        """A call without arguments: one step from ``given`` into ``outputs``, state in place."""
        work, givens = self.lend(given.sizes, "step_work"), self.givens(given, "forward")
        arguments = (*givens, self.fields("outputs", outputs),
                     self.fields("state", given.initial), work.block, *self.team())
        return BoundStep(self.function("step"), arguments, (given, outputs, work),
                         len(givens) - 2, len(givens))

    def givens(self, given: Given, kind: str) -> tuple[Any, ...]:
        """The first arguments of every call, with weights packed for forward or backward."""
        sizes = given.sizes
        if type(given.parameters) is Packed:
            parameters = given.parameters.block(
                (self, "fields"), lambda: self.fields("parameters", given.parameters))
        else:
            parameters = self.fields("parameters", given.parameters)
        return (sizes.once((self, "sizes"), self._sizes, sizes), parameters,
                *self.packed(given, kind, parameters), self.fields("inputs", given.inputs),
                self.fields("state", given.initial))

    def _sizes(self, sizes: Sizes) -> Array:
        return np.array([sizes.known[key] for key in self.keys["sizes"]], np.uintp)

    def fields(self, kind: str, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
        """Arrays in the order of a struct's fields."""
        return tuple([arrays[key] for key in self.keys[kind]])

    def entries(self, sizes: Sizes, block: str) -> int:
        """How many entries a block of memory needs."""
        return self.told(sizes, block)

    def told(self, sizes: Sizes, block: str, *more: int) -> int:
        """What the function that tells the size of a block returns."""
        function = self.function(f"{block}_size")
        function.restype = ctypes.c_size_t
        own = self._sizes(sizes)  # held by its name: an address alone keeps no array alive
        return int(function(ctypes.c_void_p(own.ctypes.data), *map(ctypes.c_size_t, more)))

    def lend(self, sizes: Sizes, block: str) -> Lent:
        """A block of memory, as long as somebody holds it."""
        return Lent(self.pool, sizes.once((self, block), self.entries, sizes, block))

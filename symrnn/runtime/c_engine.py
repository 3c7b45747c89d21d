"""Runs the generated C through ctypes, by the same description that the header prints."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from symrnn.backends.c import Struct, c_backend, c_names, interface
from symrnn.program import Role
from symrnn.rendering import rendered
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.compiler import PORTABLE, shared_library
from symrnn.runtime.memory import Pool
from symrnn.runtime.shapes import Array, Arrays, Sizes
from symrnn.schedule import Plan

NAME = "kernel"
Pointer = ctypes.c_void_p


class CEngine:
    """The shared library of one network. Every call brings its own memory: re-entrant."""

    flags: tuple[str, ...] = PORTABLE
    prefix = f"{NAME}_"

    def __init__(self, plan: Plan, dtype: npt.DTypeLike) -> None:
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.code = ctypes.CDLL(str(self.compiled()))
        structs = interface(plan, c_names(plan, NAME), NAME)
        self.structs = {one.name.removeprefix(f"{NAME}_"): one for one in structs}
        self.types = {kind: _structure(one) for kind, one in self.structs.items()}
        self.keys = {kind: [field.key for field in one.fields if field.key]
                     for kind, one in self.structs.items()}
        self.pool = Pool(self.dtype)

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

    def function(self, name: str) -> Any:
        """A function of the library."""
        return getattr(self.code, self.prefix + name)

    def packed(self, given: Given, kind: str, parameters: Any) -> tuple[Any, ...]:
        """What stands behind the parameters in a call."""
        return ()

    def team(self) -> tuple[Any, ...]:
        """What stands last in a call."""
        return ()

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        sizes = given.sizes
        of_outputs, of_final, _ = sizes.once((id(self), "shapes"), lambda: self._shapes(sizes))
        outputs = {name: np.empty(shape, self.dtype) for name, shape in of_outputs}
        final = {name: np.empty(shape, self.dtype) for name, shape in of_final}
        tape, work = Tape(self.lend(sizes, "tape"), self.pool), self.lend(sizes, "forward_work")
        self.function("forward")(
            *self._givens(given, "forward"), self._fill("outputs", outputs),
            self._fill("state", final), address(tape.block), address(work), *self.team())
        self.pool.give_back(work)
        return outputs, final, tape

    def _shapes(self, sizes: Sizes) -> tuple[list[tuple[str, tuple[int, ...]]], ...]:
        """Names and shapes of outputs, of final states and of gradients."""
        program, gradients = self.plan.program, self.plan.gradient.with_role(Role.GRADIENT)
        return ([(name, sizes.shape(program[name])) for name in program.outputs],
                [(one.state, sizes.shape(program[one.final])) for one in program.delays],
                [(one.of, sizes.shape(one)) for one in gradients])

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        sizes = given.sizes
        *_, of_gradients = sizes.once((id(self), "shapes"), lambda: self._shapes(sizes))
        made = {name: np.empty(shape, self.dtype) for name, shape in of_gradients}
        work = self.lend(sizes, "backward_work")
        self.function("backward")(
            *self._givens(given, "backward"), self._fill("outputs", outputs), address(tape.block),
            self._fill("cotangents", bars), self._fill("gradients", made), address(work),
            *self.team())
        self.pool.give_back(work)
        return made

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        program, sizes = self.plan.program, given.sizes
        outputs = {name: sizes.empty(program[name], lost=1) for name in program.outputs}
        following = {one.state: sizes.empty(program[one.final]) for one in program.delays}
        work = self.lend(sizes, "step_work")
        self.function("step")(
            *self._givens(given, "forward"), self._fill("outputs", outputs),
            self._fill("state", following), address(work), *self.team())
        self.pool.give_back(work)
        return outputs, following

    def bound_step(self, given: Given, outputs: Arrays) -> Any:
        """A call without arguments: one step from ``given`` into ``outputs``, state in place.

        It keeps every array that it reads or writes alive.
        """
        work = self.lend(given.sizes, "step_work")
        state = self._fill("state", given.initial)
        arguments = (*self._givens(given, "forward"), self._fill("outputs", outputs), state,
                     address(work), *self.team())
        return self.bind(arguments, (given, outputs, work))

    def bind(self, arguments: tuple[Any, ...], kept: Any) -> Any:
        """The step with all its arguments."""
        return BoundCall(self.function("step"), arguments, kept)

    def _givens(self, given: Given, kind: str) -> tuple[Any, ...]:
        sizes = given.sizes
        if isinstance(given.parameters, Packed):
            parameters = given.parameters.block(
                (id(self), "struct"), lambda: self._fill("parameters", given.parameters))
        else:
            parameters = self._fill("parameters", given.parameters)
        return (sizes.once((id(self), "sizes"), lambda: self._sizes(sizes)), parameters,
                *self.packed(given, kind, parameters), self._fill("inputs", given.inputs),
                self._fill("state", given.initial))

    def _sizes(self, sizes: Sizes) -> Any:
        return ctypes.byref(self.types["sizes"](*[sizes.known[key] for key in self.keys["sizes"]]))

    def _fill(self, kind: str, arrays: Mapping[str, Array]) -> Any:
        return ctypes.byref(self.types[kind](*[_data(arrays[key]) for key in self.keys[kind]]))

    def entries(self, sizes: Sizes, block: str, *more: Any) -> int:
        """How many entries a block of memory needs."""
        def count() -> int:
            told = self.function(f"{block}_size")
            told.restype = ctypes.c_size_t
            return int(told(self._sizes(sizes), *more))

        return int(sizes.once((id(self), block), count))

    def lend(self, sizes: Sizes, block: str) -> Array:
        """A block of memory for one call."""
        return self.pool.lend(self.entries(sizes, block))


class Tape:
    """A lent block that goes back when nobody can read it any more."""

    def __init__(self, block: Array, pool: Pool) -> None:
        self.block = block
        weakref.finalize(self, pool.give_back, block)


class BoundCall:
    """A C function with all its arguments."""

    def __init__(self, function: Any, arguments: tuple[Any, ...], kept: Any) -> None:
        self.kept = (arguments, kept)
        addresses = [Pointer(value(one)) for one in arguments]
        prototype = ctypes.CFUNCTYPE(None, *map(type, addresses))
        self.function = prototype(ctypes.cast(function, Pointer).value or 0)
        self.addresses = tuple(addresses)

    def __call__(self) -> None:
        self.function(*self.addresses)


def value(argument: Any) -> int:
    """An argument of a call as the number that is passed."""
    if isinstance(argument, ctypes.c_size_t):
        return argument.value
    return ctypes.cast(argument, Pointer).value or 0


def _structure(struct: Struct) -> type[ctypes.Structure]:
    kind = ctypes.c_size_t if struct.name.endswith("_sizes") else Pointer
    fields = [(one.name, kind if one.key else ctypes.c_char) for one in struct.fields]
    return type(struct.name, (ctypes.Structure,), {"_fields_": fields})


def _data(array: Array) -> int:
    """Where an array's entries begin; the short way, where the array may be written."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(Any, array)))
    except (TypeError, ValueError):
        return int(array.ctypes.data)


def address(array: Array) -> ctypes.c_void_p:
    """Where an array's entries begin, as an argument of a call."""
    return Pointer(_data(array))

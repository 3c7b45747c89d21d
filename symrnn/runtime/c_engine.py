"""Runs the generated C, by the same description that the header prints."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.base import Artefact
from symrnn.backends.c import c_backend, c_names, interface
from symrnn.program import Role
from symrnn.rendering import rendered
from symrnn.runtime.calls import Given, Packed
from symrnn.runtime.compiler import PORTABLE, loaded, shared_library
from symrnn.runtime.foreign import BoundStep, Shapes, caller, quickly_plain, shapes
from symrnn.runtime.memory import Lease, Pool
from symrnn.runtime.patience import patience
from symrnn.runtime.shapes import Array, Arrays, Sizes
from symrnn.schedule import Plan

NAME = "kernel"


@dataclass(frozen=True, slots=True)
class Ready:
    """What calls of the same sizes have in common.

    ``words`` are the sizes as the C takes them. Names and shapes of what a call returns; how
    many ``entries`` each block of memory needs.
    """

    words: Array
    outputs: Shapes
    final: Shapes
    gradients: Shapes
    entries: dict[str, int]


class Lazily(dict[Any, Any]):
    """What is made when it is first asked for; of two threads that do, the first one's serves."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> Any:
        return self.setdefault(key, self.make(key))


@lru_cache(maxsize=64)
def sources(backend: Callable[[Plan, str], tuple[Artefact, ...]], plan: Plan) -> Mapping[str, str]:
    """The text of every file of one network: the same for every type and number of threads."""
    return MappingProxyType(rendered(backend(plan, NAME)))


class CEngine:
    """The shared library of one network. Every call brings its own memory: re-entrant."""

    flags: tuple[str, ...] = PORTABLE
    prefix = f"{NAME}_"
    team: tuple[Any, ...] = ()  # what stands last in a call
    is_plain = staticmethod(quickly_plain)

    def __init__(self, plan: Plan, dtype: npt.DTypeLike) -> None:
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.libraries = Lazily(self.opened)
        self.calls = Lazily(self.call_of)
        self.function("forward")  # a compiler that fails is told now
        self.keys = {struct.name.removeprefix(f"{NAME}_"): tuple(
                         field.key for field in struct.fields if field.key)
                     for struct in interface(plan, c_names(plan, NAME), NAME)}
        self.pool = Pool(self.dtype)

    def __str__(self) -> str:
        return "portable C"

    @property
    def defines(self) -> tuple[str, ...]:
        """What chooses the type."""
        return ("KERNEL_DOUBLE",) if self.dtype == np.float64 else ()

    def parts(self, function: str) -> tuple[str, ...]:
        """The parts of the code that are compiled when the function is first wanted."""
        return ()

    def compiled(self, parts: tuple[str, ...]) -> Path:
        """These parts as a compiled library."""
        return shared_library(sources(c_backend, self.plan), self.defines, self.flags)

    def opened(self, parts: tuple[str, ...]) -> ctypes.CDLL:
        """The library of these parts, loaded."""
        with patience(", ".join((self.plan.program.name, *parts[-1:]))):
            return loaded(self.compiled(parts))

    def function(self, name: str) -> Any:
        """A function of the code."""
        return getattr(self.libraries[self.parts(name)], self.prefix + name)

    def call_of(self, kind: str) -> Callable[..., Any]:
        """A function that is called with arrays."""
        return caller(self.function(kind), self.dtype)

    def shapes(self, arrays: Mapping[str, Any], names: tuple[str, ...]) -> Any:
        """What tells the shapes of parameters; None unless all lie ready to be read."""
        return shapes(arrays, names, self.dtype)

    def packed(self, given: Given, ready: Ready, kind: str, parameters: Any) -> tuple[Any, ...]:
        """What stands behind the parameters in a call."""
        return ()

    def forward(self, given: Given) -> tuple[Arrays, Arrays, Any]:
        """Outputs, final states and tape."""
        ready = self.ready(given.sizes)
        tape = self.lend(ready, "tape")
        outputs, final = self.run("forward", ready, *self.givens(given, ready, "forward"),
                                  ready.outputs, ready.final, tape.block)
        return outputs, final, tape

    def run(self, kind: str, ready: Ready, *arguments: Any) -> list[dict[str, Array]]:
        """A call with a workspace that nobody needs afterwards; returns what it made."""
        work = self.pool.lend(self.needed(ready, f"{kind}_work"))
        try:
            made: list[dict[str, Array]] = self.calls[kind](*arguments, work, *self.team)
            return made
        finally:
            self.pool.give_back(work)

    def infer(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and final states."""
        ready = self.ready(given.sizes)
        outputs, final = self.run("infer", ready, *self.givens(given, ready, "forward"),
                                  ready.outputs, ready.final)
        return outputs, final

    def ready(self, sizes: Sizes) -> Ready:
        """What calls of these sizes have in common, made once."""
        ready: Ready = sizes.once(self, self._ready, sizes)
        return ready

    def _ready(self, sizes: Sizes) -> Ready:
        program, gradients = self.plan.program, self.plan.gradient.with_role(Role.GRADIENT)
        finals = {one.state: sizes.shape(program[one.final]) for one in program.delays}
        of_gradients = {one.of: sizes.shape(one) for one in gradients}
        return Ready(
            np.array([sizes.known[key] for key in self.keys["sizes"]], np.uintp),
            [(name, sizes.shape(program[name])) for name in self.keys["outputs"]],
            [(name, finals[name]) for name in self.keys["state"]],
            [(name, of_gradients[name]) for name in self.keys["gradients"]], {})

    def backward(self, given: Given, outputs: Arrays, tape: Any, bars: Arrays) -> Arrays:
        """Gradients by the name of what they belong to."""
        ready = self.ready(given.sizes)
        (made,) = self.run(
            "backward", ready, *self.givens(given, ready, "backward"),
            self.named("outputs", outputs), tape.block, self.named("cotangents", bars),
            ready.gradients)
        return made

    def step(self, given: Given) -> tuple[Arrays, Arrays]:
        """Outputs and next states of one step."""
        program, sizes, ready = self.plan.program, given.sizes, self.ready(given.sizes)
        outputs = {name: sizes.empty(program[name], lost=1) for name in program.outputs}
        following = {one.state: sizes.empty(program[one.final]) for one in program.delays}
        self.run("step", ready, *self.givens(given, ready, "forward"),
                 self.named("outputs", outputs), self.named("state", following))
        return outputs, following

    def bound_step(self, given: Given, outputs: Arrays) -> BoundStep:
        """A call without arguments: one step from ``given`` into ``outputs``, state in place."""
        ready = self.ready(given.sizes)
        work, givens = self.lend(ready, "step_work"), self.givens(given, ready, "forward")
        arguments = (*givens, self.fields("outputs", outputs),
                     self.fields("state", given.initial), work.block, *self.team)
        return BoundStep(self.function("step"), arguments, (given, outputs, work),
                         len(givens) - 2, len(givens))

    def givens(self, given: Given, ready: Ready, kind: str) -> tuple[Any, ...]:
        """The first arguments of every call, with weights packed for forward or backward."""
        if type(given.parameters) is Packed:
            weights = given.parameters.block(
                (self, kind, "weights"), lambda: self._weights(given, ready, kind))
        else:
            weights = self._weights(given, ready, kind)
        return (ready.words, *weights, self.named("inputs", given.inputs),
                self.named("state", given.initial))

    def _weights(self, given: Given, ready: Ready, kind: str) -> tuple[Any, ...]:
        """The parameters as they are, and what stands behind them."""
        parameters = self.named("parameters", given.parameters)
        return (parameters, *self.packed(given, ready, kind, parameters))

    def named(self, kind: str, arrays: Arrays) -> tuple[Any, ...]:
        """A struct's fields by name, for a call; in a dictionary, or as an array for each field."""
        return (arrays, self.keys[kind]) if type(arrays) is dict else self.fields(kind, arrays)

    def fields(self, kind: str, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
        """Arrays in the order of a struct's fields."""
        return tuple([arrays[key] for key in self.keys[kind]])

    def entries(self, ready: Ready, block: str) -> int:
        """How many entries a block of memory needs."""
        return self.told(ready, block)

    def told(self, ready: Ready, block: str, *more: int) -> int:
        """What the function that tells the size of a block returns."""
        function = self.function(f"{block}_size")
        function.restype = ctypes.c_size_t
        words = ctypes.c_void_p(ready.words.ctypes.data)
        return int(function(words, *map(ctypes.c_size_t, more)))

    def lend(self, ready: Ready, block: str) -> Lease:
        """A block of memory, as long as somebody holds it."""
        return Lease(self.pool, self.pool.lend(self.needed(ready, block)))

    def needed(self, ready: Ready, block: str) -> int:
        """How many entries a block of memory needs, asked once."""
        try:
            return ready.entries[block]
        except KeyError:
            return ready.entries.setdefault(block, self.entries(ready, block))

"""The words that tell XLA's handler how a kernel is called: which array goes where."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jax
import numpy as np

from symrnn.program import Program, ProgramError
from symrnn.runtime.compiler import loaded, shared_library
from symrnn.runtime.flat import Flat
from symrnn.runtime.shapes import Sizes

SOURCE, TARGET = Path(__file__).with_name("handler.c"), "symrnn"
FLAGS = ("-std=gnu99", "-O2", "-fPIC", "-shared")
BUFFER, PACKED, WORK, THREADS = -1, -2, -3, -4  # as in handler.c
PACKS = {"infer": "forward", "forward": "forward", "backward": "backward"}


@cache
def handler() -> ctypes.CDLL:
    """The compiled handler, registered with XLA. Raises CompilerMissing, CompilerFailed."""
    include = jax.ffi.include_dir()
    library = loaded(shared_library(
        {SOURCE.name: SOURCE.read_text(encoding="utf-8")},
        (f'SYMRNN_FOR="{jax.__version__}"',), (*FLAGS, f"-I{include}")))
    library.symrnn_know.argtypes = (ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)
    jax.ffi.register_ffi_target(TARGET, jax.ffi.pycapsule(library.symrnn_handler), "cpu")
    return library


class Calls:
    """The calls of one kernel: ``name`` tells it apart from all others, in every process."""

    def __init__(self, flat: Flat, name: str) -> None:
        self.flat, self.engine, self.order, self.name = flat, flat.engine, flat.order, name
        self.keys = cache(self._key)

    @property
    def program(self) -> Program:
        """What the kernel computes."""
        return self.order.program

    def words(self, kind: str, sizes: Mapping[str, int]) -> np.ndarray[Any, Any]:
        """What the handler reads, for a call of these sizes."""
        known = Sizes(self.program, self.engine.dtype)
        known.known = dict(sizes)
        ready, engine, bytes_of = self.engine.ready(known), self.engine, self.engine.dtype.itemsize
        arguments = self._arguments(kind)
        return np.array([
            self.keys(kind), len(ready.words), *map(int, ready.words),
            bytes_of * engine.needed(ready, f"{PACKS[kind]}_packed"),
            bytes_of * engine.needed(ready, f"{kind}_work"), int(engine.team[0]),
            0, len(arguments), *(word for one in arguments for word in one)], np.int64)

    def _key(self, kind: str) -> int:
        """The number by which the handler knows a function; it is told here."""
        key = int.from_bytes(sha256(f"{self.name}:{kind}".encode()).digest()[:7], "big")
        addresses = [ctypes.cast(self.engine.function(name), ctypes.c_void_p)
                     for name in (kind, f"pack_{PACKS[kind]}")]
        if not handler().symrnn_know(key, *addresses):
            raise ProgramError("this process has more kernels than XLA's handler keeps; start "
                               "another one for the rest")
        return key

    def _arguments(self, kind: str) -> list[list[int]]:
        """The arguments behind the sizes, in the order of the function's signature."""
        order, keys = self.order, self.engine.keys
        given = {one.name: place for place, one in enumerate(order.given)}
        state = {one.state: given[one.initial] for one in self.program.delays}
        first = [_struct(given, keys["parameters"]), [PACKED], _struct(given, keys["inputs"]),
                 _struct(state, keys["state"])]
        behind = len(order.given)
        if kind == "backward":
            return [*first, *self._backwards(behind), [WORK], [THREADS]]
        outputs = _places([one.name for one in order.outputs], behind)
        final = _places([one.state for one in self.program.delays], behind + len(outputs))
        tape = [[BUFFER, behind + len(outputs) + len(final)]] if kind == "forward" else []
        return [*first, _struct(outputs, keys["outputs"]), _struct(final, keys["state"]), *tape,
                [WORK], [THREADS]]

    def _backwards(self, behind: int) -> list[list[int]]:
        """Outputs, tape, cotangents and gradients; ``behind`` what was given."""
        order, keys = self.order, self.engine.keys
        outputs = _places([one.name for one in order.outputs], behind)
        tape = behind + len(outputs)
        bars = _places([one.name for one in order.results], tape + 1)
        gradients = _places([one.name for one in order.gradients], tape + 1 + len(bars))
        return [_struct(outputs, keys["outputs"]), [BUFFER, tape],
                _struct(bars, keys["cotangents"]), _struct(gradients, keys["gradients"])]


def _places(names: Iterable[str], start: int) -> dict[str, int]:
    return {name: start + place for place, name in enumerate(names)}


def _struct(places: Mapping[str, int], fields: Sequence[str]) -> list[int]:
    return [len(fields), *(places[name] for name in fields)]

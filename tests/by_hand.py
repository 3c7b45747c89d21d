"""Compiled kernels called as from C: arrays by address, any of them NULL, blocks of exact size."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.checking.reference import Case
from symrnn.program import Role
from symrnn.runtime.c_engine import CEngine
from symrnn.runtime.simd_engine import SimdEngine
from symrnn.schedule import Plan

GUARD = 64  # entries behind every array, which nobody may write
THREADS = 2
Arrays = Mapping[str, Any]


class ByHand:
    """One network's functions in float64, portable or fast."""

    def __init__(self, plan: Plan, profile: str, sizes: Mapping[str, int]) -> None:
        self.plan, self.sizes, self.fast = plan, sizes, profile == "simd"
        self.engine = SimdEngine(plan, "f8", THREADS) if self.fast else CEngine(plan, "f8")
        self.words = np.array([sizes[key] for key in self.engine.keys["sizes"]], np.uintp)
        self.kept: list[Any] = []
        self.held: list[Any] = []

    def room(self, entries: int) -> Any:
        """An array of not-a-numbers, with as many behind it that stay what they are."""
        made = np.full(entries + GUARD, np.nan)
        self.kept.append(made)
        return made[:entries]

    def empty(self, *shape: str) -> Any:
        """An array of these axes."""
        axes = [self.sizes[axis] for axis in shape]
        return self.room(int(np.prod(axes, dtype=int))).reshape(axes)

    def check(self) -> None:
        """Nothing was written behind an array."""
        assert all(np.isnan(one[-GUARD:]).all() for one in self.kept)

    def block(self, name: str) -> Any:
        """A block of memory of the size that its function tells."""
        function = self.engine.function(f"{name}_size")
        function.restype = ctypes.c_size_t
        threads = [ctypes.c_size_t(THREADS)] if self.fast and name.endswith("work") else []
        return self.room(function(self.pointer(self.words), *threads))

    def pointer(self, array: Any) -> ctypes.c_void_p:
        """The address of an array; NULL for None."""
        return ctypes.c_void_p(None if array is None else array.ctypes.data)

    def struct(self, kind: str, arrays: Arrays | None) -> Any:
        """A struct of addresses; NULL for None, and NULL for every field that is not there."""
        if arrays is None:
            return None
        ready = {key: np.asarray(one, "f8", order="C") for key, one in arrays.items()
                 if one is not None}
        fields = np.array([ready[key].ctypes.data if key in ready else 0
                           for key in self.engine.keys[kind]] or [0], np.uintp)
        self.held.append((ready, fields))
        return fields

    def call(self, kind: str, packing: str, parameters: Arrays, *arguments: Any) -> None:
        """A function, with packed weights behind the parameters where the profile has them."""
        given = [self.words, self.struct("parameters", parameters)]
        if self.fast:
            packed = self.block(f"{packing}_packed")
            pack = self.engine.function(f"pack_{packing}")
            pack(*map(self.pointer, (*given, packed)))
            given.append(packed)
        team = [ctypes.c_size_t(THREADS)] if self.fast else []
        work = self.block(f"{kind}_work")
        self.engine.function(kind)(*map(self.pointer, (*given, *arguments, work)), *team)
        self.check()

    def forward(self, case: Case, initial: Arrays | None, final: Arrays | None,
                kind: str = "forward") -> tuple[dict[str, Any], Any]:
        """Outputs and tape of ``forward``, or outputs of ``infer``."""
        program = self.plan.program
        outputs = {name: self.empty(*program[name].shape) for name in program.outputs}
        tape = self.block("tape")
        self.call(kind, "forward", case.parameters, self.struct("inputs", case.inputs),
                  self.struct("initial", initial), self.struct("outputs", outputs),
                  self.struct("state", final), *([tape] if kind == "forward" else []))
        return outputs, tape

    def backward(self, case: Case, initial: Arrays | None, outputs: Arrays, tape: Any,
                 bars: Arrays, wanted: list[str]) -> dict[str, Any]:
        """The gradients that are wanted."""
        gradients = {one.of: self.empty(*one.shape)
                     for one in self.plan.gradient.with_role(Role.GRADIENT) if one.of in wanted}
        self.call("backward", "backward", case.parameters, self.struct("inputs", case.inputs),
                  self.struct("initial", initial), self.struct("outputs", outputs), tape,
                  self.struct("cotangents", bars), self.struct("gradients", gradients))
        return gradients

    def states(self, *names: str) -> dict[str, Any]:
        """Room for some final states."""
        program = self.plan.program
        return {one.state: self.empty(*program[one.final].shape) for one in program.delays
                if one.state in names}

"""Runs generated C whose calls a team of threads shares."""

from __future__ import annotations

import sys
from abc import abstractmethod
from pathlib import Path

import numpy.typing as npt

from symrnn.program import counted
from symrnn.runtime.c_engine import CEngine, Ready
from symrnn.runtime.calls import Given
from symrnn.runtime.compiler import SIMD, CompilerFailed
from symrnn.runtime.foreign import BoundStep
from symrnn.runtime.shapes import Arrays
from symrnn.runtime.teams import crewed
from symrnn.schedule import Plan


class TeamEngine(CEngine):
    """The base of engines whose functions take a number of threads last.

    ``title`` is what people call them.
    """

    title = ""

    def __init__(self, plan: Plan, dtype: npt.DTypeLike, threads: int = 1) -> None:
        self.threads, self.flags = threads, flags_of(threads)
        super().__init__(plan, dtype)
        self.team = (self.threads,)
        if self.threads > 1:
            crewed(self)

    def alone(self) -> None:
        """One thread computes from now on."""
        self.team = (1,)

    def __str__(self) -> str:
        return f"{self.title}, {counted(self.threads, 'thread')}"

    def compiled(self, parts: tuple[str, ...]) -> Path:
        """For a team where the compiler has OpenMP, else for one thread."""
        try:
            return self.linked(parts)
        except CompilerFailed:
            if self.threads == 1:
                raise
            print("symrnn: the C compiler has no OpenMP, so one thread computes", file=sys.stderr)
            self.threads, self.flags = 1, SIMD
            return self.linked(parts)

    @abstractmethod
    def linked(self, parts: tuple[str, ...]) -> Path:
        """These parts as a library, for so many threads as the flags tell."""

    def bound_step(self, given: Given, outputs: Arrays) -> BoundStep:
        bound = super().bound_step(given, outputs)
        if self.threads > 1:
            crewed(bound)
        return bound

    def entries(self, ready: Ready, block: str) -> int:
        return self.told(ready, block, *((self.threads,) if block.endswith("work") else ()))


def flags_of(threads: int) -> tuple[str, ...]:
    """Flags of the compiler for vectors, and for a team where there is one."""
    return (*SIMD, "-fopenmp") if threads > 1 else SIMD

"""Runs the C that lays samples in the lanes of vectors: for few units and many samples."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from symrnn.backends.c import c_backend
from symrnn.backends.c_samples import samples_backend
from symrnn.runtime.c_engine import NAME, Ready, sources
from symrnn.runtime.calls import Given
from symrnn.runtime.compiler import shared_library
from symrnn.runtime.memory import Lease, aligned
from symrnn.runtime.shapes import Array, Arrays
from symrnn.runtime.team_engine import TeamEngine


class SamplesEngine(TeamEngine):
    """As many samples at a time as a vector has lanes."""

    prefix, title = f"{NAME}_samples_", "C over samples"

    def linked(self, parts: tuple[str, ...]) -> Path:
        header = f"{NAME}.h"
        files = {**sources(samples_backend, self.plan),
                 header: sources(c_backend, self.plan)[header]}
        return shared_library(files, self.defines, self.flags)

    def infer_pieces(self, given: Given, length: int, lying: int = 0
                     ) -> tuple[dict[str, Array], Arrays, dict[str, Lease]]:
        """Outputs, the final states of all pieces of so many steps, [pieces B, ...], what lies.

        Pieces lie one behind the other in the arrays [T, B, ...] that are given; initial states
        are those of all pieces. The last one is shorter where ``length`` does not divide T. Inputs,
        then outputs, whose binary digits of ``lying`` are 1 lie as vectors have them, for another
        call of the same length; those are no outputs, but leases.
        """
        ready, places = self.ready(given.sizes), len(given.inputs)
        pieces = max(1, -(-given.sizes.known["T"] // max(1, length)))
        final = [(name, (pieces * shape[0], *shape[1:])) for name, shape in ready.final]
        leases = {name: self._lying(ready, length, shape) for place, (name, shape)
                  in enumerate(ready.outputs, places) if lying >> place & 1}
        outputs: Any = ready.outputs
        if leases:
            whole = {name: aligned(prod(shape), self.dtype).reshape(shape)
                     for name, shape in ready.outputs if name not in leases}
            outputs = self.named("outputs", whole | {
                name: one.block for name, one in leases.items()})
        work = self.pool.lend(self._told_once(ready, "infer_pieces_work", length, self.threads))
        try:
            made = self.calls["infer_pieces"](*self.givens(given, ready, "forward"), outputs, final,
                                              work, length, lying, *self.team)
        finally:
            self.pool.give_back(work)
        return whole if leases else made[0], made[-1], leases

    def _lying(self, ready: Ready, length: int, shape: tuple[int, ...]) -> Lease:
        """Memory for the vectors of all blocks."""
        rows = self._told_once(ready, "lying", length)
        return Lease(self.pool, self.pool.lend(rows * prod(shape[2:])))

    def _told_once(self, ready: Ready, block: str, *more: int) -> int:
        key = f"{block} {more}"
        if key not in ready.entries:
            ready.entries[key] = self.told(ready, block, *more)
        return ready.entries[key]

"""Runs the C that lays samples in the lanes of vectors: for few units and many samples."""

from __future__ import annotations

from pathlib import Path

from symrnn.backends.c import c_backend
from symrnn.backends.c_samples import samples_backend
from symrnn.runtime.c_engine import NAME, Ready, sources
from symrnn.runtime.calls import Given
from symrnn.runtime.compiler import shared_library
from symrnn.runtime.shapes import Arrays
from symrnn.runtime.team_engine import TeamEngine


class SamplesEngine(TeamEngine):
    """As many samples at a time as a vector has lanes."""

    prefix, title = f"{NAME}_samples_", "C over samples"

    def linked(self, parts: tuple[str, ...]) -> Path:
        header = f"{NAME}.h"
        files = {**sources(samples_backend, self.plan),
                 header: sources(c_backend, self.plan)[header]}
        return shared_library(files, self.defines, self.flags)

    def infer_pieces(self, given: Given, length: int) -> tuple[Arrays, Arrays]:
        """Outputs, and the final states of all pieces of so many steps, [pieces B, ...].

        Pieces lie one behind the other in the arrays [T, B, ...] that are given; initial states
        are those of all pieces. The last one is shorter where ``length`` does not divide T.
        """
        ready = self.ready(given.sizes)
        pieces = max(1, -(-given.sizes.known["T"] // max(1, length)))
        final = [(name, (pieces * shape[0], *shape[1:])) for name, shape in ready.final]
        work = self.pool.lend(self._work_of_pieces(ready, length))
        try:
            outputs, ends = self.calls["infer_pieces"](
                *self.givens(given, ready, "forward"), ready.outputs, final, work, length,
                *self.team)
        finally:
            self.pool.give_back(work)
        return outputs, ends

    def _work_of_pieces(self, ready: Ready, length: int) -> int:
        key = f"pieces of {length}"
        if key not in ready.entries:
            ready.entries[key] = self.told(ready, "infer_pieces_work", length, self.threads)
        return ready.entries[key]

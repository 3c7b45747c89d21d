"""Runs the C that lays samples in the lanes of vectors: for few units and many samples."""

from __future__ import annotations

from pathlib import Path

from symrnn.backends.c import c_backend
from symrnn.backends.c_samples import samples_backend
from symrnn.runtime.c_engine import NAME, sources
from symrnn.runtime.compiler import shared_library
from symrnn.runtime.team_engine import TeamEngine


class SamplesEngine(TeamEngine):
    """As many samples at a time as a vector has lanes."""

    prefix, title = f"{NAME}_samples_", "C over samples"

    def linked(self, parts: tuple[str, ...]) -> Path:
        header = f"{NAME}.h"
        files = {**sources(samples_backend, self.plan),
                 header: sources(c_backend, self.plan)[header]}
        return shared_library(files, self.defines, self.flags)

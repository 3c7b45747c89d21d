"""What surrounds a scan: steps that need nothing of each other, over the whole sequence."""

from __future__ import annotations

from symrnn.parallel.lanes import Cut, InLanes
from symrnn.parallel.pieces import Values, run
from symrnn.runtime import Kernel
from symrnn.runtime.samples_engine import SamplesEngine


class Steps:
    """A kernel without a scan, whose steps may lie in the lanes of vectors."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.lanes = kernel, InLanes(kernel)
        self.is_cut = isinstance(kernel.engine, SamplesEngine) and self.lanes.may_be_cut

    def run(self, values: Values, pieces: int, steps: int) -> Values:
        """All that they give, by the names of variables."""
        if self.is_cut:
            return self.lanes.run(values, Cut.of(steps, pieces))
        return run(self.kernel, values)

"""Parameters under an optimiser: all in one row, moved by the streaming step of its kernel.

The optimiser's program is printed as NumPy. Its work is pointwise, so a compiler has little to add.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.kernels import compile
from symrnn.optimisers import gradient_norm_clip
from symrnn.program import Program
from symrnn.runtime.shapes import Array, Arrays

THETA = "theta"  # the state of an optimiser that holds the parameters


class Learner:
    """Parameters, what an optimiser remembers of them, and the bound of the gradient's norm.

    ``optimiser`` is one of :mod:`symrnn.optimisers`: clipped where there is a ``limit``. ``state``
    is all that an update changes, rows [1, k] by name.
    """

    def __init__(self, optimiser: Program, settings: Mapping[str, Any], params: Arrays,
                 dtype: npt.DTypeLike, limit: float | None = None) -> None:
        self.kernel = compile(optimiser, "numpy", dtype)
        self.clip = None if limit is None else compile(gradient_norm_clip(), "numpy", dtype)
        self.settings, self.limit = dict(settings), limit
        self.shapes = {name: value.shape for name, value in params.items()}
        self.state: dict[str, Array] = {THETA: self._row(params)}

    @property
    def params(self) -> dict[str, Array]:
        """The parameters as they are now."""
        return self.of_row(self.state[THETA])

    def of_row(self, row: Array) -> dict[str, Array]:
        """Parameters by name, each a part of a row [1, k]."""
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in self.shapes.values()])
        parts = np.split(row[0], ends[:-1])
        return {name: part.reshape(shape) for (name, shape), part
                in zip(self.shapes.items(), parts, strict=True)}

    def update(self, gradients: Arrays, rate: float | np.floating[Any]) -> None:
        """One update."""
        g = self._row(gradients)
        given = {"g": g, "rate": np.array([rate])}
        if self.clip is not None:
            given["scale"], _ = self.clip.step({"limit": np.float64(self.limit or 0)}, g)
        _, self.state = self.kernel.step(self.settings, given, self.state)

    def _row(self, values: Arrays) -> Array:
        return np.concatenate([np.ravel(values[name]) for name in self.shapes])[None]

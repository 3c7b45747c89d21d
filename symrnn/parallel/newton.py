"""Newton's method over a whole trajectory: when it has converged, and what is said where not."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from symrnn.program import counted, quoted


@dataclass(frozen=True)
class Newton:
    """When iterations end: see :func:`symrnn.parallel_scan`.

    They have converged where what a step gives is the next state to within ``tolerance``, and the
    last correction of no state was larger; both are relative to the largest entry of that state in
    the sequence. Numbers of float32 need 1e-5 where a state remembers hundreds of steps. After so
    many ``iterations`` without that, NotConverged is raised. Raises ValueError for a tolerance
    that is not above zero, and for iterations that are no whole number above zero.
    """

    tolerance: float = 1e-6
    iterations: int = 100

    def __post_init__(self) -> None:
        tolerance: Any = self.tolerance
        iterations: Any = self.iterations
        if not isinstance(tolerance, Real) or not float(tolerance) > 0:
            raise ValueError(f"tolerance is {quoted(tolerance)}; it is above zero")
        if not isinstance(iterations, Integral) or int(iterations) < 1:
            raise ValueError(f"iterations is {quoted(iterations)}; it is a whole number, at "
                             f"least 1")


class NotConverged(ArithmeticError):
    """A trajectory that Newton's method did not find.

    ``residual`` tells how far a step is from the next state, ``correction`` how far the last of
    the ``iterations`` went; both relative to the largest entry.
    """

    def __init__(self, name: str, iterations: int, residual: float, correction: float) -> None:
        self.residual, self.correction, self.iterations = residual, correction, iterations
        super().__init__(
            f"{name}: after {counted(iterations, 'iteration')} of Newton's method the residual is "
            f"{residual:.1e} and the last correction {correction:.1e} of the largest entry; allow "
            f"more iterations or a larger tolerance, or run one step after the other")

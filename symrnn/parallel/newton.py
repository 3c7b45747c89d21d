"""Newton's method over a whole trajectory: when it has converged, and what is said where not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Newton:
    """When iterations end: see :func:`symrnn.parallel_scan`.

    They have converged where what a step gives is the next state to within ``tolerance``, and the
    last correction of no state was larger; both are relative to the largest entry of that state in
    the sequence. Numbers of float32 need 1e-5 where a state remembers hundreds of steps. After so
    many ``iterations`` without that, NotConverged is raised.
    """

    tolerance: float = 1e-6
    iterations: int = 100


class NotConverged(ArithmeticError):
    """A trajectory that Newton's method did not find.

    ``residual`` tells how far a step is from the next state, ``correction`` how far the last of
    the ``iterations`` went; both relative to the largest entry.
    """

    def __init__(self, name: str, iterations: int, residual: float, correction: float) -> None:
        self.residual, self.correction, self.iterations = residual, correction, iterations
        times = "iteration" if iterations == 1 else "iterations"
        super().__init__(
            f"{name}: after {iterations} {times} of Newton's method the residual is {residual:.1e} "
            f"and the last correction {correction:.1e} of the largest entry; allow more iterations "
            f"or a larger tolerance, or run one step after the other")

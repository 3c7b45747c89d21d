"""What a page tells of gradients through time, as data."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula
from symrnn.jacobians.curves import Chart


@dataclass(frozen=True)
class Way:
    """An additive path: the state before and after, what it multiplies by where that is not 1."""

    before: Formula
    after: Formula
    factor: tuple[Formula, ...]


@dataclass(frozen=True)
class TurnShown:
    """States that turn into one another: the factors on all ways between them.

    ``determinant`` is the product of the eigenvalues of these factors.
    """

    ways: tuple[Way, ...]
    determinant: Formula


@dataclass(frozen=True)
class SaturationRow:
    """A bounded value: its two ends, and the shares of its values that stand near them."""

    value: Formula
    ends: tuple[float, float]
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """The powers of ten of all lines at one lag."""

    lag: int
    powers: tuple[float, ...]


@dataclass(frozen=True)
class Kernel:
    """The script of a further network that a page computes with: its file and its text."""

    path: str
    text: str


@dataclass(frozen=True)
class Curves:
    """What was measured, and all that a page needs to measure it anew with other weights.

    ``weights`` are the parameters that can be scaled, ``biases`` those that can be shifted.
    ``saturation`` is that of the page's own network.
    """

    sizes: tuple[tuple[Formula, int], ...]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Chart
    weights: tuple[str, ...]
    biases: tuple[str, ...]
    further: tuple[Kernel, ...]
    data: str
    saturation: tuple[SaturationRow, ...]


@dataclass(frozen=True)
class Column:
    """A state before the step, and what depends on it.

    ``is_map`` tells that the lines pass a small change on, else they are derivatives.
    """

    state: Formula
    rows: tuple[Shown, ...]
    is_map: bool


@dataclass(frozen=True)
class Proof:
    """The states whose recurrences are of one kind, and the name of this kind."""

    states: Formula
    kind: str


@dataclass(frozen=True)
class GradientFlow:
    """The Jacobian by every state, additive paths, turns, and curves or why there are none.

    ``proofs`` tell what the Jacobian says of the kinds of recurrences; ``identity`` is the
    identity matrix, as the lines have it.
    """

    jacobian: tuple[Column, ...]
    ways: tuple[Way, ...]
    turns: tuple[TurnShown, ...]
    unmeasured: str
    curves: tuple[Curves, ...]
    proofs: tuple[Proof, ...]
    identity: Formula

    @property
    def has_matrices(self) -> bool:
        """True where a state changes by a matrix times another."""
        return any(not one.is_map for one in self.jacobian)

    @property
    def blocked(self) -> bool:
        """True where every way from step to step leads through weights, a matrix or a slope."""
        return not self.ways and not self.turns

"""What a measurement of rounding found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

HEAD = ("quantity", "largest entry", "proven bound", "measured error", "median ulps", "worst ulps",
        "of its bound")


@dataclass(frozen=True)
class Worst:
    """The entry that comes closest to its bound: its place, exact value, error and bound."""

    place: tuple[int, ...]
    exact: float
    error: float
    bound: float

    @property
    def share(self) -> float:
        """The error as a part of the bound; beyond 1 the bound is broken."""
        if self.error == 0:
            return 0.0
        return self.error / self.bound if self.bound > 0 else float("inf")


@dataclass(frozen=True)
class Quantity:
    """An output, a final state or a gradient.

    ``largest``, ``bound`` and ``error`` are the largest of all entries: exact value, what a
    kernel may err at most, and what this one errs. ``median`` and ``ulps``, the worst, count the
    error of an entry in units in the last place of its own exact value, however small what
    cancels leaves it.
    """

    name: str
    gradient: bool
    shape: tuple[int, ...]
    largest: float
    bound: float
    error: float
    median: float
    ulps: float
    worst: Worst

    @property
    def inside(self) -> bool:
        """True where no entry errs by more than its bound."""
        return self.worst.share <= 1

    @property
    def title(self) -> str:
        """``the gradient of U_f``, ``final.h``."""
        return f"the gradient of {self.name}" if self.gradient else self.name


@dataclass(frozen=True, repr=False)
class Accuracy:
    """How well one kernel rounds at drawn numbers, each array against exact values.

    The bounds are proven for these numbers: the kernel's own equations in ball arithmetic, where
    every operation has its rounding, sums come in any order, products may be fused with sums, and
    functions err by 4 units in the last place. Nothing may overflow.
    """

    name: str
    kernel: str
    dtype: str
    sizes: dict[str, int]
    limits: tuple[float, float] | None
    seed: int
    quantities: tuple[Quantity, ...]

    def __repr__(self) -> str:
        return f"<Accuracy of {self.name}, {self.kernel} in {self.dtype}: {self.verdict}>"

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self.quantities)

    @property
    def inside(self) -> bool:
        """True where every measured error lies inside its bound."""
        return all(one.inside for one in self.quantities)

    @property
    def worst(self) -> Quantity:
        """The quantity that comes closest to its bound."""
        return max(self.quantities, key=lambda one: one.worst.share)

    @property
    def verdict(self) -> str:
        """One line: the worst entry, and whether it lies inside."""
        one, entry = self.worst, self.worst.worst
        place = f"[{', '.join(map(str, entry.place))}]" if entry.place else ""
        said = "every error lies inside its bound" if self.inside else "OUTSIDE the bound"
        return (f"{said}; worst entry: {one.title}{place} = {entry.exact:.6g} is off by "
                f"{entry.error:.2g}, bound {entry.bound:.2g}")

    @property
    def about(self) -> str:
        """What was measured, in one line."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        drawn = ("normal numbers" if self.limits is None
                 else f"numbers from {self.limits[0]:g} to {self.limits[1]:g}")
        return f"{self.name}, {self.kernel} in {self.dtype}: {drawn}, seed {self.seed}; {sizes}"

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """A line of the table for each quantity, under ``HEAD``."""
        return tuple((one.title, f"{one.largest:.3g}", f"{one.bound:.2e}", f"{one.error:.2e}",
                      f"{one.median:.2f}", f"{one.ulps:.1f}", f"{one.worst.share:.1%}")
                     for one in self.quantities)

    def data(self) -> dict[str, Any]:
        """All of it as JSON takes it."""
        return {**asdict(self), "inside": self.inside, "verdict": self.verdict}

"""How symrnn's time and memory grow with T, B and m, and whether odd sizes cost extra."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from symrnn.bench.kinds import Kind
from symrnn.bench.outcome import Outcome
from symrnn.bench.report import Row, duration
from symrnn.bench.workloads import Workload

SIZES: dict[str, tuple[int, ...]] = {
    "steps": (25, 50, 100, 200, 400, 800),
    "batch": (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 34, 63, 64, 99, 100),
    "m": (1, 2, 7, 8, 15, 16, 31, 32, 33, 34, 63, 64, 65, 66, 99, 100, 127, 128, 129, 130, 191, 192,
          255, 256, 257, 258, 499, 500),
}
SMALL: dict[str, tuple[int, ...]] = {"steps": (2, 4), "batch": (1, 2), "m": (3, 4)}
LETTERS = {"steps": "T", "batch": "B", "m": "m"}
BASE = {"steps": 50, "batch": 8, "m": 64}
EXPLAINED = (
    "Symrnn alone; all sizes in turn, medians of interleaved rounds, where a round that was slower "
    "as a whole is taken at the pace of the others. Memory is the most that the first call holds "
    "at a time, packed weights among it. The largest ratio is that of the growth a unit among the "
    "larger sizes over that among the smaller ones, or of an odd size's time over that of the next "
    "even one; a claim holds up to 1.3.")
MOST = 1.3  # times the neighbour, or the growth before: up to here that is no step
VERDICTS_HEAD: Row = ("cell", "what", "claim", "largest ratio", "holds")
HEAD: Row = ("cell", "what", "size", "time", "of one more unit", "memory", "per unit",
             "over the even neighbour")


@dataclass(frozen=True)
class Point:
    """One size with its seconds and bytes."""

    at: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Sweep:
    """One size swept, the others fixed."""

    title: str
    axis: str
    points: tuple[Point, ...]

    def beside_even(self, point: Point) -> float | None:
        """An odd size's time over that of the next even one, which does more work."""
        if point.at % 2 == 0:
            return None
        even = next((one for one in self.points if one.at == point.at + 1), None)
        return point.seconds / even.seconds if even else None

    def steepening(self, value: str) -> float:
        """The largest growth a unit in the upper half of the sizes over that in the lower half."""
        pairs = zip(self.points, self.points[1:], strict=False)
        slopes: list[float] = [
            (getattr(after, value) - getattr(before, value)) / (after.at - before.at)
            for before, after in pairs]
        half = (len(slopes) + 1) // 2
        lower, upper = max(slopes[:half]), max(slopes[half:], default=0.0)
        return upper / lower if lower > 0 else inf


def workloads(cells: Iterable[str], kinds: Iterable[Kind], quick: bool) -> tuple[Workload, ...]:
    """Every size along each axis."""
    sizes, base = (SMALL, dict.fromkeys(BASE, 2)) if quick else (SIZES, BASE)
    made = [_sized(cell, kind, {**base, axis: value})
            for cell in cells for kind in kinds for axis, values in sizes.items()
            for value in values if not (kind is Kind.STEP and axis == "steps")]
    return tuple(dict.fromkeys(made))


def _sized(cell: str, kind: Kind, sizes: dict[str, int]) -> Workload:
    return Workload(cell, kind, sizes["m"], sizes["batch"], sizes["steps"])


def sweeps(outcomes: Sequence[Outcome], quick: bool = False) -> Iterator[Sweep]:
    """The outcomes of ``workloads`` gathered along each axis."""
    base = dict.fromkeys(BASE, 2) if quick else BASE
    pairs = dict.fromkeys((one.workload.cell, one.workload.kind) for one in outcomes)
    for cell, kind in pairs:
        for axis in LETTERS:
            points = [Point(getattr(load, axis), outcome.own, outcome.memory)
                      for load, outcome in ((outcome.workload, outcome) for outcome in outcomes)
                      if (load.cell, load.kind) == (cell, kind) and outcome.own
                      and all(getattr(load, other) == value
                              for other, value in base.items() if other != axis)]
            if len(points) > 1:
                ordered = tuple(sorted(points, key=lambda point: point.at))
                yield Sweep(f"{cell} {kind.value}", LETTERS[axis], ordered)


def rows(found: Iterable[Sweep]) -> Iterator[Row]:
    """A row for each point; ``of one more unit`` is the slope since the point before."""
    for sweep in found:
        cell, _, kind = sweep.title.partition(" ")
        for before, point in zip((None, *sweep.points), sweep.points, strict=False):
            odd = sweep.beside_even(point)
            yield (cell, kind, f"{sweep.axis} = {point.at}", duration(point.seconds),
                   _slope(before, point) if before else "",
                   f"{point.memory / 1024:.0f} KiB", f"{point.memory / point.at / 1024:.1f} KiB",
                   "" if odd is None else f"{odd:.2f}")


def verdicts(found: Sequence[Sweep]) -> Iterator[Row]:
    """What the sweeps tell: linear in T, and no size that is far slower than the next."""
    for title in dict.fromkeys(one.title for one in found):
        own = [one for one in found if one.title == title]
        claims = {f"{what} no steeper than linear in {one.axis}": one.steepening(value)
                  for one in own if one.axis in "TB"
                  for what, value in (("time", "seconds"), ("memory", "memory"))
                  if (one.axis, what) != ("B", "time")}
        odd = [ratio for one in own for point in one.points if (ratio := one.beside_even(point))]
        if odd:
            claims["no step at odd sizes"] = max(odd)
        cell, _, kind = title.partition(" ")
        for claim, ratio in claims.items():
            yield cell, kind, claim, f"{ratio:.2f}", "yes" if ratio <= MOST else "no"


def _slope(before: Point, point: Point) -> str:
    slope = (point.seconds - before.seconds) / (point.at - before.at)
    return "-" * (slope < 0) + duration(abs(slope))

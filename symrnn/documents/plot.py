"""The curve of finite differences as a drawing: points and ticks on a plane of two logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from symrnn.documents.measures import Point

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 48
LEAST = 1e-17  # an error of 0 has no logarithm
TICKS = 6  # at most, along an axis


@dataclass(frozen=True)
class Tick:
    """A place along an axis and its power of ten."""

    place: float
    power: int


@dataclass(frozen=True)
class Dot:
    """A point of the curve."""

    x: float
    y: float


@dataclass(frozen=True)
class Plot:
    """What a writer draws, in units of its box."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    dots: tuple[Dot, ...]
    best: Dot
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]

    @property
    def middle(self) -> Dot:
        """The middle of the plane."""
        return Dot((self.left + self.right) / 2, (self.top + self.bottom) / 2)


class _Axis:
    """Powers of ten from one end of the drawing to the other."""

    def __init__(self, values: Sequence[float], start: int, stop: int) -> None:
        powers = [log10(max(one, LEAST)) for one in values]
        self.low, self.high = floor(min(powers)), max(ceil(max(powers)), floor(min(powers)) + 1)
        self.start, self.stop = start, stop

    def place(self, value: float) -> float:
        """Where a value stands."""
        return self._at(log10(max(value, LEAST)))

    def _at(self, power: float) -> float:
        share = (power - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)

    def ticks(self) -> tuple[Tick, ...]:
        """A few powers, as far from one another."""
        step = ceil((self.high - self.low) / TICKS)
        return tuple(Tick(self._at(power), power)
                     for power in range(self.low, self.high + 1, step))


def curve(points: Sequence[Point], best: Point) -> Plot:
    """The drawing of some points."""
    x = _Axis([one.width for one in points], LEFT, WIDTH - RIGHT)
    y = _Axis([one.error for one in points], HEIGHT - BOTTOM, TOP)

    def dot(one: Point) -> Dot:
        return Dot(x.place(one.width), y.place(one.error))

    return Plot(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM,
                tuple(map(dot, points)), dot(best), x.ticks(), y.ticks())

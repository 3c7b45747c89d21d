"""Norms against lags as a drawing: lines and ticks on a plane whose height is a logarithm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil, floor, isfinite

from symrnn.jacobians.travel import Travels

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 16, 48
TICKS, LINES = 6, 18  # at most, along an axis; from one label to the next
MARGIN = 6  # of a label, to the edge of the plane
DEEPEST = 24  # powers of ten below the highest: further down nothing is told apart
BELOW = 4  # heights of the plane, where a norm of zero stands


Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A place along an axis and what stands there: a lag, or a power of ten."""

    place: float
    value: int


@dataclass(frozen=True)
class Curve:
    """One line: its way, its label, and which network and which of its states it is of."""

    points: tuple[Point, ...]
    label: str
    network: int
    state: int
    key: float  # the height of its label, beside its end

    @property
    def path(self) -> str:
        """The points as SVG has them."""
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class Plane:
    """Where lags and powers of ten stand in a box."""

    lags: int
    low: int
    high: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    def across(self, lag: float) -> float:
        """Where a lag stands."""
        return round(self.left + lag / max(self.lags, 1) * (self.right - self.left), 2)

    def up(self, power: float) -> float:
        """Where a power of ten stands; zero, minus infinity, is far below."""
        share = (power - self.low) / (self.high - self.low)
        return round(self.bottom - max(share, -BELOW) * (self.bottom - self.top), 2)

    def points(self, powers: Iterable[float]) -> tuple[Point, ...]:
        """The points of a line, one a lag; what is not a number is left out."""
        return tuple((self.across(lag), self.up(power))
                     for lag, power in enumerate(powers) if power == power)


@dataclass(frozen=True)
class Chart:
    """What is drawn: a plane with its ticks and its lines."""

    plane: Plane
    lags: tuple[Tick, ...]
    powers: tuple[Tick, ...]
    curves: tuple[Curve, ...]

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the plane."""
        plane = self.plane
        return (plane.left + plane.right) / 2, (plane.top + plane.bottom) / 2


Line = tuple[str, int, int, Sequence[float]]  # label, network, state, powers of ten


def chart(lines: Sequence[Line], low: int | None = None, high: int | None = None) -> Chart:
    """The drawing of some lines, between two powers of ten where these are told."""
    powers = [one for line in lines for one in line[3] if isfinite(one)] or [0.0]
    top = max(ceil(max(powers)), 0) if high is None else high
    bottom = max(min(floor(min(powers)), top - 1), top - DEEPEST) if low is None else low
    plane = Plane(len(lines[0][3]) - 1, bottom, top)
    ways = [plane.points(row) for _, _, _, row in lines]
    keys = beside([way[-1][1] if way else 0.0 for way in ways], plane)
    curves = tuple(Curve(way, label, network, state, key)
                   for way, key, (label, network, state, _) in zip(ways, keys, lines, strict=True))
    return Chart(plane, _ticks(0, plane.lags, plane.across), _ticks(bottom, top, plane.up), curves)


def beside(ends: Sequence[float], plane: Plane) -> list[float]:
    """Heights of labels: each where its line ends, none upon another one or out of the plane."""
    gap = min(LINES, (plane.bottom - plane.top) / len(ends))
    order = sorted(range(len(ends)), key=lambda one: ends[one])
    found, least, most = list(ends), float(plane.top + MARGIN), plane.bottom - MARGIN
    for place, one in enumerate(order):
        found[one] = min(max(found[one], least), most - gap * (len(order) - 1 - place))
        least = found[one] + gap
    return [round(one, 2) for one in found]


def _ticks(first: int, last: int, place: Callable[[float], float]) -> tuple[Tick, ...]:
    """A few round numbers, as far from one another."""
    rough = max(1, ceil((last - first) / TICKS))
    step = next(one for one in _round() if one >= rough)
    return tuple(Tick(place(one), one) for one in range(ceil(first / step) * step, last + 1, step))


def _round() -> Iterator[int]:
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def chart_of(travels: Travels) -> Chart:
    """A line for each state of each network: how it depends on itself some steps before."""
    return chart(lines_of(travels))


def lines_of(travels: Travels) -> tuple[Line, ...]:
    """The same as numbers."""
    return tuple((label(travel.name, state), network, place, list(travel.norms[state, state]))
                 for network, travel in enumerate(travels)
                 for place, state in enumerate(travel.states))


def label(network: str, state: str) -> str:
    """What a line is called."""
    return f"{network}: {state}"


"""What a page tells in numbers of a whole network: how exact it is, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.formula import Formula


@dataclass(frozen=True)
class Point:
    """A width of a finite difference, and the relative error of the derivative."""

    width: float
    error: float


@dataclass(frozen=True)
class Rounding:
    """The largest errors of a kernel, in units in the last place of the largest entry."""

    dtype: str
    values: float
    gradients: float


@dataclass(frozen=True)
class Accuracy:
    """How well the gradients of this build agree with derivatives found in other ways."""

    differences: tuple[Point, ...]
    best: Point
    complex_step: float
    rounding: tuple[Rounding, ...]


@dataclass(frozen=True)
class CostRow:
    """How much there is of something; ``what`` is a key of texts and of the costs of a script."""

    what: str
    forward: Formula
    backward: tuple[Formula, ...]


@dataclass(frozen=True)
class CodeSize:
    """The bytes of compiled code, by which compiler and with which flags."""

    compiler: str
    flags: str
    bytes: int


@dataclass(frozen=True)
class SizeInput:
    """A size that a reader may set, and what it is at first."""

    name: str
    letter: Formula
    value: int

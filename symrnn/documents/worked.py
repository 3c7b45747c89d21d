"""Worked examples of a page as data: values at every step, and what computes them in the page."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula
from symrnn.documents.rows import EquationRow

Matrix = tuple[tuple[float, ...], ...]  # a vector is one row, a number a row of one
Arrays = tuple[tuple[str, tuple[float, ...]], ...]  # by the name in a script, row by row


@dataclass(frozen=True)
class Values:
    """What a symbol is at every step; a constant has one entry.

    ``array`` is where a script has it: the group, and the name in it.
    """

    symbol: Formula
    equation: tuple[EquationRow, ...]
    at_steps: tuple[Matrix, ...]
    array: tuple[str, str]


@dataclass(frozen=True)
class Table:
    """Values of some symbols: of those that have one, and of those that have one a step."""

    constants: tuple[Values, ...]
    sequences: tuple[Values, ...]


@dataclass(frozen=True)
class Vector:
    """A case in all digits: what is given, and what follows, by group and array."""

    name: str
    sizes: tuple[tuple[str, int], ...]
    given: tuple[tuple[str, Arrays], ...]
    follows: tuple[tuple[str, Arrays], ...]


@dataclass(frozen=True)
class Script:
    """What computes a page's numbers in the page: a file, and the case that it starts from."""

    name: str
    path: str  # of the file below the folder of all, without its ending
    text: str
    vector: Vector


@dataclass(frozen=True)
class Example:
    """A small case, worked out."""

    script: Script
    now: int  # the step that a page shows first
    sizes: tuple[tuple[Formula, int], ...]
    steps: tuple[int, ...]
    given: Table
    forward: Table
    cotangents: Table
    backward: Table
    gradients: Table


@dataclass(frozen=True)
class LessonShown:
    """A worked example that lecture notes have, with the equations that it is about."""

    script: Script
    now: int
    told: str
    source: str
    equations: tuple[Shown, ...]
    steps: tuple[int, ...]
    given: Table
    forward: Table

"""Types of what a loop tree declares: numbers, vectors of them, sizes, pointers.

Number types are data. A panel of weights may hold another one than equations compute in; a
printer turns a load from it into the conversion of its language.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scalar:
    """A number type, by the name that every printer knows it by."""

    name: str


@dataclass(frozen=True)
class Vector:
    """As many numbers as one instruction of the machine works on."""

    of: Scalar


@dataclass(frozen=True)
class Struct:
    """A struct of the interface, by its name."""

    name: str


@dataclass(frozen=True)
class Pointer:
    """The address of numbers or of a struct.

    ``const``: what it points to is only read. ``restrict``: no other pointer of the scope leads
    there. ``fixed``: the pointer itself never moves.
    """

    to: Scalar | Struct
    const: bool = False
    restrict: bool = False
    fixed: bool = False


Type = Scalar | Vector | Struct | Pointer

REAL = Scalar("real")          # what equations compute in: float or double, as compiled
SIZE = Scalar("size")          # sizes, indices, counts of entries
INT = Scalar("int")            # truth values of C
BFLOAT16 = Scalar("bfloat16")  # storage only: the upper half of a float32
INT8 = Scalar("int8")          # storage only: with a scale for each row
VECTOR = Vector(REAL)

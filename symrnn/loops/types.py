"""Types of what a loop tree declares: numbers, vectors of them, sizes, pointers.

Number types are data. A panel of weights may hold another one than equations compute in: what
reads from it widens each number, what writes to it rounds to the nearest one, to even of two.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scalar:
    """A number type, by the name that every printer knows it by.

    One that is ``stored`` is of memory alone: a printer converts where it is read and written.
    """

    name: str
    stored: bool = False


@dataclass(frozen=True)
class Vector:
    """As many numbers as one instruction of the machine works on."""

    of: Scalar

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"vectors of {self.of.name}"

    @property
    def stored(self) -> bool:
        """True for vectors of numbers of memory alone."""
        return self.of.stored


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

    to: Scalar | Struct | Vector
    const: bool = False
    restrict: bool = False
    fixed: bool = False


Type = Scalar | Vector | Struct | Pointer
Number = Scalar | Vector  # what an entry of an array may be

REAL = Scalar("real")          # what equations compute in: float or double, as compiled
SIZE = Scalar("size")          # sizes, indices, counts of entries
INT = Scalar("int")            # truth values of C
BFLOAT16 = Scalar("bfloat16", stored=True)  # the upper half of a float32
FLOAT16 = Scalar("float16", stored=True)    # half precision of IEEE 754
INT8 = Scalar("int8", stored=True)          # -127 to 127; a tree multiplies by the scale of a row
VECTOR = Vector(REAL)

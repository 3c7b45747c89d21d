"""The signatures of the generated functions, as data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from symrnn.loops import REAL, Argument, Pointer, Scalar, Struct

# Which arguments a function takes, in order. One more is one more word here.
ARGUMENTS = {
    "forward": ("sizes", "parameters", "in", "initial", "out", "final", "tape", "work"),
    "backward": ("sizes", "parameters", "in", "initial", "out", "tape", "bars", "gradients",
                 "work"),
    "infer": ("sizes", "parameters", "in", "initial", "out", "final", "work"),
    "step": ("sizes", "parameters", "in", "state", "out", "next", "work"),
}
STRUCTS = {"in": "inputs", "state": "initial", "out": "outputs", "final": "state",
           "next": "state", "bars": "cotangents"}
BLOCKS = ("tape", "work")  # memory of numbers, not structs
WRITES = {"forward": ("tape", "work"), "backward": ("work",), "infer": ("work",),
          "step": ("work",)}


def signature(kind: str, prefix: str, packed: Scalar | None = None) -> tuple[Argument, ...]:
    """The arguments of a function of that kind; packed weights come behind the parameters."""
    return tuple(each for name in ARGUMENTS[kind] for one in [argument(kind, prefix, name)]
                 for each in ((one, Argument("packed", Pointer(packed, const=True)))
                              if packed and name == "parameters" else (one,)))


def structs_of(kinds: Iterable[str]) -> frozenset[str]:
    """The structs that functions of these kinds take."""
    return frozenset(STRUCTS.get(one, one) for kind in kinds for one in ARGUMENTS[kind]
                     if one not in BLOCKS)


@lru_cache(maxsize=64)
def argument(kind: str, prefix: str, name: str) -> Argument:
    """One argument of a function of that kind, by its name."""
    if name in BLOCKS:
        return Argument(name, Pointer(REAL, const=name not in WRITES[kind]))
    return Argument(name, Pointer(Struct(f"{prefix}_{STRUCTS.get(name, name)}"), const=True))

"""The signatures of the generated functions, as data."""

from __future__ import annotations

from symrnn.loops import REAL, Argument, Pointer, Struct

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
BLOCKS = ("tape", "work", "packed")  # memory of numbers, not structs
WRITES = {"forward": ("tape", "work"), "backward": ("work",), "infer": ("work",),
          "step": ("work",)}


def signature(kind: str, prefix: str, names: tuple[str, ...] = ()) -> tuple[Argument, ...]:
    """The arguments of a function of that kind, or those of them that are named."""
    return tuple(_argument(kind, prefix, one) for one in names or ARGUMENTS[kind])


def _argument(kind: str, prefix: str, name: str) -> Argument:
    if name in BLOCKS:
        return Argument(name, Pointer(REAL, const=name not in WRITES[kind]))
    return Argument(name, Pointer(Struct(f"{prefix}_{STRUCTS.get(name, name)}"), const=True))

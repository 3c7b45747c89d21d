"""What a package tells about its network: arrays with their places, ready strings for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from symrnn.backends.c import blocks, c_names, interface, numbers_type
from symrnn.backends.lines import WIDTH
from symrnn.loops import BFLOAT16, FLOAT16, INT8
from symrnn.lowering import ALL_REAL, Stored
from symrnn.program import (FED, Delay, Program, ProgramError, Role, Span, Variable,
                            short_digest)
from symrnn.program.interpret import Interpreter
from symrnn.schedule import Plan

Array = npt.NDArray[Any]
BYTES = 4  # of a float32
WIDTHS = {FLOAT16: 2, BFLOAT16: 2, INT8: 1}


@dataclass(frozen=True)
class Slot:
    """One array of the interface: its member in C, its name, its shape, and how large it is.

    ``offset`` is its place among its kind, laid one behind the other; ``stride`` how far it is
    from one step to the next, 0 for what serves all steps; ``gradient`` the member that takes
    its gradient. ``type`` is that of its numbers in C, ``bytes`` what they take, whole words,
    ``place`` where they lie behind the address of a file's
    weights, and ``constant`` among those of the package.
    """

    member: str
    key: str
    shape: str
    meaning: str
    entries: int
    offset: int
    stride: int
    start: str = "0.0f"
    gradient: str = ""
    type: str = ""
    bytes: int = 0
    place: str = ""
    constant: str = ""


@dataclass(frozen=True)
class Model:
    """A network of fixed sizes as templates see it."""

    name: str
    title: str
    citation: str
    sizes: tuple[tuple[str, int, str], ...]
    parameters: tuple[Slot, ...]
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    states: tuple[Slot, ...]
    streams: bool
    work: Mapping[str, int]
    equations: str  # the name that their digest gives them
    whole: bool = True  # all weights are float32, and lie in one array

    @property
    def upper(self) -> str:
        """The name in macros."""
        return self.name.upper()

    @property
    def count(self) -> int:
        """The number of all weights."""
        return sum(one.entries for one in self.parameters)

    @property
    def weight_bytes(self) -> int:
        """What all weights take."""
        return sum(one.bytes for one in self.parameters)

    @property
    def words(self) -> int:
        """The same in numbers of float32."""
        return self.weight_bytes // BYTES

    @property
    def stream_bytes(self) -> int:
        """What one stream takes: its states, its workspace, and whether it began."""
        kept = sum(one.entries for one in self.states) + self.work.get("step_work", 0)
        return BYTES * (kept + 1)


def model(plan: Plan, name: str, sizes: Mapping[str, int], steps: int,
          types: Stored = ALL_REAL) -> Model:
    """The model of a network under a name in C; ``steps`` are those of its longest sequence.

    ``types`` are those of parameters that are no float32. Raises ProgramError where a size is
    missing.
    """
    program = plan.program
    known = lengths(program, sizes)
    names = c_names(plan, name)
    structs = {one.name: {each.key: each.name for each in one.fields}
               for one in interface(plan, names, name)}

    def slots(kind: str, found: Sequence[Variable]) -> tuple[Slot, ...]:
        members = structs[f"{name}_{kind}"]
        return _slots(found, [members[one.name] for one in found], known)

    edges = [program[one.initial] for one in program.delays]
    states = _slots(edges, [structs[f"{name}_state"][one.state] for one in program.delays], known,
                    program.delays)
    told = tuple((one.name, known[one.name], one.meaning) for one in program.sizes
                 if one.value is None)
    shapes = {"T": steps, "B": 1, **known}
    work = {kind: sum(prod(_lengths(axes, shapes)) for axes in found) or 1
            for kind, found in blocks(plan, name).items()}
    parameters = tuple(replace(one, gradient=structs[f"{name}_gradients"][one.key])
                       for one in slots("parameters", program.with_role(Role.PARAMETER)))
    return Model(
        name, program.title, program.source, told, _placed(parameters, name, types),
        slots("inputs", program.with_role(*FED)),
        slots("outputs", [program[one] for one in program.outputs]), states, plan.streams, work,
        short_digest(program), not types)


def _placed(parameters: Sequence[Slot], name: str, types: Stored) -> tuple[Slot, ...]:
    """Parameters with their types and places; where types differ, each begins at a whole word."""
    found: list[Slot] = []
    at = 0
    for one in parameters:
        kind = types.get(one.key)
        width = BYTES if kind is None else WIDTHS[kind]
        own, words = numbers_type(name, kind), -(-one.entries * width // BYTES)
        place = (f"(const {own} *)(const void *)((const char *)values + {at})" if types
                 else f"values + {one.offset}")
        constant = f"weights_{one.member}" if types else f"{name}_weight_values + {one.offset}"
        found.append(replace(one, type=own, bytes=BYTES * words, place=place, constant=constant,
                             offset=at if types else one.offset))
        at += BYTES * words
    return tuple(found)


def lengths(program: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    """Every size of a program, the computed ones too. Raises ProgramError where one is missing."""
    free = [one.name for one in program.sizes if one.value is None]
    missing = [one for one in free if one not in sizes]
    if missing:
        raise ProgramError(f"{program.name}: the size {missing[0]} is not fixed, and a package has "
                           f"sizes for good; write --fix {','.join(f'{one}=8' for one in missing)}")
    return dict(Interpreter(program, {}, {one: sizes[one] for one in free}).sizes)


def entries(variable: Variable, known: Mapping[str, int]) -> int:
    """How many numbers an array holds at one step of one sample."""
    return prod(_lengths(variable.axes, known))


def _lengths(axes: Sequence[str], known: Mapping[str, int]) -> list[int]:
    return [int(axis) if axis.isdigit() else known[axis] for axis in axes]


def _slots(found: Sequence[Variable], members: Sequence[str], known: Mapping[str, int],
           delays: Sequence[Delay] = ()) -> tuple[Slot, ...]:
    starts = [literal(float(one.start)) for one in delays] or ["0.0f"] * len(found)
    slots: list[Slot] = []
    offset = 0
    for one, member, start in zip(found, members, starts, strict=True):
        count = entries(one, known)
        slots.append(Slot(member, one.name, f"[{', '.join(one.axes)}]", one.meaning, count, offset,
                          count if one.span is Span.SEQUENCE else 0, start))
        offset += count
    return tuple(slots)


def literal(number: float) -> str:
    """A number of float32 as C writes it: the shortest that is read back the same."""
    return f"{np.float32(number)!s}f"


def literals(array: npt.ArrayLike) -> tuple[str, ...]:
    """An array of float32 in C, line by line."""
    return _lines(map(literal, np.asarray(array, np.float32).ravel().tolist()))


def bits(array: npt.NDArray[Any]) -> tuple[str, ...]:
    """An array as it is stored: float32, whole numbers of 8 bits, or 16 bits as they are."""
    if array.dtype.kind == "f":
        return literals(array)
    return _lines(f"{one:#06x}" if array.dtype == np.uint16 else str(one)
                  for one in array.ravel().tolist())


def _lines(numbers: Iterable[str]) -> tuple[str, ...]:
    lines: list[str] = []
    line = "   "
    for one in numbers:
        if len(line) + len(one) + 2 > WIDTH:
            lines, line = [*lines, line], "   "
        line += f" {one},"
    return (*lines, line)

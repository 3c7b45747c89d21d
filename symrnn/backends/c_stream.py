"""The step of one sample in vectors: what a package's fast source prints beside its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from sympy import Expr

from symrnn.backends.base import Printed
from symrnn.backends.c import c_names, fixed_sizes
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import ATOM, CTree, TreeFormulas
from symrnn.backends.c_vector_tree import VectorFormulas, VectorTree
from symrnn.backends.c_words import RESERVED, SIMD, STREAM, names_of_files
from symrnn.backends.lines import Line, Lines, deeper, flat, laid_out, rows
from symrnn.backends.text import text_of
from symrnn.loops import For, Function, Names, Over
from symrnn.lowering import Locals, StreamLayout, StreamStep, TiledInterface
from symrnn.schedule import Plan, StreamGroup, StreamPlan, stream_plan

WIDTHS = (16, 8, 4)  # lanes of float32
FEWEST_FOR_WIDEST = 32  # units that keep the widest vectors busy
OF_GROUP = ("LENGTH", "OWN", "BLOCKS", "SUMS", "PARTS", "PANEL", "PANELS")
QUICK = {"tanh": "quick_tanh", "sigmoid": "quick_sigmoid"}


class StreamFormulas(VectorFormulas):
    """Formulas over vectors whose usual activations are those that a step need not wait for."""

    def helper(self, name: str) -> str:
        return QUICK.get(name) or super().helper(name)

    def call(self, function: Expr, arguments: Sequence[str]) -> str:
        name = function.func.__name__
        if name in QUICK:
            return f"{QUICK[name]}({', '.join(arguments)})"
        return super().call(function, arguments)


class StreamTree(VectorTree):
    """Functions of a step: loops over the vectors of a block are unrolled."""

    def _for(self, one: For) -> Lines:
        first, *others = super()._for(one)
        if one.over is not Over.UNITS or not isinstance(first, Line):
            return (first, *others)
        return (Line(f"WHOLLY {first.text}"), *others)

    statements: ClassVar = {**VectorTree.statements, For: _for}


@dataclass(frozen=True)
class StreamUnits:
    """One group of units as constants of the file: its axis, its sums, what each unit reads.

    ``macro`` has the names of what follows from them.
    """

    axis: str
    gates: int
    length: str
    macro: Mapping[str, str]


@dataclass(frozen=True)
class StreamVectors:
    """What is printed of a step in vectors."""

    lanes: int
    sizes: tuple[str, ...]
    groups: tuple[StreamUnits, ...]
    numbers: int
    math: tuple[tuple[str, str], ...]
    helpers: tuple[Helper, ...]
    by_lanes: tuple[str, ...]
    functions: tuple[Printed, ...]


def stream_vectors(plan: Plan, name: str, sizes: Mapping[str, int]) -> StreamVectors | None:
    """The step of a network under a name, all of whose ``sizes`` are known.

    None where some equation does not run unit by unit.
    """
    planned = None if plan.tiled.step is None else stream_plan(plan.tiled.step)
    return None if planned is None else _Source(plan, planned, name, sizes).vectors()


class _Source:
    def __init__(self, plan: Plan, stream: StreamPlan, name: str, sizes: Mapping[str, int]) -> None:
        self.plan, self.stream, self.name, self.known = plan, stream, name, sizes
        fields = c_names(plan, name)
        fixed = fixed_sizes(plan, fields, name)
        self.names = Names(plan.programs, (*RESERVED, *names_of_files(name), *SIMD, *STREAM,
                                           *fixed.values()))
        interface = TiledInterface(name, self.names, Locals.choose(self.names), fixed, fields)
        self.step = StreamStep(plan, stream, interface)
        self.layout = StreamLayout(self.step)
        self.scalar, of_row = TreeFormulas(self.names, name), CPrinter(self.names, name)
        of_row.used_calls = self.scalar.used_calls
        self.formulas = StreamFormulas(self.names, name, of_row)
        self.tree = StreamTree(self.scalar, self.formulas, text_of(stream.program))

    def vectors(self) -> StreamVectors:
        """All parts of the source."""
        functions = (self._printed(self.layout.function()), self._printed(self.step.function()))
        helpers, math = Helpers(self.names, self.name, qualifier="MAYBE").made(
            sorted(self.scalar.used_calls))
        of_vectors = Helpers(self.names, self.name, StreamFormulas, "vec", "ALWAYS")
        vector, _ = of_vectors.made(sorted(self.formulas.used_calls))
        return StreamVectors(self._lanes(), self._sizes(), tuple(
            self._units(number, one) for number, one in enumerate(self.groups)),
                             self._numbers(), math, (*helpers, *vector), of_vectors.by_lanes,
                             functions)

    @property
    def groups(self) -> tuple[StreamGroup, ...]:
        """The groups of the step."""
        return self.stream.groups

    def _printed(self, function: Function) -> Printed:
        outside = CTree(self.scalar, text_of(self.stream.program), f"{self.name}_real")
        return Printed(function.name, (), (),
                       laid_out(outside.signature(function, "", "static ")),
                       rows(deeper(self.tree.body(function.body))))

    def _sizes(self) -> tuple[str, ...]:
        """Constants for the sizes of all axes."""
        return tuple(f"{self.names.size(one.name)} = {self.known[one.name]}"
                     for one in self.stream.program.sizes)

    def _units(self, number: int, group: StreamGroup) -> StreamUnits:
        length = self.tree(self.layout.entries(group))
        return StreamUnits(self._of_axis(group), len(group.gates), flat(length),
                           {one: self.step.macro(one, number) for one in OF_GROUP})

    def _of_axis(self, group: StreamGroup) -> str:
        return self.tree(self.step.to.size(group.axis), ATOM)

    def _length(self, axis: str) -> int:
        return int(axis) if axis.isdigit() else self.known[axis]

    def _constants(self, group: StreamGroup) -> int:
        """How many constants each unit of a group has."""
        program = self.stream.program
        return len(group.constants) + sum(
            len(one.weights) * prod(map(self._length, program[one.operand].axes))
            for one in group.columns)

    def _numbers(self) -> int:
        """Room for all constants on every target: vectors are of 16 lanes at most."""
        panels = sum(-(-self._length(one.axis) // WIDTHS[0]) * WIDTHS[0] * self._constants(one)
                     for one in self.groups)
        return panels + len(self.stream.numbers)

    def _lanes(self) -> int:
        """The widest vectors that the units of the largest group fill."""
        most = max(self.groups, key=lambda one: self._length(one.axis) * self._constants(one))
        units = self._length(most.axis)
        fitting = [lanes for lanes in WIDTHS[:-1] if _filled(units, lanes)]
        return fitting[0] if fitting else WIDTHS[-1]


def _filled(units: int, lanes: int) -> bool:
    """True where vectors of so many lanes are few enough, and full but for an eighth."""
    if lanes == WIDTHS[0]:
        return units >= FEWEST_FOR_WIDEST and 7 * -(-units // lanes) * lanes <= 8 * units
    return units > WIDTHS[-1]

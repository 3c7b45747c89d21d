"""Where the values of a kernel live, and the address of each at one step and sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from symrnn.loops import (NULL, REAL, Choose, Expression, Member, Name, Names, Number, Scalar, Size,
                          Whole, product)
from symrnn.program import FED, Delay, ProgramError, Role, Span, Variable
from symrnn.schedule import Place, Plan, Schedule

STRUCT = {**dict.fromkeys(FED, "in"), Role.PARAMETER: "parameters", Role.INITIAL: "initial",
          Role.COTANGENT: "bars", Role.GRADIENT: "gradients", Role.FINAL: "final"}
STREAMED = {**STRUCT, Role.INITIAL: "state", Role.FINAL: "next"}
Stored = Mapping[str, Scalar]  # parameters of another number type, by their names
ALL_REAL: Stored = MappingProxyType({})
NULLABLE = ("initial", "state", "final", "next")  # arguments that may be NULL as a whole


@dataclass(frozen=True)
class Locals:
    """Names for loops over time and samples, their common offset, a chunk's steps, indices."""

    time: str
    sample: str
    at: str
    chunk: str
    indices: tuple[str, ...]

    @classmethod
    def choose(cls, names: Names) -> Locals:
        """Names that no variable of the program carries."""
        time, sample, at = names.fresh("t", "time"), names.fresh("s", "sample"), names.fresh("at")
        free = [one for one in "jkliopqruvw" if names.is_free(one)]
        wishes = [*free, *"jkliop"][:6]
        return cls(time, sample, at, names.fresh("chunk"), tuple(map(names.fresh, wishes)))


class Arrays:
    """Addresses for one schedule over whole sequences, and the number type of every array."""

    struct_by_role = STRUCT

    def __init__(self, plan: Plan, schedule: Schedule, names: Names, local: Locals,
                 stored: Stored = ALL_REAL, fields: Names | None = None) -> None:
        self.stored_types, self.fields = stored, fields or names
        self.plan, self.schedule, self.names, self.local = plan, schedule, names, local
        self.time = Name(local.time)
        self.sample: Expression = Name(local.sample)
        self.at: Expression = Name(local.at)
        self.edges = {one.initial for one in schedule.edges}
        self._names: dict[str, Name] = {}
        self._blocks: dict[tuple[str, str], Name] = {}
        self._sizes: dict[str, Expression] = {}
        self._extents: dict[tuple[str, ...], Expression] = {}

    def variable(self, name: str) -> Variable:
        """A variable of this program, or of the one that it was derived from."""
        program = self.schedule.program
        return program[name] if name in program else self.plan.program[name]

    def type_of(self, variable: Variable) -> Number:
        """What the numbers of an array are stored as."""
        return self.stored_types.get(variable.name, REAL)

    def name(self, variable: Variable) -> Name:
        """What stands for a value in equations: a pointer to it at this step and sample."""
        found = self._names.get(variable.name)
        if found is None:
            found = self._names[variable.name] = Name(self.names[variable.name])
        return found

    def size(self, axis: str) -> Expression:
        """The size of an axis; an axis that is a number is as long as that."""
        found = self._sizes.get(axis)
        if found is None:
            found = self._sizes[axis] = (Whole(int(axis)) if axis.isdigit()
                                         else Size(axis, self.names.size(axis)))
        return found

    def shape(self, axes: Sequence[str]) -> tuple[Expression, ...]:
        """The sizes of some axes."""
        return tuple([self.size(axis) for axis in axes])

    def extent(self, axes: tuple[str, ...]) -> Expression:
        """The number of entries behind some axes: ``T * B * m``."""
        found = self._extents.get(axes)
        if found is None:
            found = self._extents[axes] = product(self.shape(axes))
        return found

    def is_whole(self, variable: Variable) -> bool:
        """True where one pointer serves every step and sample."""
        return (self.schedule.places.get(variable.name) is Place.STEP
                or variable.span is Span.CONSTANT)

    def of_block(self, block: str, variable: Variable) -> Name:
        """The first entry of a value inside the tape or the workspace."""
        if self.is_whole(variable):
            return self.name(variable)
        key = f"{block}_", variable.name
        if key not in self._blocks:
            self._blocks[key] = Name(self.names.beside(variable.name, before=key[0]))
        return self._blocks[key]

    def base(self, variable: Variable) -> Expression:
        """The first entry of a whole array."""
        place = self.schedule.places.get(variable.name)
        if place in (Place.WORK, Place.RING, Place.STEP):
            return self.of_block("work", variable)
        if variable.name in self.plan.tape:
            return self.of_block("tape", variable)
        if variable.name in self.edges:
            return self.name(variable)
        return self.of_caller(variable)

    def of_caller(self, variable: Variable) -> Member:
        """The field of an argument that brings a value, or takes it."""
        return Member(Name(self.struct_of(variable)), self.field(variable))

    def struct_of(self, variable: Variable) -> str:
        """The argument that brings a value, or takes it.

        Raises ProgramError for what only another program's run brings, as an adjoint reads it.
        """
        if variable.name in self.plan.program.outputs:
            return "out"
        if variable.role not in self.struct_by_role:
            raise ProgramError(f"{self.plan.program.name}: '{variable.name}' is a "
                               f"{variable.role.value}, which no call in C brings; take the "
                               f"network itself, whose files and kernels have this program too")
        return self.struct_by_role[variable.role]

    def field(self, variable: Variable) -> str:
        """The field of a struct; initial and final states go by the name of the state."""
        for delay in self.plan.program.delays:
            if variable.name in (delay.initial, delay.final):
                return self.fields[delay.source]
        return self.fields[variable.name]

    def given_or_null(self, variable: Variable) -> Expression:
        """What the caller gives at an edge, or where a value at an edge goes, if anywhere."""
        field = self.of_caller(variable)
        return Choose(field.of.is_given, field, NULL) if self.struct_of(variable) in NULLABLE \
            else field

    def may_overlap(self, variable: Variable) -> bool:
        """True where another pointer may lead there too: not among the arrays of one call."""
        return False

    def address(self, variable: Variable) -> Expression:
        """The address of a value at the current step and sample."""
        delay = self.schedule.delay_of(variable.name)
        if delay is not None:
            return self.delayed(delay)
        there = self.offset(variable, self.time, self.at)
        wanted = self.schedule.is_optional(variable)
        return Choose(self.base(variable).is_given, there, NULL) if wanted else there

    def offset(self, variable: Variable, time: Expression, at: Expression) -> Expression:
        """The address of a value at some step of the current sample."""
        row = at if variable.span is Span.SEQUENCE else self.sample
        if self.schedule.places.get(variable.name) is Place.RING:
            row = (time & 1) * self.size("B") + self.sample
        return self.base(variable) + row * self.extent(variable.axes)

    def delayed(self, delay: Delay) -> Expression:
        """The value one step back in the order of the scan, or the given one at the edge."""
        t, at, batch = self.time, self.at, self.size("B")
        edge = self.offset(self.variable(delay.initial), t, at)
        source = self.variable(delay.source)
        if delay.step > 0:
            return Choose(t.compared(">", 0), self.offset(source, t - 1, at - batch), edge)
        inside = (t + 1).compared("<", self.size("T"))
        return Choose(inside, self.offset(source, t + 1, at + batch), edge)


class StepArrays(Arrays):
    """Addresses for the streaming step: one step, the state before it given by the caller."""

    struct_by_role = STREAMED

    def is_whole(self, variable: Variable) -> bool:
        return self._is_inner(variable) or variable.span is Span.CONSTANT

    def may_overlap(self, variable: Variable) -> bool:
        """The next state may be written over the state."""
        return self.schedule.delay_of(variable.name) is not None

    def base(self, variable: Variable) -> Expression:
        return self.name(variable) if self._is_inner(variable) else super().base(variable)

    def _is_inner(self, variable: Variable) -> bool:
        return (variable.name in self.schedule.places
                and variable.name not in self.plan.program.outputs)

    def offset(self, variable: Variable, time: Expression, at: Expression) -> Expression:
        return self.base(variable) + self.sample * self.extent(variable.axes)

    def delayed(self, delay: Delay) -> Expression:
        edge = self.variable(delay.initial)
        return self.base(edge) + self.sample * self.extent(edge.axes)


"""Where the values of a kernel live in C, and the pointer to each at one step and sample."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.backends.c_edges import field_or_null
from symrnn.backends.c_math import CPrinter
from symrnn.loops.scope import Names
from symrnn.lowering.arrays import STREAMED, STRUCT, Locals
from symrnn.program import Delay, Span, Variable
from symrnn.schedule import Place, Plan, Schedule

HOLDER = STRUCT


def fixed(names: Names, prefix: str, size: str) -> str:
    """The macro in a header that may fix a size: ``NAME_FIXED_m``."""
    return names.derived(("fixed", size), f"{prefix.upper()}_FIXED_{names.member(size)}")


class Addresses:
    """Pointers for one schedule over whole sequences.

    ``holders`` collects the function's arguments that were used on the way.
    """

    holder_by_role = HOLDER

    def __init__(self, plan: Plan, schedule: Schedule, names: Names, local: Locals,
                 printer: CPrinter) -> None:
        self.plan, self.schedule, self.names = plan, schedule, names
        self.local, self.printer = local, printer
        self.holders: set[str] = set()
        self.edges = {one.initial for one in schedule.edges}

    def variable(self, name: str) -> Variable:
        """A variable of this program, or of the one that it was derived from."""
        program = self.schedule.program
        return program[name] if name in program else self.plan.program[name]

    def extent(self, axes: Sequence[str]) -> str:
        """The number of entries behind some axes: ``T * B * m``."""
        return " * ".join(self.printer.extent(axis) for axis in axes) or "1"

    def told(self, size: str) -> str:
        """Where a size comes from: the caller, or whoever compiles."""
        return f"sizes->{size}" if size in ("T", "B") else self.fixed(size)

    def fixed(self, size: str) -> str:
        """The macro that may fix a size when compiling."""
        return fixed(self.names, self.printer.prefix, size)

    def is_whole(self, variable: Variable) -> bool:
        """True where one pointer serves every step and sample."""
        return (self.schedule.places.get(variable.name) is Place.STEP
                or variable.span is Span.CONSTANT)

    def block_name(self, block: str, variable: Variable) -> str:
        """The base pointer of a value inside the tape or the workspace."""
        if self.is_whole(variable):
            return self.names[variable.name]
        return self.names.beside(variable.name, before=f"{block}_")

    def base(self, variable: Variable) -> str:
        """The first entry of a whole array."""
        place = self.schedule.places.get(variable.name)
        if place in (Place.WORK, Place.RING, Place.STEP):
            return self.block_name("work", variable)
        if variable.name in self.plan.tape:
            return self.block_name("tape", variable)
        if variable.name in self.edges:
            return self.names[variable.name]
        return f"{self.holder(self.holder_of(variable))}->{self.field(variable)}"

    def holder_of(self, variable: Variable) -> str:
        """The argument that brings a value, or takes it."""
        return "out" if variable.name in self.plan.program.outputs else self.holder_by_role[
            variable.role]

    def given_or_null(self, variable: Variable) -> str:
        """What the caller gives at an edge, or where a value at an edge goes, if anywhere."""
        return field_or_null(self.holder(self.holder_of(variable)), self.field(variable))

    def qualifier(self, variable: Variable) -> str:
        """``restrict``, as arrays of one call do not overlap."""
        return "restrict "

    def holder(self, name: str) -> str:
        """An argument of the function, noted as used."""
        self.holders.add(name)
        return name

    def field(self, variable: Variable) -> str:
        """The field of a struct; initial and final states go by the name of the state."""
        for delay in self.plan.program.delays:
            if variable.name in (delay.initial, delay.final):
                return self.names[delay.source]
        return self.names[variable.name]

    def pointer(self, variable: Variable) -> str:
        """The address of a value at the current step and sample."""
        delay = self.schedule.delay_of(variable.name)
        if delay is not None:
            return self.delayed(delay)
        there = self.offset(variable, self.local.time, self.local.at)
        wanted = self.schedule.is_optional(variable)
        return f"{self.base(variable)} != NULL ? {there} : NULL" if wanted else there

    def offset(self, variable: Variable, time: str, at: str) -> str:
        """The address of a value at some step of the current sample."""
        entries = self.extent(variable.axes)
        scale = "" if entries == "1" else f" * {entries}"
        row = at if variable.span is Span.SEQUENCE else self.local.sample
        if self.schedule.places.get(variable.name) is Place.RING:
            row = f"(({time} & 1) * B + {self.local.sample})"
        return f"{self.base(variable)} + {row}{scale}"

    def delayed(self, delay: Delay) -> str:
        """The value one step back in the order of the scan, or the given one at the edge."""
        t, at = self.local.time, self.local.at
        self.printer.used_sizes |= {"T", "B"}
        inside = f"{t} > 0" if delay.step > 0 else f"{t} + 1 < T"
        sign = "-" if delay.step > 0 else "+"
        there = self.offset(self.variable(delay.source), f"({t} {sign} 1)", f"({at} {sign} B)")
        edge = self.offset(self.variable(delay.initial), t, at)
        return f"{inside} ? {there} : {edge}"


class StepAddresses(Addresses):
    """Pointers for the streaming step: one step, the state before it given by the caller."""

    holder_by_role = STREAMED

    def is_whole(self, variable: Variable) -> bool:
        inner = (variable.name in self.schedule.places
                 and variable.name not in self.plan.program.outputs)
        return inner or variable.span is Span.CONSTANT

    def qualifier(self, variable: Variable) -> str:
        """The next state may be written over the state, so that is not ``restrict``."""
        return "" if self.schedule.delay_of(variable.name) else super().qualifier(variable)

    def base(self, variable: Variable) -> str:
        return self.names[variable.name] if self._is_inner(variable) else super().base(variable)

    def _is_inner(self, variable: Variable) -> bool:
        return variable.name in self.schedule.places and self.is_whole(variable)

    def offset(self, variable: Variable, time: str, at: str) -> str:
        entries = self.extent(variable.axes)
        scale = "" if entries == "1" else f" * {entries}"
        return f"{self.base(variable)} + {self.local.sample}{scale}"

    def delayed(self, delay: Delay) -> str:
        entries = self.extent(self.variable(delay.source).axes)
        return f"{self.base(self.variable(delay.initial))} + {self.local.sample} * {entries}"

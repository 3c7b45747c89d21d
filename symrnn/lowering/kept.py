"""The tree of a kernel that keeps every value: the portable one without tape and workspace.

What equations bind lies in arrays of the caller's, one for each name, all steps in it: ``values``
of the forward pass, ``gradients`` of the backward one. So a reader can look at any of them. The
arrays come as zeros, which is where reductions start.
"""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.loops import (REAL, AddressOf, Argument, At, Body, Call, Choose, Declare, Expression,
                          Formula, Pointer, Run, Struct, Whole)
from symrnn.lowering.arrays import STRUCT, Arrays
from symrnn.lowering.portable import Axes, Interface, Known, Lowered, SequenceFunction
from symrnn.program import FED, Delay, Role, Span, Variable, symbols_in_order
from symrnn.schedule import GIVEN_BY_CALLER, Plan

ARGUMENTS = {"forward": ("sizes", "parameters", "inputs", "initial", "values"),
             "backward": ("sizes", "parameters", "inputs", "initial", "values", "bars",
                          "gradients")}
HOLDERS = {**STRUCT, **dict.fromkeys(FED, "inputs"), Role.FINAL: "values"}


def kept(plan: Plan, interface: Interface) -> dict[str, Lowered]:
    """Both functions of a plan whose values are kept, by what they do."""
    known = Known()
    return {kind: KeptFunction(plan, schedule, interface, known).lowered(
        kind, [Argument(one, Pointer(Struct(one), const=True)) for one in ARGUMENTS[kind]])
        for kind, schedule in (("forward", plan.forward), ("backward", plan.backward))}


class KeptArrays(Arrays):
    """Addresses of values in the arrays of the caller."""

    struct_by_role = HOLDERS

    def is_whole(self, variable: Variable) -> bool:
        return variable.span is Span.CONSTANT

    def base(self, variable: Variable) -> Expression:
        return (self.name(variable) if variable.name in self.edges
                else self.of_caller(variable))

    def struct_of(self, variable: Variable) -> str:
        """The argument that holds it: a pass has the values that its equations bind."""
        if variable.name in self.plan.forward.places:
            return "values"
        return "gradients" if variable.name in self.plan.backward.places \
            else self.struct_by_role[variable.role]

    def field(self, variable: Variable) -> str:
        """An initial state goes by the name of the state; a final one stands beside that."""
        starts = {one.initial: one.source for one in self.plan.program.delays}
        return self.names[starts.get(variable.name, variable.name)]

    def offset(self, variable: Variable, time: Expression, at: Expression) -> Expression:
        row = at if variable.span is Span.SEQUENCE else self.sample
        return self.behind(variable, row * self.extent(variable.axes))

    def behind(self, variable: Variable, entries: Expression) -> Expression:
        """Where an array goes on behind some entries."""
        base = self.base(variable)
        return base if entries == Whole(0) else AddressOf(At(base, entries))


class KeptFunction(SequenceFunction):
    """Makes the function of one schedule whose values are all kept."""

    arrays_of = KeptArrays
    to: KeptArrays

    def workspace(self) -> list[Variable]:
        return []

    def _carved(self, block: str, variables: Sequence[Variable], shapes: Sequence[Axes],
                const: bool = False) -> Body:
        return ()

    def _zeros(self) -> Body:
        return ()

    def _start(self, delay: Delay) -> Declare:
        """The values at the edge: the caller's, or what stands in their place."""
        one = self.to.variable(delay.initial)
        value = Call("given", (self.to.of_caller(one), Formula(delay.start),
                               self.to.extent(one.shape)))
        return Declare(self.to.name(one).text, Pointer(REAL, const=True, fixed=True), value)

    def _constants(self) -> Body:
        """Names for what varies over neither time nor samples."""
        read = {name for one in self.program.equations for name in symbols_in_order(one.rhs)}
        bound = self.schedule.places
        return tuple(self._array(self.to.name(one), self.to.base(one), one.shape,
                                 one.name not in bound)
                     for one in self.program.variables if one.span is Span.CONSTANT
                     and (one.name in bound or (one.name in read and self._is_there(one))))

    def _is_there(self, variable: Variable) -> bool:
        return variable.role in GIVEN_BY_CALLER or variable.name in self.plan.forward.places

    def edge(self, delay: Delay) -> Body:
        """The value at the last step of the scan, or at the edge before it."""
        source, steps = self.to.variable(delay.source), self.to.size("T")
        count = self.to.extent(("B", *source.axes))
        last = self.to.behind(source, (steps - 1) * count if delay.step > 0 else Whole(0))
        edge = self.to.base(self.to.variable(delay.initial))
        copy = Call("copy", (Choose(steps.compared(">", 0), last, edge), count,
                             self.to.of_caller(self.program[delay.final])))
        return (Run(copy),)


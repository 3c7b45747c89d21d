"""The portable tree: every stage a loop over time and samples around its equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symrnn.loops import (REAL, SIZE, Argument, Assign, Block, Body, Call, Choose, Computed,
                          Declare, Element, Expression, For, Formula, Function, If, Name, Names,
                          Number, Over, Pointer, Run, Section, Statement, Unused, Whole, checked)
from symrnn.loops.statements import uses
from symrnn.lowering.arrays import Arrays, Locals, StepArrays, Stored
from symrnn.lowering.equations import Equations
from symrnn.lowering.interface import signature
from symrnn.lowering.sizes import declared_sizes
from symrnn.program import Delay, Equation, Program, Span, Variable, symbols_in_order
from symrnn.schedule import GIVEN_BY_CALLER, Order, Place, Plan, Schedule, Stage, is_reduction

TITLE = {Order.ONCE: "once, for all steps", Order.ALL: "every step, in any order",
         Order.FORWARD: "scan forward in time", Order.REVERSE: "scan in reverse"}
Axes = tuple[str, ...]
# By what an equation binds: the equation and its variables, and the loops that compute it.
Known = dict[str, list[tuple[tuple[Equation | Variable, ...], Computed]]]


@dataclass(frozen=True)
class Interface:
    """What all functions of one file share: its prefix, its names, macros that fix sizes.

    ``stored`` are the parameters whose numbers are of a type for memory alone, ``fields`` the
    names of the portable header, where a file has others.
    """

    prefix: str
    names: Names
    local: Locals
    fixed: dict[str, str]
    stored: Stored = field(default_factory=dict, kw_only=True)
    fields: Names | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Lowered:
    """A function, the program that it computes and the shapes that lie in its workspace."""

    function: Function
    program: Program
    work: tuple[Axes, ...]


def portable(plan: Plan, interface: Interface) -> dict[str, Lowered]:
    """The functions of one network by what they do; a step where time runs forward alone."""
    inference, known = plan.inference, Known()
    makers = {"forward": SequenceFunction(plan, plan.forward, interface, known),
              "infer": SequenceFunction(inference, inference.forward, interface, known),
              "backward": SequenceFunction(plan, plan.backward, interface, known)}
    if plan.streams:
        makers["step"] = StepFunction(plan, inference.forward, interface, known)
    prefix = interface.prefix
    return {kind: one.lowered(f"{prefix}_{kind}", signature(kind, prefix))
            for kind, one in makers.items()}


class SequenceFunction:
    """Makes the function of one schedule over whole sequences."""

    arrays_of: type[Arrays] = Arrays

    def __init__(self, plan: Plan, schedule: Schedule, interface: Interface,
                 known: Known) -> None:
        self.plan, self.schedule, self.program = plan, schedule, schedule.program
        self.interface, self.local = interface, interface.local
        self.to = self.arrays_of(plan, schedule, interface.names, self.local, interface.stored,
                                 interface.fields)
        self.equations, self.known = Equations(self.program, self.to, self.local.indices), known

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The loops to make."""
        return self.schedule.stages

    def lowered(self, name: str, arguments: Sequence[Argument]) -> Lowered:
        """The function of that name."""
        starts = [self.to.variable(one.initial) for one in self.schedule.edges]
        shapes = (*map(self.stored_axes, self.workspace()), *(one.shape for one in starts))
        body: Body = (*self._constants(), *self._tape(),
                      *self._carved("work", [*self.workspace(), *starts], shapes),
                      *map(self._start, self.schedule.edges), *self._zeros(),
                      *map(self._stage, self.stages), *self._last())
        used = uses(body)
        sizes = declared_sizes(self.to, used.axes, self.interface.fixed)
        body, used = (*sizes, *body), used | uses(sizes)
        unused = tuple(Unused(Name(one.name)) for one in arguments if one.name not in used.names)
        return Lowered(checked(Function(name, tuple(arguments), (*unused, *body))), self.program,
                       shapes)

    def workspace(self) -> list[Variable]:
        """What lives in the workspace."""
        return list(self.schedule.placed(Place.WORK, Place.RING, Place.STEP))

    def stored_axes(self, variable: Variable) -> Axes:
        """The axes in the workspace: all steps, two, or this one alone."""
        place = self.schedule.places[variable.name]
        front = ("2", "B") if place is Place.RING else ()
        return variable.shape if place is Place.WORK else (*front, *variable.axes)

    def _tape(self) -> Body:
        const = self.schedule is not self.plan.forward
        return self._carved("tape", self.plan.saved, [one.shape for one in self.plan.saved], const)

    def _carved(self, block: str, variables: Sequence[Variable], shapes: Sequence[Axes],
                const: bool = False) -> Body:
        """Arrays side by side in one block of memory."""
        found: list[Statement] = []
        before: Expression = Name(block)
        for variable, axes in zip(variables, shapes, strict=True):
            name = self.to.of_block(block, variable)
            found.append(self._array(name, before, axes, const, self.to.type_of(variable)))
            before = name + self.to.extent(axes)
        return tuple(found)

    def _array(self, name: Name, value: Expression, axes: Axes, const: bool,
               kind: Number = REAL) -> Declare:
        return Declare(name.text, Pointer(kind, const, fixed=True), value, self.to.shape(axes),
                       f"[{', '.join(axes)}]")

    def _start(self, delay: Delay) -> Declare:
        """A pointer to the values at the edge: the caller's, or what stands in their place."""
        one = self.to.variable(delay.initial)
        value = Call(f"{self.interface.prefix}_given", (
            self.to.given_or_null(one), Formula(delay.start), self.to.extent(one.shape),
            self.to.of_block("work", one)))
        return Declare(self.to.name(one).text, Pointer(REAL, const=True, fixed=True), value)

    def _constants(self) -> Body:
        """Pointers to what varies over neither time nor samples: parameters and their gradients."""
        read = {name for one in self.program.equations for name in symbols_in_order(one.rhs)}
        found = []
        for one in self.program.variables:
            given = one.name in read and one.role in GIVEN_BY_CALLER
            target = self.schedule.places.get(one.name) is Place.CALLER
            if one.span is Span.CONSTANT and (given or target):
                found.append(self._array(self.to.name(one), self.to.base(one), one.shape, given,
                                         self.to.type_of(one)))
        return tuple(found)

    def _zeros(self) -> Body:
        """Reductions start at zero."""
        found: list[Statement] = []
        for equation in self.program.equations:
            one = self.program[equation.lhs]
            if is_reduction(self.program, equation):
                array = self.to.base(one)
                name = self.to.name(one) if self.to.is_whole(one) else array
                assert isinstance(name, Name)
                found += self._if_wanted(one, self._cleared(name, self.to.extent(one.shape)))
        return (Section("reductions start at zero", tuple(found)),) if found else ()

    def _cleared(self, array: Name, count: Expression) -> Body:
        j = self.local.indices[0]
        entry = Element(array, (Name(j),), (count,))
        return (For(j, count, (Assign(entry, Whole(0)),), Over.ENTRIES),)

    def _stage(self, stage: Stage) -> Statement:
        pointers = self._pointers(stage)
        body = (*map(self._equation, stage.equations), *self.behind(stage))
        return Section(self.title(stage), self.around(stage, pointers, body))

    def behind(self, stage: Stage) -> Body:
        """What stands behind the equations, inside the loops."""
        return ()

    def title(self, stage: Stage) -> str:
        """What the loop over a stage does."""
        return TITLE[stage.order]

    def around(self, stage: Stage, pointers: Body, body: Body) -> Body:
        """The loops over time and samples, with their common offset where a pointer needs it."""
        if stage.order is Order.ONCE:
            return (Block((*pointers, *body)),)
        if self.local.at in uses(pointers).names:
            offset = self.to.time * self.to.size("B") + self.to.sample
            pointers = (Declare(self.local.at, SIZE, offset), *pointers)
        samples = For(self.local.sample, self.to.size("B"), (*pointers, *body), Over.SAMPLES)
        return (For(self.local.time, self.to.size("T"), (samples,), Over.STEPS,
                    stage.order is Order.REVERSE),)

    def _pointers(self, stage: Stage) -> Body:
        """A pointer to the value at this step and sample of everything that the stage touches."""
        bound, touched = {one.lhs for one in stage.equations}, self.touched(stage)
        return tuple(
            Declare(self.to.name(one).text,
                    Pointer(self.to.type_of(one), one.name not in bound,
                            not self.to.may_overlap(one)),
                    self.to.address(one), self.to.shape(one.axes) or (Whole(1),))
            for one in self.program.variables
            if one.name in touched and not self.to.is_whole(one))

    def touched(self, stage: Stage) -> set[str]:
        """What the equations of a stage read and bind."""
        return {name for one in stage.equations for name in (one.lhs, *symbols_in_order(one.rhs))}

    def _equation(self, equation: Equation) -> Statement:
        """The loops of an equation; functions that compute the same share them."""
        lhs = equation.lhs
        whole: tuple[Equation | Variable, ...] = (
            equation, *(self.program[name] for name in (lhs, *equation.reads)))
        alike = self.known.setdefault(lhs, [])
        for other, found in alike:
            if other == whole:
                return found
        body = self._if_wanted(self.program[lhs], self.equations.nest(equation))
        alike.append((whole, Computed((equation,), body)))
        return alike[-1][1]

    def _if_wanted(self, variable: Variable, body: Body) -> Body:
        """A gradient that the caller does not want is not computed."""
        wanted = self.schedule.is_optional(variable)
        return (If(self.to.name(variable).is_given, body),) if wanted else body

    def _last(self) -> Body:
        edges = tuple(one for delay in self.program.delays for one in self.edge(delay))
        comment = "the state at the last step of each scan; the first one where there are no steps"
        return (Section(comment, edges),) if edges else ()

    def edge(self, delay: Delay) -> Body:
        """The value at the last step of the scan, or at the edge before it, to the caller."""
        source, steps = self.to.variable(delay.source), self.to.size("T")
        count = self.to.extent(("B", *source.axes))
        row = steps - 1 if delay.step > 0 else Whole(0)
        if self.schedule.places.get(delay.source) is Place.RING and row != Whole(0):
            row = row & 1
        there = self.to.base(source)
        there = there if row == Whole(0) else there + row * count
        edge = self.to.base(self.to.variable(delay.initial))
        copy = Call(f"{self.interface.prefix}_copy", (
            Choose(steps.compared(">", 0), there, edge), count,
            self.to.given_or_null(self.program[delay.final])))
        return (Run(copy),)


class StepFunction(SequenceFunction):
    """Makes one streaming step of the forward schedule: every equation once for each sample."""

    arrays_of = StepArrays

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (Stage(Order.FORWARD, self.program.equations, self.program.delays),)

    def workspace(self) -> list[Variable]:
        return [one for one in self.program.variables
                if one.name in self.schedule.places and one.name not in self.program.outputs]

    def stored_axes(self, variable: Variable) -> Axes:
        return variable.axes

    def _tape(self) -> Body:
        return ()

    def title(self, stage: Stage) -> str:
        return "this step"

    def around(self, stage: Stage, pointers: Body, body: Body) -> Body:
        return (For(self.local.sample, self.to.size("B"), (*pointers, *body), Over.SAMPLES),)

    def touched(self, stage: Stage) -> set[str]:
        """The next state is read too; an input may be remembered that no equation reads now."""
        return super().touched(stage) | {one.source for one in stage.delays}

    def behind(self, stage: Stage) -> Body:
        """The new states, written last: ``next`` may be ``state``."""
        if not stage.delays:
            return ()
        return (Section("the next state", tuple(map(self._next, stage.delays))),)

    def _next(self, delay: Delay) -> Statement:
        source = self.program[delay.source]
        count = self.to.extent(source.axes)
        field = self.to.of_caller(self.program[delay.final])
        wanted = (field.of.is_given).both(field.is_given)
        copy = Call(f"{self.interface.prefix}_copy", (
            self.to.name(source), count, field + self.to.sample * count))
        return If(wanted, (Run(copy),))

    def edge(self, delay: Delay) -> Body:
        return ()

"""What a kernel needs to know: the stages, what is saved, and where every value lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from symrnn.program import Delay, Program, Role, Span, Variable, counted, symbols_in_order
from symrnn.schedule.saving import saving
from symrnn.schedule.stages import Order, Stage, is_total, stages
from symrnn.schedule.totals import with_totals_apart


class Place(Enum):
    """Where a bound value lives."""

    CALLER = "an array of the caller"
    TAPE = "the tape, every step, for the backward pass"
    WORK = "the workspace, every step"
    RING = "the workspace, this step and the one before"
    STEP = "the workspace, this step only"
    CHUNK = "the workspace, the steps of one chunk"


@dataclass(frozen=True, repr=False)
class Schedule:
    """A program as stages, with a place for every value that an equation binds."""

    program: Program
    stages: tuple[Stage, ...]
    places: Mapping[str, Place] = field(hash=False)  # follows from the rest
    earlier: tuple[Delay, ...] = ()

    def __repr__(self) -> str:
        return (f"<Schedule {counted(len(self.program.equations), 'equation')} in "
                f"{counted(len(self.stages), 'stage')}>")

    def delay_of(self, name: str) -> Delay | None:
        """The delay that binds ``name``, here or in the program that this one was derived from."""
        known = (*self.program.delays, *self.earlier)
        return next((delay for delay in known if delay.lhs == name), None)

    def placed(self, *places: Place) -> tuple[Variable, ...]:
        """The variables that live in these places, in order of declaration."""
        return tuple(one for one in self.program.variables if self.places.get(one.name) in places)


@dataclass(frozen=True, repr=False)
class Plan:
    """The forward and the backward schedule of one network and the tape between them.

    ``tape`` lists the forward values that the backward pass reads and that are not already
    an input, a parameter or an output. ``gradient`` is the adjoint program.
    """

    program: Program
    gradient: Program
    forward: Schedule
    backward: Schedule
    tape: tuple[str, ...]

    def __repr__(self) -> str:
        return (f"<Plan of {self.program.name}: {self.forward!r} forward, {self.backward!r} "
                f"backward; {counted(len(self.tape), 'value')} on the tape>")

    @cached_property
    def inference(self) -> Plan:
        """The same network with nothing saved for a backward pass."""
        return replace(self, forward=schedule(self.program), tape=())

    @property
    def saved(self) -> tuple[Variable, ...]:
        """The variables on the tape, in its order."""
        return tuple(self.forward.program[name] for name in self.tape)

    @property
    def programs(self) -> tuple[Program, ...]:
        """Every program that has names: as written and derived, then as they are run."""
        return self.program, self.gradient, self.forward.program, self.backward.program

    @cached_property
    def streams(self) -> bool:
        """True where a step needs no later one, so that a streaming step exists."""
        return all(delay.step > 0 for delay in self.program.delays)


def plan(program: Program, gradient: Program, exact_slopes: bool = True) -> Plan:
    """Schedule a program and its adjoint. Raises ProgramError where time has no order.

    With ``exact_slopes`` the tape holds what keeps the digits of slopes of saturated gates.
    """
    found = saving(program, gradient, exact_slopes)
    return Plan(program, gradient, schedule(found.program, found.tape, along=found.along),
                schedule(found.gradient, (), program.delays, found.again, tuple(program.axes)),
                found.tape)


def forward_only(program: Program, exact_slopes: bool = True) -> Plan:
    """The plan of a program that nobody differentiates: its adjoint has no equations."""
    return plan(program, replace(program, variables=(), equations=(), delays=(), outputs=()),
                exact_slopes)


def schedule(program: Program, tape: Iterable[str] = (), earlier: tuple[Delay, ...] = (),
             again: frozenset[str] = frozenset(), names: tuple[str, ...] = (),
             along: frozenset[str] = frozenset()) -> Schedule:
    """Stages and places of one program, whose new names avoid some others.

    Values on the ``tape`` outlive the call; what is computed ``again`` is so where it is read,
    and what goes ``along`` where its operands are.
    """
    program = with_totals_apart(program, names)
    found, saved = stages(program, again, along), frozenset(tape)
    places = {equation.lhs: _place(program, found, equation.lhs, saved)
              for stage in found for equation in stage.equations}
    return Schedule(program, found, places, earlier)


def _place(program: Program, found: tuple[Stage, ...], name: str, tape: frozenset[str]) -> Place:
    if name in tape:
        return Place.TAPE
    if name in program.outputs or program[name].role in (Role.GRADIENT, Role.FINAL):
        return Place.CALLER
    if program[name].span < Span.SEQUENCE:
        return Place.WORK
    delays = [delay for delay in program.delays if delay.source == name]
    readers = _readers(found, {name, *(delay.lhs for delay in delays)})
    home = next(stage for stage in found if name in stage.names)
    if any(stage is not home for stage in readers):
        return Place.WORK
    if not delays:
        return Place.STEP
    return Place.RING if home.order in (Order.FORWARD, Order.REVERSE) else Place.WORK


def _readers(found: tuple[Stage, ...], names: set[str]) -> list[Stage]:
    return [stage for stage in found
            if any(names & set(symbols_in_order(one.rhs)) for one in stage.equations)]


__all__ = ["Place", "Plan", "Schedule", "forward_only", "is_total", "plan", "schedule"]

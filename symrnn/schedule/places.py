"""One program as stages, and the place where every value lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from symrnn.program import Delay, Program, Role, Span, Variable, counted
from symrnn.schedule.stages import Order, Stage, stages
from symrnn.schedule.reductions import with_reductions_apart


class Place(Enum):
    """Where a bound value lives. The last three are known to tiled plans alone.

    ``KEPT`` is the place of all values where somebody wants to see them.
    """

    CALLER = "an array of the caller"
    TAPE = "the tape, every step, for the backward pass"
    WORK = "the workspace, every step"
    RING = "the workspace, this step and the one before"
    STEP = "the workspace, this step only"
    KEPT = "an array of its own, every step"
    CHUNK = "the workspace, the steps of one chunk"
    BATCH = "a buffer for the rows of a tile batch, from loop to loop"
    REGISTER = "a register"


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

    @cached_property
    def _delays(self) -> dict[str, Delay]:
        return {one.lhs: one for one in (*self.earlier, *self.program.delays)}

    def delay_of(self, name: str) -> Delay | None:
        """The delay that binds ``name``, here or in the program that this one was derived from."""
        return self._delays.get(name)

    @cached_property
    def edges(self) -> tuple[Delay, ...]:
        """The delays whose values before the first step, or behind the last, are read."""
        read = {name for one in self.program.equations for name in one.reads}
        return (*self.program.delays, *(one for one in self.earlier if one.lhs in read))

    def is_optional(self, variable: Variable) -> bool:
        """True for a gradient of the caller's, which may be missing: nobody wants it then."""
        return (variable.role is Role.GRADIENT
                and self.places.get(variable.name) is Place.CALLER)

    def placed(self, *places: Place) -> tuple[Variable, ...]:
        """The variables that live in these places, in order of declaration."""
        return tuple(one for one in self.program.variables if self.places.get(one.name) in places)


def schedule(program: Program, tape: Iterable[str] = (), earlier: tuple[Delay, ...] = (),
             recomputed: frozenset[str] = frozenset(), names: tuple[str, ...] = (),
             along: frozenset[str] = frozenset()) -> Schedule:
    """Stages and places of one program, whose new names avoid some others.

    Values on the ``tape`` outlive the call; what is ``recomputed`` is computed where it is
    read, and what goes ``along`` where its operands are.
    """
    program = with_reductions_apart(program, names)
    found, saved = stages(program, recomputed, along), frozenset(tape)
    places = {equation.lhs: _place(program, found, equation.lhs, saved)
              for stage in found for equation in stage.equations}
    return Schedule(program, found, places, earlier)


def kept(found: Schedule) -> Schedule:
    """The same loops with every value in an array of its own, none of them optional."""
    return replace(found, places=dict.fromkeys(found.places, Place.KEPT))


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
            if any(not names.isdisjoint(one.reads) for one in stage.equations)]

"""What a kernel needs to know: two schedules, what is saved between them, and tiled plans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symrnn.program import Program, Variable, counted
from symrnn.schedule.places import Schedule, kept, schedule
from symrnn.schedule.saving import no_adjoint, saving
from symrnn.schedule.tiled import TiledPlans
from symrnn.schedule.tiling import tiled_sequence, tiled_step


@dataclass(frozen=True, repr=False)
class Plan:
    """The forward and the backward schedule of one network and the tape between them.

    ``tape`` lists the forward values that the backward pass reads and that are not already
    an input, a parameter or an output. What it reads of the others is ``recomputed``.
    ``gradient`` is the adjoint program, ``inferred`` the network as it is run where nothing is
    saved: to the bit as with a tape.
    """

    program: Program
    gradient: Program
    forward: Schedule
    backward: Schedule
    tape: tuple[str, ...]
    inferred: Program
    recomputed: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (f"<Plan of {self.program.name}: {self.forward!r} forward, {self.backward!r} "
                f"backward; {counted(len(self.tape), 'value')} on the tape>")

    @cached_property
    def inference(self) -> Plan:
        """The same network with nothing saved for a backward pass."""
        return replace(self, forward=schedule(self.inferred), tape=())

    @cached_property
    def kept(self) -> Plan:
        """The same network for those who want to see every value, as the equations bind it."""
        backward = schedule(self.gradient, (), self.program.delays, names=tuple(self.program.axes))
        return replace(self, forward=kept(schedule(self.program)), backward=kept(backward),
                       tape=(), recomputed=())

    @cached_property
    def tiled(self) -> TiledPlans:
        """What the fast kernels decide, for every function. All forward ones share panels."""
        forward, inference = tiled_sequence(self.forward, self.tape), self.inference.forward
        packed = forward.packed
        return TiledPlans(
            forward, tiled_sequence(inference, (), packed),
            tiled_sequence(self.backward, self.tape),
            tiled_step(inference, self.program, packed) if self.streams else None)

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
    inferred = saving(program, no_adjoint(program), exact_slopes).program
    recomputed = tuple(one.lhs for one in found.gradient.equations if one.lhs in found.recomputed)
    return Plan(program, gradient, schedule(found.program, found.tape, along=found.along),
                schedule(found.gradient, (), program.delays, found.recomputed, tuple(program.axes)),
                found.tape, inferred, recomputed)


def forward_only(program: Program, exact_slopes: bool = True) -> Plan:
    """The plan of a program that nobody differentiates: its adjoint has no equations."""
    return plan(program, no_adjoint(program), exact_slopes)

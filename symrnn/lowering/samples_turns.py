"""What runs when around blocks of samples: what no sample changes, steps, sums over samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symrnn.loops import (Argument, Body, Declare, Function, Name, Statement, Type, Unused, checked)
from symrnn.loops.statements import uses
from symrnn.lowering.portable import SequenceFunction
from symrnn.lowering.samples_arrays import sums_over_samples
from symrnn.lowering.sizes import declared_sizes
from symrnn.program import Equation, Program, ProgramError, Span, Variable
from symrnn.schedule import Order, Place, Plan, Schedule, Stage, is_reduction


@dataclass(frozen=True)
class Turns:
    """The stages of a schedule by when they run: before all samples, with them, behind them."""

    before: tuple[Stage, ...]
    inside: tuple[Stage, ...]
    behind: tuple[Stage, ...]

    @classmethod
    def of(cls, schedule: Schedule) -> Turns:
        """Raises ProgramError where a step reads a sum over all samples."""
        late = {one.name for one in sums_over_samples(schedule)}
        before, inside, behind = list[Stage](), list[Stage](), list[Stage]()
        for stage in schedule.stages:
            if stage.order is not Order.ONCE:
                _must_be_apart(schedule.program, late.intersection(_reads(stage.equations)))
                once, each = _by_samples(schedule.program, stage)
                before += [once] if once.equations else []
                inside.append(each)
                continue
            early, rest = list[Equation](), list[Equation]()
            for one in stage.equations:
                (rest if late.intersection(one.reads) else early).append(one)
                late |= {one.lhs} if one in rest else set()
            before += [replace(stage, equations=tuple(early))] if early else []
            behind += [replace(stage, equations=tuple(rest))] if rest else []
        return cls(tuple(before), tuple(inside), tuple(behind))


def _by_samples(program: Program, stage: Stage) -> tuple[Stage, Stage]:
    """What no sample changes of a stage, which runs once, and the others."""
    same = tuple(one for one in stage.equations if program[one.lhs].span is Span.CONSTANT
                 and not is_reduction(program, one))
    return (replace(stage, order=Order.ONCE, equations=same, delays=()),
            replace(stage, equations=tuple(one for one in stage.equations if one not in same)))


def _reads(equations: Sequence[Equation]) -> set[str]:
    return {name for one in equations for name in one.reads}


def _must_be_apart(program: Program, read: set[str]) -> None:
    if read:
        raise ProgramError(f"{program.name}: steps read {', '.join(sorted(read))}, a sum over all "
                           f"samples, which samples in lanes do not have before they are through; "
                           f"take profile=\"simd\"")


def shared_by_all(schedule: Schedule) -> list[Variable]:
    """What no sample changes and lives in the workspace; sums over samples come last."""
    sums = sums_over_samples(schedule)
    found = [one for one in schedule.placed(Place.WORK) if one.span is Span.CONSTANT]
    return sorted(found, key=lambda one: one in sums)


def taped_by_all(plan: Plan) -> list[Variable]:
    """What no sample changes of the tape."""
    return [one for one in plan.saved if one.span is Span.CONSTANT]


def needed(declared: Body, body: Body) -> Body:
    """Those declarations that some statements use, and what these use."""
    found: list[Statement] = []
    for one in reversed(declared):
        assert isinstance(one, Declare)
        if one.name in uses((*found, *body)).names:
            found.insert(0, one)
    return tuple(found)


def finished(maker: SequenceFunction, name: str, arguments: Sequence[Argument], body: Body,
             result: Type | None = None) -> Function:
    """A function with the sizes that it uses, and what tells which arguments it does not."""
    used = uses(body)
    sizes = declared_sizes(maker.to, used.axes, maker.interface.fixed)
    used |= uses(sizes)
    unused = tuple(Unused(Name(one.name)) for one in arguments if one.name not in used.names)
    return checked(Function(name, tuple(arguments), (*unused, *sizes, *body),
                            result))

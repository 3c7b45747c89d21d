"""What a function needs besides its loops: constants, places that stand in, zeros, and how much.

All follows from its fusion groups, in the order in which they run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symrnn.program import (FED, Equation, Program, Role, Span, contraction_axes, contractions,
                            symbols_in_order)
from symrnn.schedule.fusion import FusionGroup
from symrnn.schedule.loop_nests import Kind
from symrnn.schedule.places import Schedule
from symrnn.schedule.stages import is_reduction, reads_span

GIVEN_BY_CALLER = (Role.PARAMETER, *FED, Role.COTANGENT)
Groups = Sequence[FusionGroup]


def read_directly(program: Program, groups: Groups) -> tuple[str, ...]:
    """Given constants that some equation reads other than from panels."""
    in_units = {one.equation.lhs: one for group in groups for one in group.statements}
    read: set[str] = set()
    for equation in program.equations:
        statement = in_units.get(equation.lhs)
        for term in (equation.rhs,) if statement is None else statement.rest:
            read |= set(symbols_in_order(term))
    return tuple(one.name for one in program.variables
                 if one.name in read and one.span is Span.CONSTANT and one.role in GIVEN_BY_CALLER)


def spare(schedule: Schedule, groups: Groups) -> tuple[str, ...]:
    """Gradients with rows beside others in a group, which runs although nobody wants them."""
    beside = {name for one in groups if len(one.names) > 1 for name in one.names}
    return tuple(one.name for one in schedule.program.variables
                 if one.name in beside and one.span is not Span.CONSTANT
                 and schedule.is_optional(one))


def cleared(program: Program, groups: Groups) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reductions to which rows are added one by one, and those that products over rows set."""
    both: list[list[str]] = [[], []]
    for group in groups:
        both[group.kind is Kind.REDUCTIONS] += [one.lhs for one in group.equations
                                            if is_reduction(program, one)]
    return tuple(both[0]), tuple(both[1])


def reduced_axes(program: Program, groups: Groups) -> tuple[tuple[str, ...], ...]:
    """The axes of right factors of reductions, each once."""
    return tuple(dict.fromkeys(program[one.right].axes for group in groups
                               for one in group.reductions))


def multiplications(program: Program, equations: Iterable[Equation]
                    ) -> tuple[tuple[str, ...], ...]:
    """The axes of every loop of one step for one sample: one for each sum, else the entries'."""
    return tuple(tuple(sorted(axes)) for one in equations
                 if max(program[one.lhs].span, reads_span(program, one)) is Span.SEQUENCE
                 for axes in _loops(program, one))


def weights_of_step(program: Program, groups: Groups) -> tuple[tuple[str, ...], ...]:
    """The axes of the packed weights that groups of a scan read at every step, gate by gate."""
    return tuple(tuple(sorted((*program[gate].axes, *program[one.operand].axes)))
                 for group in groups for tile in group.tiles for gate in tile.gates
                 for one in tile.segments[tile.early:])


def _loops(program: Program, equation: Equation) -> Iterator[tuple[str, ...]]:
    """The axes that each sum of an equation runs over, or those of its left-hand side."""
    sums = [product for _, product in contractions(equation.rhs)]
    if not sums:
        yield program[equation.lhs].axes
    for product in sums:
        yield tuple(contraction_axes(product, program.axes).values())

"""Where the values of a block of samples live: as many samples in one vector as it has lanes.

A block is one sample to the tree: what varies over samples is a vector, one of them in each lane,
and everything else a number, alike in all lanes. Arrays of the caller are taken into rooms in the
workspace, [T, ...] vectors, and put back from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr

from symrnn.loops import (REAL, VECTOR, ZERO, Call, Cast, Choose, Element, Expression, Formula,
                          Member, Name, Number, VectorFormula, Whole)
from symrnn.lowering.arrays import Arrays
from symrnn.lowering.equations import AtEntry, Equations, of_numbers
from symrnn.program import Span, Variable
from symrnn.schedule import Schedule, is_reduction


def sums_over_samples(schedule: Schedule) -> tuple[Variable, ...]:
    """What a schedule sums up over all steps and samples, such as a gradient of weights."""
    program = schedule.program
    return tuple(program[one.lhs] for one in program.equations
                 if program[one.lhs].span is Span.CONSTANT and is_reduction(program, one))


class SampleArrays(Arrays):
    """Addresses of the vectors of one block of samples."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sample, self.at = ZERO, self.time
        self.sums = {one.name for one in sums_over_samples(self.schedule)}

    def size(self, axis: str) -> Expression:
        return Whole(1) if axis == "B" else super().size(axis)

    def varies(self, variable: Variable) -> bool:
        """True for what differs from lane to lane; a sum over samples has one in each, too."""
        return variable.span is not Span.CONSTANT or variable.name in self.sums

    def type_of(self, variable: Variable) -> Number:
        return VECTOR if self.varies(variable) else REAL

    def is_callers(self, variable: Variable) -> bool:
        """True for an array of the caller that has a room in the workspace."""
        return (variable.span is not Span.CONSTANT and not self.schedule.delay_of(variable.name)
                and isinstance(super().base(variable), Member))

    def base(self, variable: Variable) -> Expression:
        if variable.name in self.sums:
            return self.name(variable)
        found = super().base(variable)
        return (self.of_block("work", variable)
                if isinstance(found, Member) and self.varies(variable) else found)

    def address(self, variable: Variable) -> Expression:
        delay = self.schedule.delay_of(variable.name)
        return self.offset(variable, self.time, self.at) if delay is None else self.delayed(delay)


class AcrossLanes(AtEntry):
    """One equation at one entry of its left-hand side, for all samples of a block."""

    kind = VECTOR

    def formula(self, expression: Expr, operands: Mapping[str, Expression]) -> Expression:
        vectors = {name: one for name, one in operands.items() if is_vector(one)}
        numbers = {name: one for name, one in operands.items() if name not in vectors}
        return VectorFormula(expression, tuple(vectors.items()), tuple(numbers.items()))

    def operand(self, expression: Expr, operands: Mapping[str, Expression]) -> Expression:
        found = self.formula if any(map(is_vector, operands.values())) else of_numbers
        return found(expression, operands)

    def larger(self, element: Expression) -> Expression:
        return Call("where", (element.compared(">", self.target), element, self.target))


class SampleEquations(Equations):
    """Makes the loop nest of an equation for one step of a block of samples."""

    @property
    def at_entry(self) -> type[AtEntry]:
        return AcrossLanes


def is_vector(operand: Expression) -> bool:
    """True for what differs from lane to lane: elements of such arrays, sums and formulas."""
    match operand:
        case Element(type=kind):
            return kind == VECTOR
        case Choose(then=then):
            return is_vector(then)
        case Cast() | Formula():
            return False
    return isinstance(operand, Name | VectorFormula)

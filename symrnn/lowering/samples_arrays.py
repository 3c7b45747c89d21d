"""Where the values of a block of samples live: as many samples in one vector as it has lanes.

A block is one sample to the tree: what varies over samples is a vector, one of them in each lane,
and everything else a number, alike in all lanes. Arrays of the caller are taken into rooms in the
workspace, [T, ...] vectors, and put back from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr

from symrnn.loops import (REAL, VECTOR, ZERO, Block, Body, Call, Cast, Choose, Element, Expression,
                          For, Formula, Inside, Member, Name, Number, Over, Statement,
                          VectorFormula, Whole)
from symrnn.loops.statements import inner
from symrnn.lowering.arrays import Arrays
from symrnn.lowering.equations import AtEntry, Equations, of_numbers
from symrnn.program import FED, Equation, Span, Variable
from symrnn.schedule import Schedule, is_reduction


MOST_LYING = 32  # inputs and outputs: binary digits of the smallest size that targets have
TOGETHER = 4  # sums side by side: they fill the time of an addition, and registers hold them


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

    def between(self, variable: Variable) -> int | None:
        """The place of an input or output of a sequence among all; others have none.

        Those may lie in memory as blocks have them, where another kernel reads them next.
        """
        program = self.plan.program
        names = [*(one.name for one in program.with_role(*FED)), *program.outputs][:MOST_LYING]
        return (names.index(variable.name)
                if variable.name in names and variable.span is Span.SEQUENCE else None)

    def base(self, variable: Variable) -> Expression:
        if variable.name in self.sums:
            return self.name(variable)
        found = super().base(variable)
        if not isinstance(found, Member) or not self.varies(variable):
            return found
        return self.of_block("work" if self.between(variable) is None else "lanes", variable)

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


class OneOfSome(AcrossLanes):
    """The same at one of some entries side by side, whose loops are one."""

    def __init__(self, loops: Equations, lhs: Variable, row: Expression, place: int) -> None:
        super().__init__(loops, lhs, (Inside(row + place),))
        self.place_of, self.indices = place, loops.indices[1:]

    def called(self, name: str) -> Name:
        return Name(f"{name}_{self.place_of}")


class SampleEquations(Equations):
    """Makes the loop nest of an equation for one step of a block of samples.

    Sums of some units are computed side by side: a vector that is read serves all of them, and
    none waits for another.
    """

    @property
    def at_entry(self) -> type[AtEntry]:
        return AcrossLanes

    def nest(self, equation: Equation) -> Body:
        lhs, alone = self.program[equation.lhs], super().nest(equation)
        loop = alone[0] if len(lhs.axes) == 1 else None
        if not isinstance(loop, For) or is_reduction(self.program, equation) or not AcrossLanes(
                self, lhs, self.indices[:1]).sums_of(equation):
            return alone
        (row, *_), (size,) = self.indices, self.arrays.shape(lhs.axes)
        many = size / TOGETHER * TOGETHER
        some = together([OneOfSome(self, lhs, row, place).statements(equation)
                         for place in range(TOGETHER)])
        return (For(row.text, many, some, Over.UNITS, step=Whole(TOGETHER)),
                replace(loop, start=many))


def together(bodies: Sequence[Body]) -> Body:
    """Bodies of the same loops as one."""
    found: list[Statement] = []
    for alike in zip(*bodies, strict=True):
        first = alike[0]
        if isinstance(first, For | Block):
            found.append(replace(first, body=together([inner(one) for one in alike])))
        else:
            found += alike
    return tuple(found)


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

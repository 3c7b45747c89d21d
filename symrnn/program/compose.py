"""Joining programs: rename one, set two side by side, feed one by the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symrnn.program.expressions import rename
from symrnn.program.errors import ProgramError
from symrnn.program.form import Delay, Equation, Program, Role, Size, Variable
from symrnn.program.notation import Glyph


def chain(first: Program, second: Program) -> Program:
    """The second program fed by the outputs of the first, input by input.

    Inputs that are left over, such as a mask, must be inputs of the first and are shared.
    Raises ProgramError where they are not, where there are too few, or where a name clashes.
    """
    inputs = second.with_role(Role.INPUT)
    fed_inputs, left = inputs[: len(first.outputs)], inputs[len(first.outputs):]
    shared = {one.name for one in left if one in first.with_role(Role.INPUT)}
    if len(fed_inputs) < len(first.outputs) or len(shared) < len(left):
        raise ProgramError(f"{second.name} reads {len(inputs)} inputs, but {first.name} has "
                           f"{len(first.outputs)} outputs")
    feed = {one.name: output for one, output in zip(fed_inputs, first.outputs, strict=True)}
    widths = {inner: outer for name, output in feed.items()
              for inner, outer in zip(second[name].axes, first[output].axes, strict=True)}
    fed = renamed(second, feed, widths)
    fed = replace(fed, variables=tuple(one for one in fed.variables
                                       if one.role is not Role.INPUT or one.name in shared))
    return replace(merge(replace(first, variables=settled(first)), fed), outputs=second.outputs)


def merge(first: Program, second: Program) -> Program:
    """Two programs side by side; inputs and sizes of equal names are shared."""
    for one in second.variables:
        if one.name in first and first[one.name] != one:
            raise ProgramError(f"{first.name} and {second.name} both have a '{one.name}'")
    shift = last_number(first)
    later = tuple(replace(one, number=one.number + shift) for one in second.equations)
    return replace(
        first,
        sizes=tuple({one.name: one for one in (*second.sizes, *first.sizes)}.values()),
        variables=tuple(dict.fromkeys((*first.variables, *second.variables))),
        equations=(*first.equations, *later), delays=(*first.delays, *second.delays),
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))))


def renamed(program: Program, names: Mapping[str, str], sizes: Mapping[str, str]) -> Program:
    """The program under other names of variables and sizes."""
    def name(old: str) -> str:
        return names.get(old, old)

    def equation(one: Equation) -> Equation:
        return replace(one, lhs=name(one.lhs), rhs=rename(one.rhs, names, sizes))

    return replace(
        program,
        sizes=tuple(_size(one, sizes) for one in program.sizes),
        variables=tuple(_variable(one, names, sizes) for one in program.variables),
        equations=tuple(map(equation, program.equations)),
        delays=tuple(Delay(name(one.lhs), name(one.source), one.step, name(one.initial),
                           name(one.final), one.start) for one in program.delays),
        outputs=tuple(map(name, program.outputs)))


def _size(size: Size, sizes: Mapping[str, str]) -> Size:
    name = sizes.get(size.name, size.name)
    value = None if size.value is None else rename(size.value, {}, sizes)
    return replace(size, name=name, glyph=Glyph.named(name), value=value)


def _variable(variable: Variable, names: Mapping[str, str], sizes: Mapping[str, str]) -> Variable:
    return replace(
        variable,
        name=names.get(variable.name, variable.name),
        axes=tuple(sizes.get(axis, axis) for axis in variable.axes),
        offset=None if variable.offset is None else rename(variable.offset, {}, sizes),
        stands_for=(None if variable.stands_for is None
                    else rename(variable.stands_for, names, sizes)),
        of=names.get(variable.of, variable.of),
        drawn=None if variable.drawn is None else rename(variable.drawn, names, sizes))


def settled(program: Program) -> tuple[Variable, ...]:
    """The variables of a program whose outputs feed another: outputs become intermediate."""
    return tuple(replace(one, role=Role.INTERMEDIATE) if one.role is Role.OUTPUT else one
                 for one in program.variables)


def last_number(program: Program) -> int:
    """The number of the last equation."""
    return max(equation.number for equation in program.equations)

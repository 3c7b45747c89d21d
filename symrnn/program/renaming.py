"""What the symbols of one set of equations are called in another that is equal up to names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Basic, Expr

from symrnn.program.expressions import SizeSymbol, is_variable
from symrnn.program.form import Delay, Equation, Program, Role


@dataclass(frozen=True)
class Renaming:
    """Names of variables and sizes, and those that stand in their places in the copy."""

    names: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)


def renaming(program: Program, first: Sequence[Equation], second: Sequence[Equation],
             known: Renaming | None = None) -> Renaming | None:
    """What makes some equations of a program others of it, beyond what is ``known`` already.

    Trees are compared node by node, no two symbols of the first may become one, and a remembered
    symbol becomes a remembered one, which may remember the other way in time. None where the
    equations differ by more than names.
    """
    found = _Matching(program, known or Renaming())
    same = len(first) == len(second) and all(map(found.equation, first, second))
    return Renaming(found.names, found.sizes) if same else None


class _Matching:
    """The names found so far, both ways, so that none is taken twice."""

    def __init__(self, program: Program, known: Renaming) -> None:
        self.program = program
        self.names, self.sizes = dict(known.names), dict(known.sizes)
        self._delays = {one.lhs: one for one in program.delays}
        self._taken = {new: old for old, new in self.names.items()}

    def equation(self, one: Equation, other: Equation) -> bool:
        return self._name(one.lhs, other.lhs) and self._tree(one.rhs, other.rhs)

    def _tree(self, one: Basic, other: Basic) -> bool:
        if isinstance(one, SizeSymbol) and isinstance(other, SizeSymbol):
            return self._size(one.name, other.name)
        if is_variable(one) and is_variable(other):
            return self._name(one.name, other.name)
        if not one.args or not other.args:
            return bool(one == other)
        return (one.func == other.func and len(one.args) == len(other.args)
                and all(map(self._tree, one.args, other.args)))

    def _name(self, one: str, other: str) -> bool:
        if one in self.names or other in self._taken:
            return self.names.get(one) == other
        self.names[one], self._taken[other] = other, one
        return self._alike(one, other) and self._delayed(self._delays.get(one),
                                                         self._delays.get(other))

    def _alike(self, one: str, other: str) -> bool:
        old, new = self.program[one], self.program[other]
        return ((old.span, len(old.axes)) == (new.span, len(new.axes))
                and (old.role is Role.PARAMETER) == (new.role is Role.PARAMETER)
                and all(map(self._size, old.axes, new.axes))
                and self._part(old.stands_for, new.stands_for))

    def _part(self, one: Expr | None, other: Expr | None) -> bool:
        if one is None or other is None:
            return one is other
        return self._tree(one, other)

    def _delayed(self, one: Delay | None, other: Delay | None) -> bool:
        if one is None or other is None:
            return one is other
        return (abs(one.step) == abs(other.step) and one.start == other.start
                and self._name(one.source, other.source))

    def _size(self, one: str, other: str) -> bool:
        return self.sizes.setdefault(one, other) == other

"""Inner substeps written out: the equations between ``repeat`` and ``end``, once for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symrnn.cellfile.nodes import End, EquationLine, Repeat, Statement, Substep
from symrnn.cellfile.source import Source

MAX_WRITTEN = 200  # equations, with those of every substep


@dataclass(frozen=True)
class Line:
    """One equation, and the number that each name of a substep stands for in it."""

    equation: EquationLine
    numbers: dict[str, int] = field(default_factory=dict)


def written_out(source: Source, found: Iterable[Statement]) -> tuple[Line, ...]:
    """Every equation in order. Raises CellFileError for a block that has no end, or no start."""
    lines = tuple(_written_out(source, found))
    if len(lines) > MAX_WRITTEN:
        raise source.error(f"with every substep written out there are more than {MAX_WRITTEN} "
                           f"equations", lines[MAX_WRITTEN].equation.name.at)
    return lines


def _written_out(source: Source, found: Iterable[Statement]) -> Iterator[Line]:
    block: list[EquationLine] = []
    current: Repeat | None = None
    for one in found:
        if isinstance(one, Repeat):
            if current is not None:
                raise source.error("one 'repeat' stands in another; close it by 'end'", one.name.at)
            if one.first > one.last:
                raise source.error("the first substep is behind the last one", one.name.at)
            current, block = one, []
        elif isinstance(one, End):
            if current is None:
                raise source.error("there is no 'repeat' to end", one.at)
            for number in range(current.first, current.last + 1):
                yield from (Line(inner, {current.name.text: number}) for inner in block)
            current = None
        elif isinstance(one, EquationLine):
            if current is None:
                yield Line(one)
            block.append(one)
    if current is not None:
        raise source.error("this 'repeat' has no 'end'", current.name.at)


def numbered(source: Source, substep: Substep, numbers: dict[str, int]) -> int:
    """Which substep is meant. Raises CellFileError for an unknown name, or one before 0."""
    if substep.name and substep.name not in numbers:
        raise source.error(f"'{substep.name}' counts no substep here; write 'repeat "
                           f"{substep.name} = 1 to 6' above", substep.at)
    number = numbers.get(substep.name, 0) + substep.shift
    if number < 0:
        raise source.error("substeps count from 0", substep.at)
    return number


def called(name: str, number: int) -> str:
    """The name of a value at one substep: ``v_3``."""
    return f"{name}_{number}"

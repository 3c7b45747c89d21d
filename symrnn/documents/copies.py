"""Equal layers and directions on a page: how they read, and what is told once."""

from __future__ import annotations

from dataclasses import replace

from symrnn.backends import copies as found
from symrnn.backends.repeats import repeat
from symrnn.diagrams.diagram import one_step
from symrnn.documents.equations import Equations
from symrnn.documents.example import Worked
from symrnn.documents.flow import columns, turned, ways
from symrnn.documents.page import Copies


def copies(forward: Equations, gradient: Equations, worked: Worked) -> Copies:
    """What a page need not tell twice."""
    program, backward = forward.program, gradient.program
    made = found.copies(program, backward)
    if not made:
        return Copies()
    ahead, back = ({name: row.label for name, row in one.by_name.items()}
                   for one in (forward, gradient))
    names = _left_out(forward, [new for one in made for _, new in one.forward])
    names |= _left_out(gradient, [new for one in made for _, new in one.backward]) - (
        frozenset(one.name for one in program.variables) - names)
    rows = {one.by_name[new].anchor for one, pairs in (
        (forward, [pair for each in made for pair in each.forward]),
        (gradient, [pair for each in made for pair in each.backward]))
        for _, new in pairs if new in one.by_name}
    arrays = frozenset(worked.groups[name] for name in names if name in worked.groups)
    part = replace(found.first_part(program, made), name=f"{program.name}_part")
    return Copies(tuple(repeat(program, one, ahead, back) for one in made), frozenset(rows),
                  names, arrays, (one_step(part),), tuple(columns(part)), ways(part),
                  turned(part))


def _left_out(equations: Equations, copied: list[str]) -> frozenset[str]:
    """The names of a program that only copies have."""
    program = equations.program
    return frozenset(one.name for one in program.variables) - found.told_once(program, copied)

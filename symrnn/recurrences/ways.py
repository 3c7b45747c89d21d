"""Ways from the last states to the next ones, and which entries they lead to.

A way is a chain of terms of the differential, each from one value to the next. An axis of the state
is kept on it where every entry along that axis goes to the entry at the same place, as in
``f * c_prev``; a product that sums over the axis loses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symrnn.adjoint.rules import Linear, linearise
from symrnn.program import Delay, Equation, Maximum, Program, contractions, symbols_in_order

Places = frozenset[tuple[int, int]]  # of an axis in the state, and in the value


@dataclass(frozen=True)
class Way:
    """Which axes of a state are kept up to some value, by their places in both.

    ``through`` are the values passed that have the kept axes alone: there all that the way loses
    goes through one number.
    """

    kept: Places
    through: frozenset[str] = frozenset()


def terms_inside(program: Program, names: frozenset[str]) -> Iterator[tuple[Equation, Linear]]:
    """The terms that lead from one of these names to another."""
    for equation in program.equations:
        if equation.lhs in names:
            yield from ((equation, term) for term in linearise(equation) if term.source in names)


def is_affine(program: Program, names: frozenset[str]) -> bool:
    """True where the second derivatives of the next states by the last ones are zero.

    The derivative is a sum over products of factors; where no factor reads a value that depends
    on a state, its derivative by a state is zero, wherever it is taken.
    """
    maxima = {one.name for equation in program.equations if equation.lhs in names
              for _, ein in contractions(equation.rhs) if isinstance(ein, Maximum)
              for one in ein.operands}
    return not names & maxima and not any(
        names & set(beside(term)) for _, term in terms_inside(program, names))


def beside(term: Linear) -> Iterator[str]:
    """What a term multiplies its source by."""
    yield from symbols_in_order(term.factor)
    if term.ein is not None:
        yield from (one.name for slot, one in enumerate(term.ein.operands) if slot != term.slot)


def ways(program: Program, names: frozenset[str], start: Delay) -> Mapping[str, frozenset[Way]]:
    """All ways from a state before the step to the values of the step, by their names."""
    axes = program[start.lhs].axes
    found = {start.lhs: frozenset([Way(frozenset((one, one) for one in range(len(axes))))])}
    for equation, term in terms_inside(program, names):
        steps = _step(program, equation, term)
        new = {_further(program, one, steps, equation.lhs, len(axes))
               for one in found.get(term.source, ())}
        if new:
            found[equation.lhs] = found.get(equation.lhs, frozenset()) | new
    return found


def _further(program: Program, way: Way, step: Places, to: str, axes: int) -> Way:
    kept = frozenset((first, last) for first, middle in way.kept
                     for place, last in step if place == middle)
    narrow = len(program[to].axes) == len(kept) < axes
    return Way(kept, way.through | {to} if narrow else way.through)


def _step(program: Program, equation: Equation, term: Linear) -> Places:
    """The axes that one term keeps, by their places before and behind it."""
    before: Sequence[str] = program[term.source].axes
    behind: Sequence[str] = program[equation.lhs].axes
    if term.ein is not None:
        before, behind = term.ein.letters.operands[term.slot], term.ein.letters.output
    elif before == behind:  # an axis may stand there twice
        return frozenset((one, one) for one in range(len(before)))
    return frozenset((place, behind.index(axis)) for place, axis in enumerate(before)
                     if axis in behind)

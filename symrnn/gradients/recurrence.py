"""Of what kind a network's recurrence is, with the Jacobian that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sympy import Eq

from symrnn.backends.unicode import UNICODE
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import APART, side_by_side
from symrnn.gradients.jacobian import Jacobian, jacobian_of
from symrnn.gradients.told import Told
from symrnn.presentation.layouts import Line
from symrnn.program import Program, of_network
from symrnn.recurrences import Kind, Part, kind_of, parts

SAYS = {
    Kind.AFFINE_DIAGONAL: "affine in the last state, entry by entry: no factor reads a state",
    Kind.AFFINE_STRUCTURED: "affine in the last state, {structure}: no factor reads a state",
    Kind.AFFINE_DENSE: "affine in the last state: no factor reads a state",
    Kind.NONLINEAR_DIAGONAL: "not affine, but entry by entry: a factor reads a state",
    Kind.NONLINEAR_DENSE: "not affine, {structure}: a factor reads a state",
}


@dataclass(frozen=True, repr=False)
class Recurrence(Told):
    """How the next states of a network follow from the last ones, proved from its equations.

    States that depend on one another are one of the ``parts``: its ``structure`` tells which
    entries depend on which, ``affine`` whether the second derivatives by the states are zero. What
    a part reads of another one counts as given.
    """

    program: Program
    parts: tuple[Part, ...]

    def __repr__(self) -> str:
        return f"<Recurrence of {self.program.name}: {self.kind or 'nothing is remembered'}>"

    @property
    def kind(self) -> str:
        """``"affine-diagonal"`` and so on, as tags are called; empty where there is no state.

        Of several parts it is that which is worst for a scan in parallel.
        """
        found = kind_of(self.parts)
        return "" if found is None else found.value

    @cached_property
    def jacobians(self) -> tuple[Jacobian, ...]:
        """The derivative of every next state by every last one that it depends on."""
        return tuple(one for part in self.parts for one in self._of(part))

    def _of(self, part: Part) -> Iterator[Jacobian]:
        return (jacobian_of(self.program, *pair) for pair in part.pairs)

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in (
            self._words(part), *(each for one in self._of(part) for each in one.lines))]

    def _words(self, part: Part) -> Line:
        printer = DocumentPrinter(self.program)
        states = side_by_side([printer.symbol(one.source) for one in part.delays], APART)
        says = SAYS[part.kind].format(structure=part.structure.value)
        return Line(None, f"{UNICODE(states)}: {says}")

    @property
    def equations(self) -> tuple[Eq, ...]:
        return tuple(each for one in self.jacobians for each in one.equations)


@of_network
def recurrence(program: Program) -> Recurrence:
    """Of what kind the recurrence of a network is: affine in its states, entry by entry, or not.

    The result prints the proof, which is the Jacobian from state to state; ``kind`` is one of
    "affine-diagonal", "affine-structured", "affine-dense", "nonlinear-diagonal" and
    "nonlinear-dense". Raises ProgramError for what is no network.
    """
    return Recurrence(program, parts(program))

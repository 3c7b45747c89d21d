"""The picture of a network as notebooks, pages and documents want it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symrnn.diagrams.flow import flow
from symrnn.diagrams.graph import Graph, Kind
from symrnn.diagrams.layout import laid_out
from symrnn.diagrams.marks import plain
from symrnn.diagrams.picture import Picture
from symrnn.diagrams.svg import svg
from symrnn.diagrams.symbols import MARKS, LabelPrinter
from symrnn.diagrams.tikz import tikz
from symrnn.diagrams.unrolled import unrolled
from symrnn.program import Misused, Program, of_network, quoted

MOST_STEPS = 12


@dataclass(frozen=True, repr=False)
class Diagram:
    """A picture, laid out: ``svg`` and ``tikz`` are its texts."""

    picture: Picture

    @cached_property
    def svg(self) -> str:
        """The text of an SVG file."""
        return svg(self.picture)

    @cached_property
    def tikz(self) -> str:
        """The same as TikZ: a part of a LaTeX document, which needs the package tikz."""
        return tikz(self.picture)

    def _repr_svg_(self) -> str:
        return self.svg


@of_network
def diagram(program: Program, unroll: int = 0) -> Diagram:
    """The data flow of one step, or with ``unroll=3`` the network unrolled over three steps.

    Raises ValueError where the library for layouts is missing, and for steps that there cannot be.
    """
    if not isinstance(unroll, int) or isinstance(unroll, bool) or not 0 <= unroll <= MOST_STEPS:
        raise Misused(f"unroll is {quoted(unroll)}; it is a number of steps, at most {MOST_STEPS}")
    return Diagram(unrolled(program, unroll) if unroll else one_step(program))


def one_step(program: Program) -> Picture:
    """The picture of one step."""
    graph, printer = flow(program), LabelPrinter(program)
    laid = laid_out(graph, {one.value: printer.symbol(one.value) for one in graph.nodes
                            if one.value})
    return Picture(f"{program.name}-step", f"{program.title}: the data flow of one step",
                   _description(graph), laid.width, laid.height, laid.boxes, laid.lines)


def _description(graph: Graph) -> str:
    """What comes in and what leaves, for those who do not see the picture."""
    entering = [plain(MARKS(one.label)) for one in graph.nodes if one.kind.entering]
    leaving = [plain(MARKS(one.label)) for one in graph.nodes
               if one.kind in (Kind.AFTER, Kind.OUTPUT)]
    return f"From {', '.join(entering)} to {', '.join(leaving)}."

"""How large each node is drawn, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.formula import Formula
from symrnn.diagrams.graph import Graph, Kind, Node
from symrnn.diagrams.marks import width
from symrnn.diagrams.symbols import EMPTY, MARKS

LETTER, SMALL = 16.0, 13.0  # heights of letters: of labels; of weights and of names on lines
LEADING = 1.3  # how high a row is, in the height of its letters
WIDEST = 9.5  # letters in a row of weights
ROUND = 23.0  # the diameter of a circle
BETWEEN = "\u2002"  # two weights of a row


@dataclass(frozen=True)
class Row:
    """Formulas side by side, and the height of their letters."""

    formulas: tuple[Formula, ...]
    size: float

    @property
    def marked(self) -> str:
        """Its marked text."""
        return BETWEEN.join(map(MARKS, self.formulas))

    @property
    def width(self) -> float:
        """About how wide it is."""
        return width(self.marked) * self.size


@dataclass(frozen=True)
class Shape:
    """The box of a node, its rows of text, and the name on the line that leaves it."""

    width: float
    height: float
    rows: tuple[Row, ...]
    name: Formula | None = None

    @property
    def reach(self) -> float:
        """How far it goes to the right of its middle, its name included."""
        return self.width / 2 + (width(MARKS(self.name)) * SMALL + 10 if self.name else 0)


def shape(node: Node, name: Formula | None = None) -> Shape:
    """The shape of a node; ``name`` is the symbol of the value that leaves it, if it is shown."""
    label = [] if node.label == EMPTY else [Row((node.label,), LETTER)]
    rows = (*label, *_rows(node.weights))
    wide = max((one.width for one in rows), default=0.0)
    if node.kind is Kind.OPERATION and not node.weights and wide < ROUND - 4:
        return Shape(ROUND, ROUND, rows, name)
    if node.kind.at_edge:
        return Shape(max(wide + 18, 38.0), 28.0, rows, name)
    height = sum(one.size * LEADING for one in rows) + 8
    return Shape(max(wide + 18, 40.0), max(height, 26.0), rows, name)


def _rows(weights: tuple[Formula, ...]) -> list[Row]:
    """Weights side by side, as many as go into a row."""
    found: list[Row] = []
    for one in weights:
        longer = Row((*found[-1].formulas, one) if found else (one,), SMALL)
        if found and longer.width <= WIDEST * SMALL:
            found[-1] = longer
        else:
            found.append(Row((one,), SMALL))
    return found


def shows_name(graph: Graph, node: Node) -> bool:
    """True where the line that leaves a node bears its value's name.

    It does not where the value is named at its end, or goes into one function alone.
    """
    leaving = [graph.nodes[one.target] for one in graph.out_of(node.key)]
    named = any(one.kind.at_edge for one in leaving)
    inner = len(leaving) == 1 and leaving[0].kind is Kind.FUNCTION
    return bool(node.value) and not (node.kind.at_edge or named or inner or node.unnamed)

"""How large each node is drawn, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.diagrams.graph import Graph, Kind, Node
from symrnn.diagrams.marks import width

LETTER, SMALL = 16.0, 13.0  # heights of letters: of labels; of weights and of names on lines
ROW = 17.0  # from one row of weights to the next
WIDEST = 9.5  # letters in a row of weights
ROUND = 23.0  # the diameter of a circle
BETWEEN = "\u2002"  # two weights of a row


@dataclass(frozen=True)
class Shape:
    """The box of a node, its rows, and the name on the line that leaves it."""

    width: float
    height: float
    rows: tuple[tuple[str, float], ...]  # marked text and the height of its letters
    name: str = ""

    @property
    def reach(self) -> float:
        """How far it goes to the right of its middle, its name included."""
        return self.width / 2 + (width(self.name) * SMALL + 10 if self.name else 0)


def shape(node: Node, name: str) -> Shape:
    """The shape of a node; ``name`` is the marked symbol of the value that leaves it."""
    label = [(node.label, LETTER)] if node.label else []
    rows = (*label, *((row, SMALL) for row in _rows(node.weights)))
    wide = max((width(text) * size for text, size in rows), default=0.0)
    if node.kind is Kind.OPERATION and not node.weights and wide < ROUND - 4:
        return Shape(ROUND, ROUND, rows, name)
    if node.kind.at_edge:
        return Shape(max(wide + 18, 38.0), 28.0, rows, name)
    height = sum(size * 1.3 for _, size in rows) + 8
    return Shape(max(wide + 18, 40.0), max(height, 26.0), rows, name)


def _rows(weights: tuple[str, ...]) -> list[str]:
    """Weights side by side, as many as go into a row."""
    found: list[str] = []
    for one in weights:
        longer = f"{found[-1]}{BETWEEN}{one}" if found else one
        if found and width(longer) <= WIDEST:
            found[-1] = longer
        else:
            found.append(one)
    return found


def shows_name(graph: Graph, node: Node) -> bool:
    """True where the line that leaves a node bears its value's name.

    It does not where the value is named at its end, or goes into one function alone.
    """
    leaving = [graph.nodes[one.target] for one in graph.out_of(node.key)]
    named = any(one.kind.at_edge for one in leaving)
    inner = len(leaving) == 1 and leaving[0].kind is Kind.FUNCTION
    return bool(node.value) and not (node.kind.at_edge or named or inner or node.unnamed)

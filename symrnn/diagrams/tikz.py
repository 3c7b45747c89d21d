"""A picture as TikZ, for documents in LaTeX: the same boxes and lines at the same places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.backends.formula import Formula, Fraction, Symbol
from symrnn.backends.latex_math import LatexSpelling, escape_latex
from symrnn.diagrams.marks import width as marked_width
from symrnn.diagrams.picture import Box, Key, Line, Picture
from symrnn.diagrams.routes import Point
from symrnn.diagrams.shapes import SMALL
from symrnn.diagrams.svg import STROKE, number, rows_of
from symrnn.diagrams.symbols import MARKS
from symrnn.program import Face
from symrnn.rendering import render

POINTS = 0.75  # of a pixel
COMMANDS = {"·": r"\cdot", "⊙": r"\odot", "⊗": r"\otimes", "×": r"\times", "‖": r"\Vert ",
            "²": "^{2}", "Σ": r"\Sigma", "−": "-"}


@dataclass(frozen=True)
class Stroke:
    """A line: its style and its corners."""

    style: str
    path: str


@dataclass(frozen=True)
class Label:
    """A text: where its baseline has its middle, and the size of its letters."""

    place: str
    size: str
    text: str


@dataclass(frozen=True)
class Drawn:
    """A box: its style, its outline and its texts."""

    style: str
    outline: str
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Explained:
    """A stroke of the key: its style, its way, and its words with their place."""

    style: str
    path: str
    place: str
    words: str


@dataclass(frozen=True)
class Content:
    """Everything that the template prints."""

    lines: tuple[Stroke, ...]
    signs: tuple[str, ...]
    boxes: tuple[Drawn, ...]
    keys: tuple[Explained, ...]


class OneLine(LatexSpelling):
    """Formulas that fit into a box of one line."""

    def symbol(self, node: Symbol) -> str:
        letters = node.glyph.letters
        if all(one.face is Face.SIGN for one in letters):
            return "".join(COMMANDS.get(one.text, one.text) for one in letters)
        return super().symbol(node)

    def fraction(self, node: Fraction) -> str:
        return super().fraction(node) if node.small else f"{self(node.above)} / {self(node.below)}"


ONE_LINE = OneLine()


def tikz(picture: Picture) -> str:
    """A ``tikzpicture`` and its colours, for a document that uses the package tikz."""
    lines = sorted(picture.lines, key=lambda one: one.edge.along_time)
    return render("tikz/diagram.tex.j2", Content(
        tuple(map(_stroke, lines)), tuple(map(_sign, filter(_is_negative, lines))),
        tuple(map(_drawn, picture.boxes)), tuple(map(_explained, picture.keys))))


def _stroke(line: Line) -> Stroke:
    style = "edge, time" if line.edge.along_time else "edge"
    return Stroke(style + _measured(line.thickness), " -- ".join(map(_at, line.points)))


def _measured(thickness: float | None) -> str:
    """How a measured line is drawn; one along which nothing flows is faint."""
    if thickness is None:
        return ""
    return f", line width={number(thickness * POINTS)}pt" if thickness else ", opacity=0.2"


def _explained(key: Key) -> Explained:
    end = key.x + STROKE
    return Explained(f"-{_measured(key.thickness)}",
                     f"{_at((key.x, key.y))} -- {_at((end, key.y))}",
                     _at((end + 6, key.y + 4)), escape_latex(key.words))


def _at(point: Point) -> str:
    return f"({number(point[0])}, {number(point[1])})"


def _is_negative(line: Line) -> bool:
    return line.edge.negative


def _sign(line: Line) -> str:
    x, y = line.points[-1]
    beside = y + 7 * line.side
    return f"{_at((x - 13, beside))} -- {_at((x - 6, beside))}"


def _drawn(box: Box) -> Drawn:
    wide, high = box.shape.width / 2, box.shape.height / 2
    outline = (f"{_at((box.x, box.y))} circle[radius={number(wide * POINTS)}pt]" if box.is_round
               else f"{_at((box.x - wide, box.y - high))} rectangle "
                    f"{_at((box.x + wide, box.y + high))}")
    return Drawn(box.node.kind.name.lower(), outline, tuple(_labels(box)))


def _labels(box: Box) -> Iterator[Label]:
    for row, y in rows_of(box):
        yield _label(row.formulas, box.x, y, row.size)
    if box.shape.name is not None:
        half = marked_width(MARKS(box.shape.name)) * SMALL / 2
        yield _label((box.shape.name,), box.x + box.shape.width / 2 + 6 + half, box.y - 4.5, SMALL)


def _label(formulas: tuple[Formula, ...], x: float, y: float, size: float) -> Label:
    text = r"\enspace ".join(f"${ONE_LINE(one)}$" for one in formulas)
    return Label(_at((x, y)), number(size * POINTS), text)

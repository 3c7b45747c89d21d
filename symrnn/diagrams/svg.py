"""A picture as SVG: strings for a template that repeats what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from symrnn.backends.mathml import escaped
from symrnn.diagrams.graph import Kind
from symrnn.diagrams.marks import placed
from symrnn.diagrams.marks import width as marked_width
from symrnn.diagrams.picture import Box, Key, Line, Picture
from symrnn.diagrams.routes import Point
from symrnn.diagrams.shapes import LEADING, LETTER, SMALL, Row
from symrnn.diagrams.symbols import MARKS
from symrnn.rendering import render

CORNER = 6.0  # the radius of a bend
STROKE = 26.0  # how long a stroke of the key is
DEPTH = 0.35  # from the bottom of a row to its baseline, in the height of letters
LOWER, RAISED = 0.26, -0.42  # where the line of an index is, in the height of letters


@dataclass(frozen=True)
class Text:
    """A label: its place, its size where it is not that of most, and its runs as ``tspan``."""

    x: str
    y: str
    size: str
    runs: str


@dataclass(frozen=True)
class Drawn:
    """A node: its classes, what it belongs to, its outline and its texts."""

    classes: str
    symbol: str
    equations: str
    title: str
    outline: str
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Stroke:
    """A line: its classes, what flows, its way, its arrow, its sign, and what is measured."""

    classes: str
    symbol: str
    equation: str
    path: str
    head: str
    sign: str
    style: str


@dataclass(frozen=True)
class Explained:
    """A stroke of the key: its way, what is measured, and its words with their place."""

    path: str
    style: str
    x: str
    y: str
    words: str


@dataclass(frozen=True)
class Content:
    """Everything that the template prints."""

    style: str
    name: str
    title: str
    description: str
    width: str
    height: str
    lines: tuple[Stroke, ...]
    nodes: tuple[Drawn, ...]
    keys: tuple[Explained, ...]


def svg(picture: Picture, style: str = "screen") -> str:
    """The text of an SVG file, which may also stand inside a page.

    ``style="print"`` is for typesetters, which know no variables of CSS.
    """
    return _rendered(picture, f"svg/{style}.css", {})


def drawing(picture: Picture, rows: Mapping[str, str] = MappingProxyType({})) -> str:
    """The same for a page that has the style of all its pictures.

    ``rows`` are the names of the page's rows of symbols, by all names that lead to them.
    """
    return _rendered(picture, "", rows)


def style() -> str:
    """How pictures look on a screen."""
    return render("svg/screen.css", None)


def _rendered(picture: Picture, style: str, rows: Mapping[str, str]) -> str:
    lines = sorted(picture.lines, key=lambda one: one.edge.along_time)
    return render("svg/diagram.svg.j2", Content(
        style, picture.name, escaped(picture.title), escaped(picture.description),
        number(picture.width), number(picture.height),
        tuple(_stroke(one, rows) for one in lines),
        tuple(_drawn(one, rows) for one in picture.boxes), tuple(map(_explained, picture.keys))))


def number(value: float) -> str:
    """A coordinate, with a tenth of a pixel where it has one."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0" if value == 0 else "-0")


def _drawn(box: Box, rows: Mapping[str, str]) -> Drawn:
    node, shape = box.node, box.shape
    classes = " ".join(("node", _class(node.kind), *(("output",) if node.output else ())))
    texts = [_text(row.marked, box.x, y, row.size) for row, y in rows_of(box)]
    if shape.name:
        name = MARKS(shape.name)
        x = box.x + shape.width / 2 + 6 + marked_width(name) * SMALL / 2
        texts.append(_text(name, x, box.y - 4.5, SMALL))
    title = ", ".join(filter(None, (node.value, *map(_equation, node.equations))))
    symbol, equations = rows.get(node.value, node.value), " ".join(map(str, node.equations))
    return Drawn(classes, escaped(symbol), equations, escaped(title), _outline(box),
                 tuple(texts))


def _class(kind: Kind) -> str:
    return kind.name.lower()


def _equation(one: int) -> str:
    return f"({one})"


def _outline(box: Box) -> str:
    if box.is_round:
        return (f'<circle cx="{number(box.x)}" cy="{number(box.y)}" '
                f'r="{number(box.shape.width / 2)}"/>')
    wide, high = box.shape.width, box.shape.height
    radius = {Kind.LAYER: 4.0}.get(box.node.kind, high / 2)
    return (f'<rect x="{number(box.x - wide / 2)}" y="{number(box.y - high / 2)}" '
            f'width="{number(wide)}" height="{number(high)}" rx="{number(min(radius, 14.0))}"/>')


def rows_of(box: Box) -> Iterator[tuple[Row, float]]:
    """The rows of text in a box, each with the height of its baseline."""
    y = box.y - sum(one.size * LEADING for one in box.shape.rows) / 2
    for row in box.shape.rows:
        y += row.size * LEADING
        yield row, y - row.size * DEPTH


def _text(marked: str, x: float, y: float, size: float) -> Text:
    own = "" if size == LETTER else number(size)
    return Text(number(x), number(y), own, _spans(marked, size))


def _spans(marked: str, size: float) -> str:
    """Runs one after the other, each moved to its line from that of the one before it.

    Where an index stands above another one, and behind the two, letters are moved sideways too.
    """
    found, line, end = [], 0.0, 0.0
    for run, at in placed(marked):
        own = {0: 0.0, -1: LOWER, 1: RAISED}[run.level] * size
        moves = [f'dy="{number(own - line)}"'] if own != line else []
        moves += [f'dx="{number((at - end) * size)}"'] if abs(at - end) > 0.01 else []
        classes = [name for name, applies in (("i", run.italic), ("x", run.level)) if applies]
        moves += [f'class="{" ".join(classes)}"'] if classes else []
        found.append(f"<tspan{''.join(' ' + one for one in moves)}>{escaped(run.text)}</tspan>")
        line, end = own, at + run.width
    return "".join(found)


def _stroke(line: Line, rows: Mapping[str, str]) -> Stroke:
    edge, points = line.edge, line.points
    classes = " ".join(("edge", *(("time",) if edge.along_time else ())))
    (x, y), (right, down) = points[-1], _direction(points[-2], points[-1])
    across = f"v{number(6.8 * right)}" if right else f"h{number(6.8 * down)}"
    head = (f"M{number(x)} {number(y)}l{number(-7 * right - 3.4 * down)} "
            f"{number(-7 * down - 3.4 * right)}{across}z")
    sign = f"M{number(x - 13)} {number(y + 7 * line.side)}h7" if edge.negative else ""
    return Stroke(classes, escaped(rows.get(edge.value, edge.value)), str(edge.equation),
                  rounded((*points[:-1], (x - 5 * right, y - 5 * down))), head, sign,
                  _style(line.thickness))


def _explained(key: Key) -> Explained:
    return Explained(f"M{number(key.x)} {number(key.y)}h{number(STROKE)}", _style(key.thickness),
                     number(key.x + STROKE + 6), number(key.y + 4), escaped(key.words))


def _style(thickness: float | None) -> str:
    """How a measured line is drawn; one along which nothing flows is faint."""
    if thickness is None:
        return ""
    return f"stroke-width:{number(thickness)}" if thickness else "opacity:0.2"


def _direction(one: Point, other: Point) -> Point:
    """One step from a point towards another, across or down."""
    far = _length(one, other) or 1.0
    return (other[0] - one[0]) / far, (other[1] - one[1]) / far


def rounded(points: Sequence[Point]) -> str:
    """A way across and down with round bends."""
    found, at = f"M{number(points[0][0])} {number(points[0][1])}", points[0]
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        radius = min(CORNER, _length(before, corner) / 2, _length(corner, after) / 2)
        first, second = _towards(corner, before, radius), _towards(corner, after, radius)
        bend = (corner[0] - first[0], corner[1] - first[1],
                second[0] - first[0], second[1] - first[1])
        found += f"{_straight(at, first)}q{' '.join(map(number, bend))}"
        at = second
    return found + _straight(at, points[-1])


def _straight(one: Point, other: Point) -> str:
    """A line to a point that is level with the first one or below it, without what stays."""
    return f"H{number(other[0])}" if abs(one[1] - other[1]) < 0.05 else (
        f"V{number(other[1])}" if abs(one[0] - other[0]) < 0.05 else
        f"L{number(other[0])} {number(other[1])}")


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(one: Point, other: Point, far: float) -> Point:
    """The point so far from the first one on the way to the other."""
    whole = _length(one, other) or 1.0
    return (one[0] + (other[0] - one[0]) * far / whole, one[1] + (other[1] - one[1]) * far / whole)

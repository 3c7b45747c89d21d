"""A network unrolled in time: a column for each step, a row for each layer.

Layers of equal depth, such as the two directions, stand beside and above each other, so that the
lines from below and above reach both of them straight.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from symrnn.backends.formula import APART, Formula, Symbol, side_by_side
from symrnn.diagrams.flow import flow
from symrnn.diagrams.graph import Edge, Kind, Node
from symrnn.diagrams.parts import Part, parts
from symrnn.diagrams.picture import Box, Line, Picture
from symrnn.diagrams.routes import Point
from symrnn.diagrams.shapes import shape
from symrnn.diagrams.symbols import EMPTY
from symrnn.program import Delay, Program, Span

ROW, STATE = 34.0, 16.0  # between two rows; between the lines of two states
BESIDE, COLUMN = 16.0, 46.0  # from a box to the line beside it; between two columns
MARGIN, HEAD = 14.0, 1.5


def unrolled(program: Program, steps: int) -> Picture:
    """The network over some steps."""
    found = parts(program, flow(program))
    made = _Unrolled(program, found, steps)
    made.draw()
    right = max(one.x + one.shape.width / 2 for one in made.boxes)
    left = min(one.x - one.shape.width / 2 for one in made.boxes)
    top = min(one.y - one.shape.height / 2 for one in made.boxes)
    bottom = max(one.y + one.shape.height / 2 for one in made.boxes)
    across, down = MARGIN - left, MARGIN - top
    return Picture(
        f"{program.name}-unrolled", f"{program.title}: unrolled over {steps} steps",
        f"Layers one above the other: {len(found)}; a column for each of {steps} steps.",
        round(right - left + 2 * MARGIN, 1), round(bottom - top + 2 * MARGIN, 1),
        tuple(replace(one, x=round(one.x + across, 1), y=round(one.y + down, 1))
              for one in made.boxes),
        tuple(replace(one, points=tuple((round(x + across, 1), round(y + down, 1))
                                        for x, y in one.points)) for one in made.lines))


@dataclass
class _Unrolled:
    """The picture as it grows. Heights are negative above the inputs."""

    program: Program
    parts: tuple[Part, ...]
    steps: int
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    place: dict[tuple[str, int], Box] = field(default_factory=dict)

    def draw(self) -> None:
        """Boxes from below to above, then the lines between them."""
        widths = [self._box(one, 1, 0.0, 0.0).shape.width for one in self.parts]
        self.beside = max(widths) / 2 + BESIDE
        most = max(one.beside for one in self.parts)
        self.column = max(widths) + most * self.beside + COLUMN
        self.middle = most * self.beside / 2
        for step in range(1, self.steps + 1):
            self._column(step)
        for part in self.parts:
            for number, delay in enumerate(part.delays):
                self._along(part, delay, number)

    def _column(self, step: int) -> None:
        """One step: inputs, layers, outputs, and the lines upwards."""
        x, y = step * self.column, 0.0
        inputs = dict.fromkeys(name for one in self.parts for name in one.inputs)
        for number, name in enumerate(inputs):
            middle = x + self.middle + (number - (len(inputs) - 1) / 2) * 50
            self.place[name, step] = self._add(self._end(Kind.INPUT, name, step, middle, 0.0))
        for part in self.parts:
            box = self._box(part, step, self._across(part, x), y)
            y = y - ROW - box.shape.height / 2 - (14.0 if part is self.parts[0] else 0.0)
            self.place[part.prefix, step] = box = self._add(replace(box, y=y))
            y -= box.shape.height / 2
            for name in (*part.inputs, *part.reads):
                self._upwards(self.place[name, step], box, part)
        for part in self.parts:
            self._outputs(part, step, y - ROW - 14.0)

    def _across(self, part: Part, x: float) -> float:
        """The middle of a layer's box: in the middle, or beside the others of its depth."""
        return x + (part.beside * self.beside if self._has_neighbours(part) else self.middle)

    def _has_neighbours(self, part: Part) -> bool:
        return sum(one.depth == part.depth for one in self.parts) > 1

    def _outputs(self, part: Part, step: int, top: float) -> None:
        box = self.place[part.prefix, step]
        for number, name in enumerate(part.outputs):
            x = box.x + (number - (len(part.outputs) - 1) / 2) * 50
            end = self._add(self._end(Kind.OUTPUT, name, step, x, top))
            self._line(box, end, ((x, box.y - box.shape.height / 2),
                                  (x, end.y + end.shape.height / 2 + HEAD)))

    def _upwards(self, lower: Box, upper: Box, part: Part) -> None:
        """A line from a box into the bottom of another one."""
        above = lower.y - lower.shape.height / 2
        end = upper.y + upper.shape.height / 2 + HEAD
        enters = upper.x + (0.0 if self._has_neighbours(part) else self._port(lower, upper))
        bend = above - ROW / 2 if self._has_neighbours(part) else end + ROW / 2
        self._line(lower, upper, ((lower.x, above), (lower.x, bend), (enters, bend), (enters, end))
                   if enters != lower.x else ((lower.x, above), (enters, end)))

    def _port(self, lower: Box, upper: Box) -> float:
        """Where a line enters: straight above where it comes from, if the box is there."""
        away = lower.x - upper.x
        return away if abs(away) < upper.shape.width / 2 - 8 else 0.0

    def _along(self, part: Part, delay: Delay, number: int) -> None:
        """The line of one state through all steps, from its initial value to its final one."""
        order = range(1, self.steps + 1)[::delay.step]
        boxes = [self.place[part.prefix, step] for step in order]
        down = (number - (len(part.delays) - 1) / 2) * STATE * 2
        away = self.column * 0.8 * delay.step
        ends = [self._state(kind, name, box, box.x + side, box.y + down)
                for kind, name, box, side in ((Kind.BEFORE, delay.initial, boxes[0], -away),
                                              (Kind.AFTER, delay.final, boxes[-1], away))]
        way = [self._add(ends[0]), *boxes, self._add(ends[1])]
        for one, other in pairwise(way):
            start = one.x + one.shape.width / 2 * delay.step
            end = other.x - (other.shape.width / 2 + HEAD) * delay.step
            self._line(one, other, ((start, ends[0].y), (end, ends[0].y)), delay.source, True)

    def _state(self, kind: Kind, name: str, beside: Box, x: float, y: float) -> Box:
        variable = self.program[name]
        node = Node(0, kind, Symbol(variable.glyph), name, part=beside.node.part)
        return Box(node, shape(node), x, y)

    def _box(self, part: Part, step: int, x: float, y: float) -> Box:
        label = (side_by_side([self._at(name, step) for name in part.shown], APART)
                 if any(part.shown) else EMPTY)
        numbers = tuple(one.number for one in self.program.equations if one.lhs in part.shown)
        value = part.shown[0] if part.shown else ""
        node = Node(0, Kind.LAYER, label, value, part.weights, numbers, part=part.prefix)
        drawn = shape(node)
        tall = max(drawn.height, len(part.delays) * STATE * 2 + 8)
        return Box(node, replace(drawn, height=tall, width=max(drawn.width, 56.0)), x, y)

    def _end(self, kind: Kind, name: str, step: int, x: float, y: float) -> Box:
        node = Node(0, kind, self._at(name, step), name)
        return Box(node, shape(node), x, y)

    def _at(self, name: str, step: int) -> Formula:
        """The symbol of a value at one step."""
        variable = self.program[name]
        fixed = variable.glyph.at(str(step + variable.glyph.shift))  # of what is handed on
        return Symbol(fixed if variable.span is Span.SEQUENCE else variable.glyph)

    def _add(self, box: Box) -> Box:
        made = replace(box, node=replace(box.node, key=len(self.boxes)))
        self.boxes.append(made)
        return made

    def _line(self, one: Box, other: Box, points: tuple[Point, ...], value: str = "",
              along_time: bool = False) -> None:
        number = other.node.equations[0] if other.node.equations else 0
        self.lines.append(Line(Edge(one.node.key, other.node.key, number, value or one.node.value,
                                    False, along_time), points))

"""Pictures of all cells: nothing stands upon anything else, and the bytes are always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

import symrnn
from symrnn.diagrams.graph import Kind
from symrnn.diagrams.picture import Box, Line, Picture

UNROLLED = 3
EVERY = [(name, unroll) for name in symrnn.cell_names() for unroll in (0, UNROLLED)]


def drawn(name: str, unroll: int = 0) -> Picture:
    return symrnn.diagram(symrnn.cell(name), unroll).picture


def edges_of(box: Box) -> tuple[float, float, float, float]:
    wide, high = box.shape.width / 2, box.shape.height / 2
    return box.x - wide, box.x + wide, box.y - high, box.y + high


def runs_through(line: Line, box: Box) -> bool:
    left, right, top, bottom = edges_of(box)
    return any(min(x, to_x) < right - 1 and max(x, to_x) > left + 1
               and min(y, to_y) < bottom - 1 and max(y, to_y) > top + 1
               for (x, y), (to_x, to_y) in pairwise(line.points))


@pytest.mark.parametrize(("name", "unroll"), EVERY)
def test_boxes_stand_apart_and_lines_go_around_them(name: str, unroll: int) -> None:
    picture = drawn(name, unroll)
    for one, other in combinations(picture.boxes, 2):
        left, right, top, bottom = edges_of(one)
        to_left, to_right, to_top, to_bottom = edges_of(other)
        assert right < to_left or to_right < left or bottom < to_top or to_bottom < top, (
            one.node.label, other.node.label)
    for line in picture.lines:
        for box in picture.boxes:
            if box.node.key not in (line.edge.source, line.edge.target):
                assert not runs_through(line, box), (line, box.node.label)
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in line.points)


@pytest.mark.parametrize(("name", "unroll"), EVERY)
def test_every_line_begins_and_ends_at_its_boxes(name: str, unroll: int) -> None:
    picture = drawn(name, unroll)
    for line in picture.lines:
        ends = (line.points[0], line.edge.source), (line.points[-1], line.edge.target)
        for (x, y), key in ends:
            left, right, top, bottom = edges_of(picture.boxes[key])
            assert left - 2 <= x <= right + 2 and top - 2 <= y <= bottom + 2
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in pairwise(line.points))


@pytest.mark.parametrize("name", ["lstm", "lstm_peephole", "gru", "s6", "mlstm"])
def test_the_path_along_time_is_one_straight_line(name: str) -> None:
    picture = drawn(name)
    states = [line for line in picture.lines if line.edge.along_time]
    assert states and all(len({y for _, y in line.points}) == 1 for line in states)
    before = [box.y for box in picture.boxes if box.node.kind is Kind.BEFORE]
    assert {line.points[0][1] for line in states} <= set(before)


def test_the_svg_is_well_formed_and_tells_what_it_shows() -> None:
    root = ElementTree.fromstring(symrnn.diagram(symrnn.lstm()).svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    title, description = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None and title.text == "Long short-term memory: the data flow of one step"
    assert description is not None and description.text == "From x_t, h_t−1, c_t−1 to h_t, c_t."
    ids = f"{title.attrib['id']} {description.attrib['id']}"
    assert root.attrib["aria-labelledby"] == ids
    groups = [one for one in root.iter(f"{space}g") if "data-symbol" in one.attrib]
    assert {"1", "4"} <= {number for one in groups if one.attrib["data-symbol"] == "g"
                          for number in one.attrib["data-equation"].split()}
    assert not list(root.iter(f"{space}script"))
    assert symrnn.diagram(symrnn.lstm())._repr_svg_() == symrnn.diagram(symrnn.lstm()).svg


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_hash_seed(seed: str) -> None:
    code = "import symrnn, sys; sys.stdout.write(symrnn.diagram(symrnn.cell('mlstm')).svg)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                           env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"})
    assert found.stdout.decode() == symrnn.diagram(symrnn.cell("mlstm")).svg

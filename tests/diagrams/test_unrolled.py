"""Networks unrolled in time, from their layers and delays."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.diagrams.flow import flow
from symrnn.diagrams.graph import Kind
from symrnn.diagrams.marks import plain
from symrnn.diagrams.parts import parts
from symrnn.diagrams.symbols import MARKS
from symrnn.program import Misused


def test_a_stack_of_two_directions_is_told_by_its_names() -> None:
    program = symrnn.cell("deep_bidirectional_lstm")
    found = parts(program, flow(program))
    assert [(one.prefix, one.depth, one.beside) for one in found] == [
        ("layer1.forward.", 0, 0), ("layer1.backward.", 0, 1), ("layer1.", 1, 0),
        ("layer2.forward.", 2, 0), ("layer2.backward.", 2, 1), ("layer2.", 3, 0), ("", 4, 0)]
    assert found[0].inputs == ("x",) and found[3].reads == ("layer1.",)
    assert found[-1].outputs == ("y",) and not found[-1].delays


def test_each_direction_goes_its_own_way_along_time() -> None:
    picture = symrnn.diagram(symrnn.cell("bidirectional_rnn"), unroll=4).picture
    ways = [line.points[-1][0] - line.points[0][0] for line in picture.lines
            if line.edge.along_time]
    assert sorted(way > 0 for way in ways) == [False] * 5 + [True] * 5
    assert sum(box.node.kind is Kind.INPUT for box in picture.boxes) == 4
    starts = {plain(MARKS(box.node.label)) for box in picture.boxes if box.node.kind is Kind.BEFORE}
    assert starts == {"h^→_0", "h^←_T+1"}


def test_older_states_that_are_handed_on_stand_at_their_own_steps() -> None:
    picture = symrnn.diagram(symrnn.cell("taugru", delay=3), unroll=2).picture
    labels = [plain(MARKS(box.node.label)) for box in picture.boxes if box.node.kind is Kind.LAYER]
    assert labels == ["h_1, h_0, h_−1, h_−2", "h_2, h_1, h_0, h_−1"]
    ends = {kind: [plain(MARKS(box.node.label)) for box in picture.boxes if box.node.kind is kind]
            for kind in (Kind.BEFORE, Kind.AFTER)}
    assert ends == {Kind.BEFORE: ["h_0", "h_−1", "h_−2", "h_−3"],
                    Kind.AFTER: ["h_T", "h_T−1", "h_T−2", "h_T−3"]}


def test_outputs_stand_above_and_inputs_below() -> None:
    picture = symrnn.diagram(symrnn.cell("deep_rnn"), unroll=3).picture
    heights = {kind: [box.y for box in picture.boxes if box.node.kind is kind]
               for kind in (Kind.INPUT, Kind.LAYER, Kind.OUTPUT)}
    assert max(heights[Kind.OUTPUT]) < min(heights[Kind.LAYER])
    assert max(heights[Kind.LAYER]) < min(heights[Kind.INPUT])


@pytest.mark.parametrize("steps", [-1, 13, 2.5, True, "3"])
def test_steps_are_a_number(steps: int) -> None:
    with pytest.raises(Misused, match=r"^unroll is .*; it is a number of steps, at most 12$"):
        symrnn.diagram(symrnn.elman(), unroll=steps)

"""Labels of lines stand where these end, in their order, and never one upon another."""

from __future__ import annotations

from itertools import pairwise

import pytest

from symrnn.jacobians.curves import LINES, MARGIN, Plane, beside, chart

PLANE = Plane(40, -12, 4)


def test_labels_that_have_room_stand_at_the_ends_of_their_lines() -> None:
    assert beside([200.0, 100.0, 50.0], PLANE) == [200, 100, 50]


@pytest.mark.parametrize("ends", [
    [100.0, 101.0, 99.0], [-500.0, -500.0], [9000.0, 9000.0, 280.0], [0.0] * 40])
def test_labels_that_have_none_move_apart_inside_the_plane(ends: list[float]) -> None:
    found = beside(ends, PLANE)
    heights = sorted(found)
    gap = min(LINES, (PLANE.bottom - PLANE.top) / len(ends))
    assert all(below - above >= gap - 0.02 for above, below in pairwise(heights))
    assert heights[0] >= PLANE.top - gap and heights[-1] <= PLANE.bottom - MARGIN
    order = sorted(range(len(ends)), key=lambda one: ends[one])
    assert [found[one] for one in order] == heights


def test_a_chart_tells_where_its_labels_stand() -> None:
    one = chart([("a", 0, 0, [0.0, -1.0]), ("b", 0, 1, [0.0, -9.0])], -12, 4)
    assert [each.key for each in one.curves] == [each.points[-1][1] for each in one.curves]


def test_a_line_without_a_number_has_a_label_all_the_same() -> None:
    (one,) = chart([("a", 0, 0, [float("nan")] * 2)], -12, 4).curves
    assert one.points == () and one.key == PLANE.top + MARGIN


def test_one_point_alone_is_a_chart() -> None:
    one = chart([("training", 0, 0, [0.5])])  # a learning curve after one epoch
    assert one.curves[0].points[0][0] == one.plane.left and len(one.lags) == 1

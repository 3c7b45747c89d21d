"""Tiled plans: what a fast kernel decides, stated as values, and rules that hold for every cell."""

from __future__ import annotations

import dataclasses

import pytest

import symrnn
from symrnn.cells import Architecture, architectures
from symrnn.pipeline import derive
from symrnn.program import Span, symbols_in_order
from symrnn.schedule import (FusionGroup, Kind, LoopOrder, Order, Place, Plan, TiledPlan, TileSum,
                             Walk)
from symrnn.schedule.meeting import goes_apart

GATES = ("z", "z_i", "z_f", "z_o")
BARS = ("z_bar", "z_i_bar", "z_f_bar", "z_o_bar")
MEMORY = (Place.WORK, Place.RING, Place.STEP, Place.CHUNK, Place.CALLER, Place.TAPE)
every_cell = pytest.mark.parametrize("one", architectures(), ids=lambda one: one.name)


def at(plan: TiledPlan, place: Place) -> list[str]:
    return [one.name for one in plan.homes if one.place is place]


def panels(plan: TiledPlan) -> list[tuple[list[str], str, int]]:
    return [([each.matrix for each in one.segment.weights], one.segment.operand, one.width)
            for one in plan.packed]


def lhs(group: FusionGroup) -> list[list[str]]:
    return [[each.equation.lhs for each in loop.statements] for loop in group.loops]


def plans(plan: Plan) -> list[TiledPlan]:
    tiled = plan.tiled
    return [one for one in (tiled.forward, tiled.infer, tiled.backward, tiled.step) if one]


def test_the_lstm_forward_is_one_group_of_two_loops() -> None:
    plan = derive(symrnn.lstm()).tiled.forward
    (chunk,), (group,) = plan.chunks, plan.groups
    assert (chunk.stage.order, chunk.stage.walk) == (Order.FORWARD, Walk.CHUNKS)
    assert [tile.gates for tile in chunk.ahead] == [GATES]  # x is there before the scan
    assert (group.kind, group.nest) == (Kind.UNITS, LoopOrder.BATCHES)
    assert (group.axis, group.gates) == ("m", 4)
    assert lhs(group) == [["z", "z_i", "z_f", "g", "g_tail", "i", "i_tail", "f", "f_tail", "c",
                           "z_o", "o", "o_tail"], ["tanh_c", "tanh_c_tail", "h"]]
    assert group.serpentine and not group.cuts and not group.dispensable


def test_what_each_loop_of_the_lstm_fetches() -> None:
    (group,) = derive(symrnn.lstm()).tiled.forward.groups
    first, second = group.loops
    assert (first.tiles, first.constants, first.of_row, first.of_unit) == (
        (0,), ("b_i", "b_f", "b_g", "b_o"), (), ("c_prev",))
    assert (second.tiles, second.constants, second.of_unit) == ((), (), ("o", "c"))
    z_i = next(one for one in first.statements if one.equation.lhs == "z_i")
    assert z_i.sums == (TileSum(tile=0, gate=1),)
    assert [str(term) for term in z_i.rest] == ["b_i"]
    assert [one.operand for one in z_i.products] == ["x", "h_prev"]


def test_where_the_values_of_the_lstm_live() -> None:
    """c goes from loop to loop by way of the tape; o lives nowhere else and is kept."""
    plan = derive(symrnn.lstm()).tiled.forward
    assert plan.groups[0].carried == ("o", "c")
    assert plan.groups[0].kept == ("o",) == tuple(at(plan, Place.BATCH))
    assert at(plan, Place.CALLER) == ["h"]
    assert at(plan, Place.TAPE) == ["g_tail", "i_tail", "f_tail", "o_tail", "c", "tanh_c_tail"]
    assert at(plan, Place.REGISTER) == ["z", "z_i", "z_f", "z_o", "g", "i", "f", "tanh_c"]
    assert panels(plan) == [(["W_g", "W_i", "W_f", "W_o"], "x", 4),
                            (["U_g", "U_i", "U_f", "U_o"], "h_prev", 4)]
    assert plan.read_directly == ("b_i", "b_f", "b_g", "b_o")


def test_the_lstm_backward_gathers_its_gradients_chunk_by_chunk() -> None:
    plan = derive(symrnn.lstm()).tiled.backward
    (chunk,) = plan.chunks
    pointwise, state, x_bar, biases, weights = plan.groups
    assert (chunk.stage.walk, chunk.reduces, chunk.ahead) == (Walk.CHUNKS, True, ())
    assert [one.walk for one in chunk.joining] == [Walk.ROWS]
    assert set(chunk.shared) == set(chunk.passing) == set(BARS) == set(at(plan, Place.CHUNK))
    assert {plan.chunk_of(name) for name in BARS} == {chunk}
    assert pointwise.nest is LoopOrder.ROWS
    assert state.nest is x_bar.nest is LoopOrder.BATCHES
    assert (biases.nest, weights.nest) == (LoopOrder.BLOCKS, LoopOrder.PRODUCTS)
    assert [one.serpentine for one in plan.groups] == [False, True, False, False, False]
    assert x_bar.dispensable == ("x_bar",) and not pointwise.dispensable
    assert [(one.right, [each.left for each in one.addends]) for one in weights.reductions] == [
        (right, ["z_i_bar", "z_f_bar", "z_bar", "z_o_bar"]) for right in ("x", "h_prev")]
    assert plan.cleared == ("b_i_bar", "b_f_bar", "b_g_bar", "b_o_bar")
    assert set(plan.cleared_if_empty) == {f"{w}_{gate}_bar" for w in "WU" for gate in "ifgo"}
    assert plan.reduced_axes == (("n",), ("m",))
    assert at(plan, Place.RING) == ["h_prev_bar", "c_prev_bar"]
    assert at(plan, Place.TAPE) == ["g_tail", "i_tail", "f_tail", "o_tail", "tanh_c_tail", "c"]


@pytest.mark.parametrize("name, forward, backward", [
    ("mingru", True, True), ("lru", True, True), ("qrnn", True, True),  # each unit by itself
    ("indrnn", True, True), ("sru", True, True),  # linear or not
    ("gla", True, True), ("gated_deltanet", True, False),  # each sample; not in two ways
    ("lstm", False, False), ("gru", False, False), ("elman", False, False),
    ("clockwork", False, False), ("lstm_layer_norm", False, False)])
def test_threads_meet_at_every_step_only_where_units_read_each_other(
        name: str, forward: bool, backward: bool) -> None:
    tiled = derive(symrnn.cell(name)).tiled
    for plan, apart in ((tiled.forward, forward), (tiled.infer, forward),
                        (tiled.backward, backward)):
        scans = [one.stage for one in plan.chunks if one.stage.order is not Order.ALL
                 and one.stage.walk is not Walk.ONCE]
        assert scans and {one.apart for one in scans} == {apart}
        by_units = {group.kind for one in scans for group in one.groups} == {Kind.UNITS}
        assert (plan.meeting.behind is Walk.STEP) is not (apart and by_units)


def test_threads_share_rows_only_where_these_are_not_added_up() -> None:
    tiled = derive(symrnn.cell("mingru")).tiled
    assert all(one.divisible for one in tiled.infer.groups)
    before, _, scan, of_gates, of_input, _ = *tiled.infer.groups, *tiled.backward.groups
    assert before.divisible and scan.divisible and of_input.names == {"x_bar"}
    assert of_input.divisible and not of_gates.divisible  # biases are added up there
    assert tiled.step is not None and all(one.divisible for one in tiled.step.groups)


def test_threads_go_apart_only_where_all_groups_are_divided_in_one_way() -> None:
    """A group whose rows are added up is never shared by rows, so its units may be another's."""
    tiled = derive(symrnn.cell("mingru")).tiled
    scan = tiled.infer.groups[1]
    schedule = tiled.infer.schedule
    assert goes_apart(schedule, frozenset(), (scan, scan))
    assert not goes_apart(schedule, frozenset(), (scan, dataclasses.replace(scan, divisible=False)))


def test_a_part_of_the_units_alone_sums_over_them_all() -> None:
    """A scan of units with a row by row group between them divides its work in two ways."""
    plan = derive(symrnn.cell("lstm_layer_norm")).tiled.forward
    (scan,) = [one.stage for one in plan.chunks if one.stage.order is Order.FORWARD]
    assert {one.kind for one in scan.groups} == {Kind.UNITS, Kind.ROWS} and not scan.apart


def test_what_the_backward_pass_of_the_lstm_computes_again() -> None:
    assert derive(symrnn.lstm()).recomputed == (
        "g", "i", "f", "o", "tanh_c", "one_minus_g_squared", "one_minus_i", "one_minus_f",
        "one_minus_o", "one_minus_tanh_c_squared")


def test_a_streaming_step_computes_nothing_ahead_on_the_same_panels() -> None:
    tiled = derive(symrnn.lstm()).tiled
    assert tiled.step is not None and tiled.step.packed is tiled.forward.packed
    (chunk,) = tiled.step.chunks
    assert (chunk.stage.walk, chunk.ahead, tiled.step.turns) == (Walk.STEP, (), True)
    assert (at(tiled.step, Place.STEP), at(tiled.step, Place.TAPE)) == (["c"], [])


def test_the_matrix_memory_of_the_mlstm_runs_row_by_row() -> None:
    plan = derive(symrnn.cell("mlstm")).tiled.forward
    walks = [(chunk.stage.walk, len(chunk.joining)) for chunk in plan.chunks]
    assert walks == [(Walk.ROWS, 0), (Walk.STEPS, 0), (Walk.ROWS, 0), (Walk.STEPS, 0),
                     (Walk.CHUNKS, 1)]
    memory = next(one for one in plan.groups if "C" in one.names)
    assert (memory.kind, memory.nest, memory.rows) == (
        Kind.ROWS, LoopOrder.ENTRIES, ("i", "f", "C", "C_prev", "a_C"))
    assert plan.home("C") is Place.TAPE and plan.home("s") is Place.CHUNK
    assert panels(plan) == [(["W_q"], "x", 1), (["W_v", "W_o"], "x", 2)]
    assert "W_k" in plan.read_directly and "W_q" not in plan.read_directly
    backward = derive(symrnn.cell("mlstm")).tiled.backward
    assert not backward.packed
    assert [one.alone for one in backward.groups if "W_k_bar" in one.names] == [True]


def test_layer_normalisation_splits_a_step_into_nine_groups() -> None:
    plan = derive(symrnn.cell("lstm_layer_norm")).tiled.forward
    ahead, scan = plan.chunks
    assert (ahead.stage.walk, scan.stage.walk) == (Walk.ROWS, Walk.STEPS)
    kinds = [one.kind is Kind.UNITS for one in scan.stage.groups]
    assert kinds == [True, False] * 4 + [True] and plan.most_groups == 9
    products = [one for one in plan.groups if one.tiles]
    assert [(one.nest, one.serpentine) for one in products] == [
        (LoopOrder.BATCHES, False), (LoopOrder.BATCHES, True)]
    assert {"u_i", "mu_1", "d_3"} & set(at(plan, Place.REGISTER)) == set()
    gates = next(one for one in scan.stage.groups if "c" in one.names)
    assert "r_1" in gates.loops[0].of_row and "d_1_i" in gates.loops[0].of_unit


def test_two_directions_in_two_layers_have_chunks_of_their_own() -> None:
    plan = derive(symrnn.cell("deep_bidirectional_lstm"))
    found = [(chunk.stage.order, [one.operand for tile in chunk.ahead for one in
                                  tile.segments[:tile.early]], chunk.shared)
             for chunk in plan.tiled.forward.chunks]
    assert found == [(Order.FORWARD, ["x"], ()), (Order.REVERSE, ["x"], ()), (Order.ALL, [], ()),
                     (Order.FORWARD, ["layer1.y"], ()), (Order.REVERSE, ["layer1.y"], ()),
                     (Order.ALL, [], ())]
    assert plan.tiled.step is None  # a scan in reverse needs steps to come
    backward = plan.tiled.backward
    every, forward, reverse = ((Order.ALL, Walk.ROWS), (Order.FORWARD, Walk.STEPS),
                               (Order.REVERSE, Walk.STEPS))
    assert [(one.stage.order, one.stage.walk) for one in backward.chunks] == [
        every, forward, reverse, every, forward, reverse, every]
    assert not any(one.place is Place.CHUNK for one in backward.homes)  # both directions are read
    assert [len(one.sides) for one in backward.beside] == [2, 2]


@every_cell
def test_every_value_has_one_home_and_memory_where_another_group_reads_it(
        one: Architecture) -> None:
    for plan in plans(derive(one.build())):
        program = plan.schedule.program
        names = [home.name for home in plan.homes]
        assert len(set(names)) == len(names)
        assert {each.lhs for each in program.equations} <= set(names)
        for group in plan.groups:
            read = {name for each in group.equations for name in symbols_in_order(each.rhs)}
            for name in read - group.names:
                assert plan.home(name) in (None, *MEMORY), name
            for name in group.carried:
                assert plan.home(name) in (*MEMORY, Place.BATCH), name


@every_cell
def test_loops_split_every_sum_into_tiles_and_rest(one: Architecture) -> None:
    for plan in plans(derive(one.build())):
        for group in plan.groups:
            for each in group.statements:
                inside = {id(product.term) for product in each.products} | set(map(id, each.rest))
                assert inside == set(map(id, each.equation.terms))
                for found in each.sums:
                    tile = group.tiles[found.tile]
                    assert tile.gates[found.gate] == each.equation.lhs
                assert bool(each.products) == bool(each.sums)


@every_cell
def test_all_weights_are_packed_once_and_forward_functions_share_them(one: Architecture) -> None:
    tiled = derive(one.build()).tiled
    for plan in (tiled.forward, tiled.backward):
        used = {(tile.gates, segment.operand) for group in plan.groups for tile in group.tiles
                for segment in tile.segments}
        keys = [(each.gates, each.segment.operand) for each in plan.packed]
        assert set(keys) == used
    assert tiled.infer.packed is tiled.forward.packed


@every_cell
def test_what_is_cleared_is_what_is_summed_over_rows(one: Architecture) -> None:
    for plan in plans(derive(one.build())):
        program = plan.schedule.program
        summed = {each.lhs for group in plan.groups for each in group.equations
                  if program[each.lhs].span < max(program[name].span for name in each.reads)}
        assert {*plan.cleared, *plan.cleared_if_empty} == summed
        assert all(program[name].span is not Span.CONSTANT for name in plan.spare)


def test_a_plan_is_made_once_and_cannot_be_changed() -> None:
    plan = derive(symrnn.lstm())
    assert plan.tiled is plan.tiled
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.tiled.forward.packed = ()  # type: ignore[misc]
    assert hash(plan.tiled.forward.groups) and hash(plan.tiled.forward.homes)


def test_only_what_lives_in_a_chunk_has_one() -> None:
    with pytest.raises(LookupError, match="h does not live in a chunk"):
        derive(symrnn.lstm()).tiled.forward.chunk_of("h")

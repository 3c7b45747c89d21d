"""Sides: loops over time that may run at once, found from the graph of stages."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.cells import Architecture, architectures
from symrnn.pipeline import derive
from symrnn.schedule import (Order, Plan, Schedule, Side, SideBySide, Stage, TiledPlan, Walk,
                             chunks)
from symrnn.schedule.sides import reads
from symrnn.schedule.stages import is_reduction
from tests.networks_of_sides import SIDES, STACKED, another_way


def shape(plan: TiledPlan) -> list[list[Order]]:
    """The order of every run, or of all its sides."""
    return [[one.chunk.stage.order for one in run.sides] if isinstance(run, SideBySide)
            else [run.stage.order] for run in plan.runs]


def plans(plan: Plan) -> list[TiledPlan]:
    return [plan.tiled.forward, plan.tiled.infer, plan.tiled.backward]


FORWARD, REVERSE, ALL = [Order.FORWARD], [Order.REVERSE], [Order.ALL]


def test_two_directions_are_sides_and_what_reads_both_comes_behind_them() -> None:
    plan = derive(symrnn.bidirectional(symrnn.lstm(), readout=False))
    assert shape(plan.tiled.infer) == shape(plan.tiled.backward) == [FORWARD + REVERSE, ALL]
    (both,), (back,) = plan.tiled.infer.beside, plan.tiled.backward.beside
    gates = (("m", "m"),) * 4
    assert [(one.meets, one.weights) for one in both.sides] == [(1, gates)] * 2
    assert [(one.meets, one.weights) for one in back.sides] == [(4, gates)] * 2
    assert plan.tiled.infer.meeting.sides == plan.tiled.backward.meeting.sides == 2


@pytest.mark.parametrize(("name", "forward", "backward"), [
    ("branches", [FORWARD * 2, ALL], [REVERSE * 2, ALL]),
    ("another_size_back", [FORWARD + REVERSE, ALL], [FORWARD + REVERSE, ALL]),
    ("three_branches", [FORWARD * 2 + REVERSE, ALL], [FORWARD + REVERSE * 2, ALL]),
    ("three_layers", [FORWARD + REVERSE, ALL] * 3, [ALL] + [FORWARD + REVERSE, ALL] * 3),
    ("one_above", [FORWARD + REVERSE, ALL, FORWARD], [REVERSE, FORWARD + REVERSE, ALL]),
])
def test_any_loops_may_be_sides(
        name: str, forward: list[list[Order]], backward: list[list[Order]]) -> None:
    plan = derive(SIDES[name])
    assert shape(plan.tiled.forward) == forward
    assert shape(plan.tiled.backward) == backward


def test_sides_have_their_own_work() -> None:
    (wide, narrow) = derive(SIDES["branches"]).tiled.forward.beside[0].sides
    assert wide.weights == (("m", "m"),) and narrow.weights == (("k", "k"),)
    assert set(wide.work) == {("m", "n"), ("m", "m"), ("m",)}
    assert set(narrow.work) == {("k", "n"), ("k", "k"), ("k",)}


def test_what_reads_one_side_alone_stays_with_it() -> None:
    (run,) = derive(SIDES["one_above"]).tiled.forward.beside
    assert [len(one.chunk.joining) for one in run.sides] == [1, 0]


def test_threads_meet_step_by_step_where_a_scan_is_no_side() -> None:
    assert derive(SIDES["one_above"]).tiled.forward.meeting.sides == 0
    assert derive(SIDES["three_branches"]).tiled.forward.meeting.sides == 3


def stacks(plan: TiledPlan) -> list[list[Order]]:
    """The order of the sides of every run that is stacked."""
    return [[one.chunk.stage.order for one in run.sides] for run in plan.beside if run.stacked]


@pytest.mark.parametrize(("name", "forward", "backward"), [
    ("two", FORWARD * 2, REVERSE * 2), ("behind", FORWARD * 2, REVERSE * 2),
    ("same_step", FORWARD * 2, REVERSE * 2), ("back_in_time", REVERSE * 2, FORWARD * 2),
    ("unit_by_unit", FORWARD * 3, REVERSE * 3), ("different", FORWARD * 3, REVERSE * 3),
    ("four", FORWARD * 4, REVERSE * 4), ("masked", FORWARD * 2, REVERSE * 2),
    ("outputs_between", FORWARD * 2, None), ("normalised", FORWARD * 2, None)])
def test_layers_are_stacked(
        name: str, forward: list[Order], backward: list[Order] | None) -> None:
    """Backward not where a sum over all steps stands between the layers."""
    plan = derive(STACKED[name]).tiled
    assert stacks(plan.forward) == stacks(plan.infer) == [forward]
    assert stacks(plan.backward) == ([] if backward is None else [backward])
    assert plan.infer.meeting.sides == len(forward) and plan.infer.meeting.stacked


def test_stacked_chunks_have_the_same_steps_and_are_never_the_whole_scan() -> None:
    plan = derive(STACKED["different"]).tiled
    for one in (plan.forward, plan.infer, plan.backward):
        (run,) = one.beside
        every = tuple(side.chunk for side in run.sides)
        assert all(chunk.stacked and chunk.stage.walk is Walk.CHUNKS for chunk in every)
        assert all(one.stack_of(chunk) == every for chunk in every)
        assert not any(chunk.reduces for chunk in every)
        assert [one.stack_of(chunk) for chunk in one.chunks if chunk not in every] == [
            (chunk,) for chunk in one.chunks if chunk not in every]


@pytest.mark.parametrize("by", [1, -1])
def test_a_layer_that_reads_steps_to_come_is_not_stacked(by: int) -> None:
    assert not any(one.beside for one in plans(derive(another_way(by))))


def test_what_reads_layers_joins_the_last_one_but_sums_do_not() -> None:
    plan = derive(STACKED["four"]).tiled
    (run,) = plan.forward.beside
    assert [len(one.chunk.joining) for one in run.sides] == [0, 0, 0, 1]
    (back,) = plan.backward.beside
    assert not any(one.chunk.joining for one in back.sides)
    (sums,) = back.joining
    assert sums.stage.order is Order.ALL and plan.backward.chunks[-1] == sums
    assert set(back.shared) < set(sums.passing)  # of the last layer, and of all of them
    assert all(plan.backward.chunk_of(name) == sums for name in sums.passing)
    assert not sums.stacked and plan.backward.stack_of(sums) == (sums,)


def test_sums_that_want_other_steps_come_behind_all_layers() -> None:
    """And what joins one layer alone has values of its own in its shorter chunks."""
    plan = derive(STACKED["outputs_between"]).tiled.forward
    (run,) = plan.beside
    assert [len(one.chunk.joining) for one in run.sides] == [1, 1] and not run.joining


@pytest.mark.parametrize("name", ["mlstm", "rwkv4", "scrn"])
def test_loops_that_go_apart_or_read_each_other_are_no_sides(name: str) -> None:
    assert not any(one.beside for one in plans(derive(symrnn.cell(name))))


NETS = {**{one.name: one.build for one in architectures()},
        **{name: lambda net=net: net for name, net in {**SIDES, **STACKED}.items()}}


@pytest.mark.parametrize("name", NETS)
def test_no_side_reads_what_another_one_binds(name: str) -> None:
    plan = derive(NETS[name]())
    for schedule, tiled in ((plan.forward, plan.tiled.forward), (plan.inference.forward,
                            plan.tiled.infer), (plan.backward, plan.tiled.backward)):
        stages = [stage for one in chunks(schedule) for stage in (one.stage, *one.joining)]
        assert stages == list(schedule.stages)
        for run in tiled.beside:
            bound = [_stages(one, stages) for one in run.sides]
            for place, own in enumerate(bound):
                later = {name for other in bound[place + 1:] for stage in other
                         for name in stage.names}
                earlier = [stage for other in bound[:place] for stage in other]
                assert not any(reads(schedule, stage) & later for stage in own)
                assert all(come_past(schedule, stage, earlier, run.stacked) for stage in own)


def come_past(schedule: Schedule, stage: Stage, earlier: list[Stage], stacked: bool) -> bool:
    """True where a stage reads of earlier sides steps that these have come past, if any."""
    bound = {name: one.order for side in earlier for one in (side,) for name in side.names}
    scans = {order for order in bound.values() if order is not Order.ALL}
    if not reads(schedule, stage) & set(bound):
        return True
    (order,) = scans
    way = 1 if order is Order.FORWARD else -1
    shifts = [one.step * way for name in reads(schedule, stage)
              if (one := schedule.delay_of(name)) and one.source in bound]
    return (stacked and stage.order in (order, Order.ALL) and all(one > 0 for one in shifts)
            and not any(is_reduction(schedule.program, one) for one in stage.equations))


def _stages(side: Side, stages: list) -> list:
    """The stages of the schedule that a side was made of."""
    names = {one.lhs for stage in side.chunk.stages for one in stage.equations}
    return [one for one in stages if names & one.names]


def test_architectures_have_sides_at_all() -> None:
    def has(one: Architecture) -> bool:
        return bool(derive(one.build()).tiled.forward.beside)
    assert {one.name for one in architectures() if has(one)} == {
        "bidirectional_rnn", "deep_bidirectional_lstm", "deep_rnn"}

"""Chunks: which stages join a scan, and what then lives for a few steps only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

import symrnn
from symrnn.cells import Architecture, architectures
from symrnn.pipeline import derive
from symrnn.program import symbols_in_order
from symrnn.schedule import Chunk, Order, Place, Schedule, Stage, chunks
from symrnn.schedule.chunks import SCANS, runs


def joined(schedule: Schedule) -> list[Chunk]:
    return [one for one in chunks(schedule) if one.joining]


def test_gradients_follow_the_scan_chunk_by_chunk() -> None:
    (one,) = joined(derive(symrnn.lstm()).backward)
    bars = {"z_bar", "z_i_bar", "z_f_bar", "z_o_bar"}
    assert one.stage.order is Order.REVERSE
    assert one.passing == bars == set(one.shared)
    assert {"x_bar", "W_i_bar", "U_o_bar", "b_g_bar"} <= one.joining[0].names


def test_a_readout_joins_and_the_state_stays_where_the_caller_wants_it() -> None:
    (one,) = joined(derive(symrnn.elman()).forward)
    assert one.shared == ("h",)
    assert not one.passing


def test_what_another_scan_reads_outlives_its_chunk() -> None:
    plan = derive(symrnn.bidirectional(symrnn.gru()))
    both = chunks(plan.backward)
    first = next(one for one in both if one.stage.order in SCANS)
    assert not first.joining
    assert all(not one.passing & first.stage.names for one in both)


def read(stage: Stage) -> set[str]:
    return {name for one in stage.equations for name in symbols_in_order(one.rhs)}


def every_chunk(schedule: Schedule) -> Iterator[tuple[Chunk, Sequence[Stage], list[Stage]]]:
    """Chunks, what joins them, and all stages of each; what joins sides joins all of them."""
    for run in runs(schedule):
        for one in run.chunks:
            yield one, one.joining, [one.stage, *one.joining]
        every = [stage for one in run.every for stage in (one.stage, *one.joining)]
        yield from ((one, [one.stage], every) for one in run.joining)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("one", architectures(), ids=lambda one: one.name)
def test_the_rules_hold_for_every_cell(one: Architecture, direction: str) -> None:
    schedule: Schedule = getattr(derive(one.build()), direction)
    assert [stage for one in chunks(schedule) for stage in (one.stage, *one.joining)] == list(
        schedule.stages)
    for chunk, joining, stages in every_chunk(schedule):
        bound = set().union(*(stage.names for stage in stages))
        for stage in joining:
            delays = [schedule.delay_of(name) for name in read(stage)]
            assert read(stage) & bound
            assert not {delay.source for delay in delays if delay} & bound
        outside = [stage for stage in schedule.stages if stage not in stages]
        assert not chunk.passing & set().union(*map(read, outside))
        assert all(schedule.places[name] is Place.WORK for name in chunk.passing)

"""The model of cost by number of threads: what it counts, and how the C divides it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn import bidirectional, cli, deep, lstm
from symrnn.bench.cores.check import SIMULATED, Simulated
from symrnn.bench.cores.header import Side, header
from symrnn.bench.cores.machine import Machine, larger
from symrnn.bench.cores.nests import function_of
from symrnn.bench.cores.page import lines, simulated_rows
from symrnn.bench.cores.times import Prediction, predicted
from symrnn.bench.kinds import Kind
from symrnn.bench.workloads import Workload, network
from symrnn.costs import SAMPLES, STEPS, costs
from symrnn.pipeline import derive
from symrnn.program import Misused, SizeSymbol
from symrnn.schedule import Kind as Loops

MACHINE = Machine(
    "two cores", 2, 64, 117e9, 2.8e-10, 1.7e-11,
    {"L1": 200e9, "L2": 109e9, "L3": 57e9, "memory": 27e9},
    {"L1": 400e9, "L2": 210e9, "L3": 105e9, "memory": 32e9},
    {"L1": 32 << 10, "L2": 1 << 20, "L3": 32 << 20}, 2.5e-7, 5.4e-7)
TEAMS = (1, 2, 3, 4, 7, 16, 23, 64)
MANY = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


@pytest.mark.parametrize("vector_bytes", [64, 32, 16])
@pytest.mark.parametrize("threads", TEAMS)
def test_threads_share_all_blocks_and_rows_once(vector_bytes: int, threads: int) -> None:
    told = header(vector_bytes)
    for blocks in (0, 1, 2, 3, 8, 13, 64):
        for rows in (0, 1, 3, 7, 8, 13, 14, 15, 28, 32, 61, 100, 1000):
            parts = told.parts(blocks, rows, threads)
            assert sum(one.blocks * one.rows for one in parts) == blocks * rows, (blocks, rows)


@pytest.mark.parametrize("threads", TEAMS)
def test_a_share_of_rows_has_tiles_of_four_rows_or_more(threads: int) -> None:
    """In whatever way they are cut, into the highest tiles of six rows or of eight."""
    shared = 0
    for blocks in (1, 2, 3, 5, 13):
        for rows in range(130):
            for one in header(64).parts(blocks, rows, threads):
                if one.lanes > 1 and one.blocks:
                    shared += 1
                    assert all(one.rows // -(-one.rows // most) >= 4 for most in (6, 8)), rows
    assert (shared > 0) is (threads > 1)


@pytest.mark.parametrize("vector_bytes", [64, 32])
@pytest.mark.parametrize("threads", TEAMS)
def test_threads_share_all_of_a_reduction_once(vector_bytes: int, threads: int) -> None:
    told = header(vector_bytes)
    for columns in (1, 16, 40, 128, 255, 512, 1030):
        panels = -(-columns // (told.lanes * told.ask("widest")))
        for units in (1, 5, 48, 128, 515):
            parts = told.columns(columns, units, threads)
            assert sum(one.blocks * one.rows for one in parts) == panels * units, (columns, units)


@pytest.mark.parametrize("name", ["lstm", "gru", "lstm_peephole", "deep_rnn"])
@pytest.mark.parametrize("batch", [1, 32])
def test_nests_have_the_products_that_the_equations_have(name: str, batch: int) -> None:
    plan, told = derive(network(name)), header(64)
    sizes = {"T": 12, "B": batch, **{one.name: 128 for one in network(name).sizes
                                     if one.value is None}}
    values = {**{SizeSymbol(axis): size for axis, size in sizes.items()},
              SAMPLES: batch, STEPS: 12}
    wanted = costs(plan)
    for tiled, formula in ((plan.tiled.infer, wanted.forward.products),
                           (plan.tiled.backward, wanted.backward.products)):
        found = 0.0
        for nest in function_of(tiled, sizes, told).nests:
            each = sum(one.vectors * one.blocks * told.lanes * one.entries
                       for one in nest.products)
            found += nest.times * nest.rows * (each + nest.columns * sum(nest.units))
        assert found == pytest.approx(float(formula.xreplace(values)), rel=0.2), tiled


def seconds(cell: str, kind: Kind, sizes: dict[str, int], threads: int, rows: bool = True,
            machine: Machine = MACHINE) -> float:
    return predicted(derive(network(cell)), kind, sizes, larger(machine, max(2, threads)),
                     threads, rows).seconds


@pytest.mark.parametrize("width", [64, 32])
@pytest.mark.parametrize("load", SIMULATED, ids=str)
def test_more_threads_are_not_slower_and_rows_help(load: Workload, width: int) -> None:
    """As far as the model tells: within a fiftieth."""
    sizes = {"T": 100, "B": load.batch, "m": load.m, "n": load.m}
    machine = replace(MACHINE, vector_bytes=width)
    made = [seconds(load.cell, load.kind, sizes, threads, machine=machine)
            for threads in MANY]
    assert all(more <= 1.02 * fewer for fewer, more in pairwise(made))
    blocks = [seconds(load.cell, load.kind, sizes, threads, False, machine)
              for threads in (2, 16)]
    assert made[1] <= 1.02 * blocks[0] and made[MANY.index(16)] <= 1.02 * blocks[1]


def test_small_work_is_not_shared() -> None:
    sizes = {"T": 100, "B": 1, "m": 16, "n": 16}
    assert predicted(derive(network("lstm")), Kind.SEQUENCE, sizes, larger(MACHINE, 16),
                     16).team == 1


def test_a_team_grows_as_long_as_its_work_is_worth_one_more_at_a_barrier() -> None:
    told, work = header(64), 1 << 22
    assert [told.ask("team", threads, work, 0) for threads in (1, 2, 16, 64)] == [1, 2, 16, 16]
    assert told.ask("team", 64, 1 << 40, 0) == 64
    assert told.ask("team", 64, work, 1) == 8  # to be woken costs more


def of_directions(kind: Kind, batch: int, m: int, threads: int) -> Prediction:
    sizes = {"T": 100, "B": batch, "m": m, "n": m, "q": 2 * m}
    return predicted(TWO, kind, sizes, larger(MACHINE, max(2, threads)), threads)


TWO = derive(bidirectional(lstm(), readout=False))


def test_two_threads_of_two_directions_meet_once() -> None:
    """They are worth it where two that meet at every step would not be, and not for few steps."""
    alone, both = (of_directions(Kind.SEQUENCE, 1, 64, threads) for threads in (1, 2))
    assert both.team == 2 and both.seconds < 0.6 * alone.seconds
    assert both.meeting < 5 * MACHINE.barrier  # 200 steps would meet 200 times
    assert both.waiting == 0
    few = predicted(TWO, Kind.SEQUENCE, {"T": 2, "B": 1, "m": 64, "n": 64, "q": 128},
                    larger(MACHINE, 2), 2)
    assert few.team == 1


@pytest.mark.parametrize("kind", [Kind.SEQUENCE, Kind.TRAINING])
@pytest.mark.parametrize("batch", [1, 8, 32])
@pytest.mark.parametrize("m", [64, 128, 256, 512])
def test_more_threads_of_two_directions_are_not_slower(kind: Kind, batch: int, m: int) -> None:
    made = [of_directions(kind, batch, m, threads).seconds for threads in (1, 2, 4, 8, 16)]
    assert all(more <= 1.02 * fewer for fewer, more in pairwise(made))


def test_a_team_parts_by_work_weights_and_meetings() -> None:
    small, large = Side(1 << 15, 1 << 14, 1), Side(1 << 19, 1 << 14, 1)
    assert threads_of([small, small], 1) == (0, 0)
    assert threads_of([small, small], 2) == (1, 1)
    assert threads_of([small, large], 2) == (0, 0)  # one thread would wait for the other
    assert threads_of([Side(3 << 15, 1, 1), small], 4) == (3, 1)
    assert threads_of([small] * 3, 2) == (0, 0, 0)
    assert threads_of([small] * 3, 7) == (2, 3, 2)
    for weights, parts in ((1 << 17, True), (1 << 18, False), (1 << 22, False)):  # all fit, half do
        assert any(threads_of([Side(weights, weights, 1)] * 2, 2)) is parts


def threads_of(sides: list[Side], threads: int, steps: int = 1) -> tuple[int, ...]:
    return tuple(one.threads for one in header(64).sides(sides, threads, steps))


def stacked(work: int, layers: int, behind: int) -> list[Side]:
    return [Side(work, work >> 1, 1, behind * bool(place)) for place in range(layers)]


def test_stacked_layers_are_dealt_out_to_fewer_threads() -> None:
    def taken(sides: list[Side], threads: int) -> list[tuple[int, int]]:
        return [(one.first, one.threads) for one in header(64).sides(sides, threads, 1000)]
    assert taken(stacked(1 << 14, 4, 10), 2) == [(0, 1), (0, 1), (1, 1), (1, 1)]
    assert taken(stacked(1 << 14, 3, 10), 2) == [(0, 1), (0, 1), (1, 1)]
    assert taken(stacked(1 << 14, 2, 10), 5) == [(0, 3), (3, 2)]
    first, *rest = stacked(1 << 12, 4, 10)
    assert taken([Side(1 << 14, 1 << 13, 1), *rest], 2) == [(0, 1), (1, 1), (1, 1), (1, 1)]
    assert taken([first, *rest], 1) == [(0, 0)] * 4


@pytest.mark.parametrize("work", [0, 1 << 13])
@pytest.mark.parametrize("layers", range(2, 7))
@pytest.mark.parametrize("threads", range(1, 9))
def test_every_stacked_layer_has_threads_in_order(work: int, layers: int, threads: int) -> None:
    taken = header(32).sides(stacked(work, layers, 1), threads, 1 << 20)
    places = [place for one in taken for place in range(one.first, one.first + one.threads)]
    assert all(one.threads > 0 for one in taken) or threads == 1 or not places
    assert places == sorted(places) and all(place < threads for place in places)


def test_layers_that_would_wait_long_stay_together() -> None:
    two = stacked(1 << 16, 2, 50)
    assert threads_of(two, 2, 1000) == (1, 1)  # the second begins after a twentieth of all steps
    assert threads_of(two, 2, 50) == (0, 0)  # and here when the first is done


@pytest.mark.parametrize("threads", range(2, 20))
def test_every_side_has_a_thread_and_every_thread_a_side(threads: int) -> None:
    for works in ((1, 1), (1, 1000), (7, 0), (5, 5, 5), (1, 9, 1)):
        told = header(32).sides([Side(work << 10, 1, 1 << 20) for work in works], threads)
        found = [one.threads for one in told]
        if threads >= len(works):
            assert sum(found) == threads and min(found) >= 1, works


DEEP = {layers: derive(deep(lstm(), layers=layers)) for layers in (2, 3)}


@pytest.mark.parametrize("layers", DEEP)
@pytest.mark.parametrize("kind", [Kind.SEQUENCE, Kind.TRAINING])
def test_two_threads_of_stacked_layers_meet_once(kind: Kind, layers: int) -> None:
    """They are worth it where two that meet at every step would not be."""
    sizes = {name.name: 64 for name in DEEP[layers].program.sizes} | {"T": 1000, "B": 1}
    alone, both = (predicted(DEEP[layers], kind, sizes, larger(MACHINE, max(2, threads)), threads)
                   for threads in (1, 2))
    assert both.team == 2
    assert both.seconds < {2: 0.62, 3: 0.8}[layers] * alone.seconds
    assert both.meeting < 100 * MACHINE.barrier  # 2000 steps or more would meet as often
    assert both.waiting > 0  # for the first steps of the layer below


@pytest.mark.parametrize("kind", [Kind.SEQUENCE, Kind.TRAINING])
@pytest.mark.parametrize("batch", [1, 8, 32])
@pytest.mark.parametrize("m", [64, 128, 256])
def test_more_threads_of_stacked_layers_are_not_slower(kind: Kind, batch: int, m: int) -> None:
    sizes = {name.name: m for name in DEEP[3].program.sizes} | {"T": 100, "B": batch}
    made = [predicted(DEEP[3], kind, sizes, larger(MACHINE, max(2, threads)), threads).seconds
            for threads in (1, 2, 3, 4, 8, 16)]
    assert all(more <= 1.02 * fewer for fewer, more in pairwise(made))


def test_a_reduction_is_no_nest_of_blocks() -> None:
    told = header(64)
    sizes = {"T": 10, "B": 8, "m": 32, "n": 32}
    made = function_of(derive(network("lstm")).tiled.backward, sizes, told).nests
    assert {one.kind for one in made} == {Loops.UNITS, Loops.REDUCTIONS}
    assert sum(one.columns * sum(one.units) for one in made) == 8 * 32 * 32


def test_a_larger_machine_has_more_of_all() -> None:
    more = larger(MACHINE, 16)
    assert more.every["L3"] == 8 * MACHINE.every["L3"]
    assert more.every["memory"] == 4 * MACHINE.every["memory"]
    assert (more.reading(1 << 30, 16), more.reading(1 << 10, 16)) == (8e9, 200e9)
    assert (more.meeting(1), more.meeting(16)) == (0, 2e-6)


def test_a_row_tells_speed_team_and_meetings() -> None:
    one = Simulated(SIMULATED[0], 64, (Prediction(1, 4.0, 0.0, 0.0), *(
        Prediction(2, 1.0, 0.5, 0.5),) * 6), (Prediction(1, 4.0, 0.0, 0.0),) * 7)
    (row,) = simulated_rows([one])
    assert row[5:7] == ("2.0, 25% meeting (1.0)", "2.0, a team of 2, 25% meeting (1.0)")
    panel = lines([one])["vectors of 64 bytes"]
    assert next(iter(panel.values()))[:2] == [(1.0, 1.0), (2.0, 2.0)]


@pytest.mark.xdist_group("bench")
def test_the_page_is_printed(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = tmp_path / "CORES.md", tmp_path / "CORES.png"
    result = CliRunner().invoke(cli.app, ["bench", "--cores", "--quick", "--results",
                                          str(files[0]), "--plot", str(files[1])])
    assert result.exit_code == 0, result.output
    text = files[0].read_text()
    assert text.startswith("# Cores\n") and text.count("\n| lstm | sequence |") == 4
    assert files[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("other", [("lstm",), ("--m", "3"), ("--threads", "2"), ("--scaling",),
                                   ("--every",), ("--json", "x.json")])
def test_what_does_not_go_with_it_is_refused(other: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli.app, ["bench", "--cores", *other])
    assert isinstance(result.exception, Misused) and "--cores" in str(result.exception)

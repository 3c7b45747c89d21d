"""Stages: orders found from the dependency graph, and nothing read before it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from sympy import Symbol

from symrnn.adjoint import adjoint, join, tangent
from symrnn.authoring.author import Cell
from symrnn.authoring.compose import bidirectional, deep
from symrnn.cells.elman import elman
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.authoring.symbols import t
from symrnn.program import Ein, Equation, Glyph, Program, Role, Size, Span, Variable, verify
from symrnn.schedule import Order, Stage, is_reduction, reads_span, stages
from tests.cases import CASES, case

SCANS = {1: Order.FORWARD, -1: Order.REVERSE}
DERIVED: dict[str, Callable[[Program], Program]] = {
    "program": lambda one: one,
    "adjoint": adjoint,
    "tangent": tangent,
    "both": lambda one: join(one, adjoint(one)),
    "tangent of both": lambda one: tangent(join(one, adjoint(one))),
}
every_program = pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name in CASES for kind in DERIVED]
)


@cache
def staged(name: str, kind: str) -> tuple[Program, tuple[Stage, ...]]:
    """A program and its stages."""
    program = DERIVED[kind](case(name))
    return program, stages(program)


def scans(program: Program) -> Counter[Order]:
    return Counter(stage.order for stage in stages(program) if stage.order in SCANS.values())


@every_program
def test_every_name_is_bound_in_exactly_one_stage(name: str, kind: str) -> None:
    program, found = staged(name, kind)
    bound = Counter(one for stage in found for one in stage.names)
    assert bound == Counter(one.lhs for one in (*program.equations, *program.delays))
    assert sum(len(stage.equations) for stage in found) == len(program.equations)


@every_program
def test_only_scans_read_across_steps_and_all_in_one_direction(name: str, kind: str) -> None:
    """Elsewhere, and against the order of a scan, a delay reads what an earlier stage bound."""
    program, found = staged(name, kind)
    done = {one.name for one in program.variables if program.definition(one.name) is None}
    done -= {delay.lhs for delay in program.delays}
    for stage in found:
        for delay in stage.delays:
            assert delay.source in done or SCANS[delay.step] is stage.order
        done |= stage.names


@every_program
def test_scan_is_one_cycle_and_holds_nothing_else(name: str, kind: str) -> None:
    """What need not wait for the step before is no part of a scan."""
    _, found = staged(name, kind)
    for stage in found:
        assert bool(stage.delays) or stage.order not in SCANS.values()
        if stage.order in SCANS.values():
            assert all(delay.source in stage.names for delay in stage.delays)


@every_program
def test_constants_are_computed_once(name: str, kind: str) -> None:
    program, found = staged(name, kind)
    for stage in found:
        for equation in stage.equations:
            widest = max(program[equation.lhs].span, reads_span(program, equation))
            assert (widest is Span.CONSTANT) is (stage.order is Order.ONCE)


@every_program
def test_total_is_a_sum_over_steps_or_samples(name: str, kind: str) -> None:
    program, _ = staged(name, kind)
    reductions = [one for one in program.equations if is_reduction(program, one)]
    assert all(program[one.lhs].span < Span.SEQUENCE for one in reductions)
    assert bool(reductions) or kind in ("program", "tangent")


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("cell", [elman, gru, lstm], ids=lambda one: one.__name__)
def test_stack_scans_once_a_layer_each_way(layers: int, cell: Callable[..., Program]) -> None:
    network = deep(elman(readout=False) if cell is elman else cell(), layers, readout=True)
    assert scans(network) == {Order.FORWARD: layers}
    assert scans(adjoint(network)) == {Order.REVERSE: layers}


@pytest.mark.parametrize("layers", [1, 2])
def test_both_directions_scan_each_way_and_so_does_their_adjoint(layers: int) -> None:
    network = deep(bidirectional(lstm(), readout=False), layers)
    assert (
        scans(network) == scans(adjoint(network)) == {Order.FORWARD: layers, Order.REVERSE: layers}
    )


def test_gates_that_see_no_state_stay_out_of_the_scan() -> None:
    network = case("delayed_input")
    assert scans(network) == {Order.FORWARD: 1}
    first = stages(network)[0]
    assert first.order is Order.ALL and {one.lhs for one in first.equations} >= {"f"}


def test_total_is_read_only_after_its_loop() -> None:
    """A sum over all steps, then every step divided by it: two loops, in this order."""
    x, s = Symbol("x"), Symbol("s")
    program = Program(
        "share",
        "Share of the total",
        (Size("m", Glyph.named("m"), ""),),
        (
            Variable("x", ("m",), Role.INPUT, Glyph.named("x"), ""),
            Variable("s", ("m",), Role.INTERMEDIATE, Glyph.named("s"), "", Span.CONSTANT),
            Variable("y", ("m",), Role.OUTPUT, Glyph.named("y"), ""),
        ),
        (Equation("s", Ein("i->i", x), 1), Equation("y", x / s, 2)),
        (),
        ("y",),
    )
    assert [stage.names for stage in stages(verify(program))] == [{"s"}, {"y"}]


def test_scans_that_do_not_need_each_other_have_a_loop_each() -> None:
    with Cell("apart", "Two memories apart") as cell:
        x, h, g = (
            cell.input("x[m]", "input"),
            cell.state("h[m]", "state"),
            cell.state("g[m]", "other"),
        )
        u, v = cell.parameters("u[m] v[m]", "of a memory")
        h[t] = u * h[t - 1] + x[t]
        g[t] = v * g[t - 1] + x[t]
    assert scans(cell.build("h", "g")) == {Order.FORWARD: 2}


def test_adjoint_turns_every_scan_round() -> None:
    for name in CASES:
        there, back = scans(case(name)), scans(adjoint(case(name)))
        assert there[Order.FORWARD] == back[Order.REVERSE], name
        assert there[Order.REVERSE] == back[Order.FORWARD], name

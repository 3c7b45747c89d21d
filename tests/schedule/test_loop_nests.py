"""LoopNests: what is stacked, what is computed ahead, what waits until the loop is over."""

from __future__ import annotations

import pytest
from sympy import Symbol, symbols, tanh

import symrnn
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program import Equation, Program, symbols_in_order
from symrnn.schedule import Kind, Order, LoopNest, Schedule, loop_nests
from symrnn.schedule.loop_nests import MOST_CARRIED, by_level
from tests.cases import CASES, built, case

x, a, b, d = symbols("x a b d")


def scan(schedule: Schedule) -> tuple[LoopNest, ...]:
    stage = next(one for one in schedule.stages if one.order in (Order.FORWARD, Order.REVERSE))
    return loop_nests(schedule.program, stage)


def products(one: LoopNest) -> list[tuple[tuple[str, ...], bool, list[str]]]:
    return [(tile.gates, product.ahead, [segment.operand for segment in product.segments])
            for tile in one.tiles for product in tile.products]


def test_all_gates_of_the_lstm_share_one_tile_and_the_input_comes_ahead() -> None:
    (one,) = scan(derive(symrnn.lstm()).forward)
    gates = ("z", "z_i", "z_f", "z_o")
    assert products(one) == [(gates, True, ["x"]), (gates, False, ["h_prev"])]


def test_backwards_the_products_of_all_gates_are_one_sum() -> None:
    first, second = scan(derive(symrnn.lstm()).backward)
    assert not first.tiles
    assert products(second) == [
        (("h_prev_bar",), False, ["z_bar", "z_i_bar", "z_f_bar", "z_o_bar"])]


def test_a_gate_that_waits_for_the_state_still_shares_the_tile() -> None:
    (one,) = scan(derive(symrnn.lstm(peephole=True)).forward)
    assert len(one.tiles) == 1
    assert len(one.tiles[0].gates) == 4


@pytest.mark.parametrize(("net", "last"), [
    (symrnn.lstm(), ["tanh_c", "tanh_c_tail", "h"]),
    (symrnn.lstm(peephole=True), ["o", "o_tail", "tanh_c", "tanh_c_tail", "h"]),  # o sees c
    (symrnn.elman(), None)], ids=["lstm", "peephole", "elman"])
def test_functions_of_functions_have_a_loop_of_their_own(
        net: Program, last: list[str] | None) -> None:
    (one,) = scan(derive(net).forward)
    assert [each for loop in one.loops for each in loop] == list(one.equations)
    assert [each.lhs for each in one.loops[-1]] == (last or [each.lhs for each in one.equations])
    assert len(one.loops) == (2 if last else 1)


def test_a_value_waits_for_the_loop_that_computes_it() -> None:
    equations = [Equation(*one, 1) for one in (
        ("a", tanh(x)), ("b", a + x), ("c", tanh(b)), ("d", tanh(x)), ("e", tanh(d)))]
    assert [[one.lhs for one in loop] for loop in by_level(equations)] == [
        ["a", "b"], ["c", "d"], ["e"]]


def test_many_values_do_not_go_from_loop_to_loop() -> None:
    for count in (MOST_CARRIED, MOST_CARRIED + 1):
        first = [Equation(f"a{place}", tanh(x), 1) for place in range(count)]
        last = Equation("c", tanh(sum(Symbol(one.lhs) for one in first)), 1)
        assert len(by_level([*first, last])) == (2 if count == MOST_CARRIED else 1)


@pytest.mark.parametrize(("after", "loops"), [(True, 1), (False, 2)])
def test_resetting_before_the_product_needs_a_second_pass(after: bool, loops: int) -> None:
    assert len(scan(derive(symrnn.gru(reset_after=after)).forward)) == loops


def test_gradients_of_weights_wait_until_the_loop_is_over() -> None:
    backward = derive(symrnn.lstm()).backward
    last = loop_nests(backward.program, backward.stages[-1])[-1]
    assert last.kind is Kind.REDUCTIONS
    assert {one.lhs for one in last.equations} == {
        f"{weights}_{gate}_bar" for weights in "WU" for gate in "ifgo"}


def test_a_sum_over_units_runs_row_by_row() -> None:
    kinds = [one.kind for one in scan(derive(symrnn.cell("lstm_layer_norm")).forward)]
    assert kinds[:3] == [Kind.UNITS, Kind.ROWS, Kind.UNITS]


EVERY: dict[str, Program] = {one.name: built(one.name) for one in architectures()}
EVERY |= {f"case {name}": case(name) for name in CASES}


@pytest.mark.parametrize("name", EVERY)
def test_every_equation_has_its_pass_and_finds_there_what_it_reads(name: str) -> None:
    plan = derive(EVERY[name])
    for schedule in (plan.forward, plan.backward):
        for stage in schedule.stages:
            if stage.order is Order.ONCE:
                continue
            found = loop_nests(schedule.program, stage)
            listed = [one.lhs for each in found for one in each.equations]
            assert sorted(listed) == sorted(one.lhs for one in stage.equations)
            done: set[str] = set()
            bound = set(listed)
            for each in found:
                assert not each.operands & bound - done
                for equation in each.equations:
                    read = set(symbols_in_order(equation.rhs)) & bound
                    assert read - each.operands <= done | {
                        one.lhs for one in each.equations[:each.equations.index(equation)]}
                done |= each.names

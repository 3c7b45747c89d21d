"""Plans: run as a kernel would, with nothing kept that a place does not keep."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.adjoint import adjoint
from symrnn.cells.lstm import lstm
from symrnn.program import Program, ProgramError, Role, Span, symbols_in_order
from symrnn.program.interpret import Array, Interpreter
from symrnn.schedule import Order, Place, Plan, Schedule, is_reduction, plan
from tests.cases import CASES, case
from tests.oracle import Values, drawn, interpret, small_sizes
from tests.schedule.test_graph import both_ways

every_case = pytest.mark.parametrize("name", CASES)
LAST = {Place.STEP: 0, Place.RING: 1}  # after so many steps a value is gone


class Runner(Interpreter):
    """Runs a schedule: an equation's value must be there when it is read, or the test fails."""

    def at(self, name: str, step: int) -> Array:
        constant = self.program[name].span < Span.SEQUENCE
        known = (name, 0 if constant else step) in self.known
        assert known or self.program.definition(name) is None, f"{name} at {step} is not there"
        return super().at(name, step)

    def bind(self, name: str, step: int) -> None:
        """Compute an equation at a step."""
        self.known[name, step] = self._equation(self.program[name], step)

    def play(self, schedule: Schedule) -> None:
        """All stages, step by step; reductions are whole after their loop."""
        with np.errstate(over="ignore", divide="ignore"):  # a tail may be infinite
            self._play(schedule)

    def _play(self, schedule: Schedule) -> None:
        for stage in schedule.stages:
            reductions = [one for one in stage.equations if is_reduction(self.program, one)]
            summed = {name for one in reductions for name in symbols_in_order(one.rhs)}
            gone = {
                one: LAST[schedule.places[one]]
                for one in stage.names - summed
                if schedule.places.get(one) in LAST
            }
            steps = range(1 if stage.order is Order.ONCE else self.sizes["T"])
            for step in steps[::-1] if stage.order is Order.REVERSE else steps:
                for equation in stage.equations:
                    if equation not in reductions:
                        self.bind(equation.lhs, step)
                for name, when in list(self.known):
                    if name in gone and abs(step - when) >= gone[name]:
                        del self.known[name, when]
            for equation in reductions:
                self.bind(equation.lhs, 0)


def planned(name: str) -> Plan:
    program = case(name)
    return plan(program, adjoint(program))


def saved(program: Program, gradient: Program, values: Values) -> Values:
    """What the forward pass, as it is run, hands to the backward pass."""
    run = interpret(program, values)
    with np.errstate(over="ignore", divide="ignore"):
        return {one.name: run.whole(one.name) for one in gradient.with_role(Role.SAVED)}


def played(schedule: Schedule, values: Values) -> Runner:
    runner = Runner(schedule.program, values, small_sizes(schedule.program))
    runner.play(schedule)
    return runner


@every_case
def test_forward_stages_give_what_the_equations_say(name: str) -> None:
    found = planned(name)
    values = drawn(found.program)
    runner = played(found.forward, values)
    oracle = interpret(found.forward.program, values)
    with np.errstate(over="ignore", divide="ignore"):
        for output in (*found.program.outputs, *found.tape):
            assert np.array_equal(runner.whole(output), oracle.whole(output)), output


@every_case
def test_backward_stages_give_what_the_equations_say(name: str) -> None:
    found = planned(name)
    given = drawn(found.program)
    values = drawn(found.gradient) | given
    for derived in (found.gradient, found.backward.program):
        values |= saved(found.forward.program, derived, given)
    runner, oracle = played(found.backward, values), interpret(found.gradient, values)
    for one in found.gradient.with_role(Role.GRADIENT):
        wanted = oracle.whole(one.name)  # the runner has 1 - i from i's tail
        bound = 1e-13 * np.abs(wanted).max(initial=1e-300)
        assert np.allclose(runner.whole(one.name), wanted, rtol=0, atol=bound), one.name


@every_case
def test_backward_reads_only_what_the_caller_or_the_tape_has(name: str) -> None:
    found = planned(name)
    there = {
        *found.tape,
        *found.program.outputs,
        *(v.name for v in found.program.variables if v.role.given),
    }
    backward = found.backward.program
    read = {name for one in backward.equations for name in symbols_in_order(one.rhs)}
    for one in backward.with_role(Role.SAVED):
        delay = found.backward.delay_of(one.name)
        assert one.name not in read or (delay.source if delay else one.name) in there
    source = {delay.lhs: delay.source for delay in found.program.delays}
    assert set(found.tape) <= {source.get(one, one) for one in read}


@every_case
def test_every_bound_value_has_a_place_and_leaves_by_the_right_one(name: str) -> None:
    found = planned(name)
    for schedule in (found.forward, found.backward):
        program = schedule.program
        assert schedule.places.keys() == {one.lhs for one in program.equations}
        for one in program.variables:
            if one.name in schedule.places and (
                one.name in program.outputs or one.role is Role.GRADIENT
            ):
                assert schedule.places[one.name] is Place.CALLER
    assert {name for name, place in found.forward.places.items() if place is Place.TAPE} == set(
        found.tape
    )
    assert Place.TAPE not in found.backward.places.values()


@every_case
def test_ring_holds_what_a_delay_of_its_scan_reads(name: str) -> None:
    found = planned(name)
    for schedule in (found.forward, found.backward):
        for one in schedule.placed(Place.RING):
            home = next(stage for stage in schedule.stages if one.name in stage.names)
            assert home.order in (Order.FORWARD, Order.REVERSE)
            assert one.name in {delay.source for delay in home.delays}


def test_lstm_saves_tails_of_its_gates_and_memory_and_no_pre_activation() -> None:
    program = lstm()
    assert set(plan(program, adjoint(program)).tape) == {
        "i_tail", "f_tail", "g_tail", "o_tail", "c", "tanh_c_tail"}


@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("lstm_peephole", True),
        ("two_steps_back", True),
        ("reversed_lstm", False),
        ("look_ahead", False),
        ("deep_bidirectional", False),
        ("deep_readout", True),
    ],
)
def test_network_streams_if_no_step_waits_for_a_later_one(name: str, streams: bool) -> None:
    assert planned(name).streams is streams


def test_program_that_cannot_be_scanned_has_no_plan() -> None:
    program = both_ways()
    with pytest.raises(ProgramError, match="both directions of time"):
        plan(program, adjoint(program))

"""Derived programs as systems: roles, joins, marks."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.adjoint import (BARS, DIFFERENTIABLE, adjoint, join, names_used, tangent, with_terms,
                            within_step)
from symrnn.adjoint.marks import unused
from symrnn.adjoint.slices import restricted
from symrnn.program import Role, Span, UnknownName, symbols_in_order
from tests.cases import CASES, case

every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_derived_program_reads_forward_values_as_given_and_binds_none(name: str) -> None:
    program = case(name)
    for derived in (adjoint(program), tangent(program)):
        bound = {one.lhs for one in (*derived.equations, *derived.delays)}
        assert not bound & set(program.axes)
        read = {one for equation in derived.equations for one in symbols_in_order(equation.rhs)}
        for one in read & set(program.axes):
            assert derived[one].role.given and derived[one].axes == program[one].axes


@every_case
def test_join_keeps_the_program_and_adds_the_derived(name: str) -> None:
    program, derived = case(name), adjoint(case(name))
    both = join(program, derived)
    assert both.equations == (*program.equations, *derived.equations)
    assert all(both[one.name] == one for one in program.variables)
    assert not both.with_role(Role.SAVED)


@every_case
def test_every_marked_name_says_whose_it_is(name: str) -> None:
    """Each end has one cotangent to be given, each leaf one gradient."""
    program, derived = case(name), adjoint(case(name))
    given = [one.of for one in derived.with_role(Role.COTANGENT)]
    found = [one.of for one in derived.with_role(Role.GRADIENT)]
    assert sorted(given) == sorted((*program.outputs, *(one.final for one in program.delays)))
    assert sorted(found) == sorted(one.name for one in program.with_role(*DIFFERENTIABLE))
    for one in (*derived.with_role(Role.COTANGENT), *derived.with_role(Role.GRADIENT)):
        assert one.axes == program[one.of].axes and one.span == program[one.of].span


def test_adjoint_of_a_delay_is_the_delay_of_opposite_sign() -> None:
    for name in CASES:
        program, derived = case(name), adjoint(case(name))
        turned = sorted(
            (derived[one.initial].of, -one.step, derived[one.final].of) for one in derived.delays
        )
        assert turned == sorted((one.final, one.step, one.initial) for one in program.delays)


def test_bars_of_the_second_time_are_other_bars() -> None:
    program = case("gru_reset_after")
    twice = adjoint(join(program, adjoint(program)))
    assert "W_z_tilde" in twice and "W_z_bar" not in {one.lhs for one in twice.equations}


def test_marks_run_out_with_a_message() -> None:
    program = case("independent_units")
    for _ in BARS:
        program = join(program, adjoint(program))
    with pytest.raises(ValueError, match="has been differentiated 3 times already"):
        unused(program, BARS)


def test_what_no_cotangent_is_of_cannot_be_kept_alone() -> None:
    with pytest.raises(UnknownName, match=r"'W' is no output or final state; there are y, final."):
        restricted(adjoint(symrnn.elman()), "W")


def test_names_used_are_those_that_equations_and_delays_read() -> None:
    assert names_used(case("two_outputs")) == {"W", "U", "V", "x", "h", "h_prev", "a_h"}


def test_only_a_sum_over_time_has_a_value_at_every_step_besides() -> None:
    program = symrnn.elman()
    gradient = adjoint(program)
    found = with_terms(gradient, program)
    assert found.at_steps == {one.name: f"{one.name}_at_step" for one in gradient.variables
                              if one.role is Role.GRADIENT and one.span is Span.CONSTANT}
    assert all(found.program[one].span is Span.SEQUENCE for one in found.at_steps.values())


@pytest.mark.parametrize(("by", "other"), [("h_prev", "c_prev"), ("c_prev", "h_prev")])
def test_within_a_step_all_other_states_are_held_fixed(by: str, other: str) -> None:
    found = within_step(symrnn.lstm(peephole=True), by)
    read = {name for one in found.program.equations for name in symbols_in_order(one.rhs)}
    assert {found.seed, "f_dot"} <= read
    assert f"{other}_dot" not in read

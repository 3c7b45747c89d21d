"""What the backward pass finds on the tape, and what it computes again."""

from __future__ import annotations

import pytest
from sympy import Rational, Symbol, exp

import symrnn
from symrnn.cells import Architecture, architectures
from symrnn.pipeline import derive
from symrnn.program import symbols_in_order
from symrnn.schedule import Order
from symrnn.schedule.saving import is_cheap, saving

a, b = Symbol("a"), Symbol("b")


@pytest.mark.parametrize("expression", [a * b, 1 - a, a**2 + Rational(1, 2) * b, a])
def test_additions_and_multiplications_are_cheap(expression: object) -> None:
    assert is_cheap(expression)


@pytest.mark.parametrize("expression", [exp(a), 1 / a, a**3, a * exp(b)])
def test_functions_and_divisions_are_not(expression: object) -> None:
    assert not is_cheap(expression)


def test_a_product_of_saved_values_is_computed_again_where_it_is_read() -> None:
    plan = derive(symrnn.gru(reset_after=False))
    assert plan.tape == ("z_tail", "r_tail", "n_tail")
    scan, gradients = plan.backward.stages
    again = plan.program.definition("q")  # r * h_prev, which U_n_bar alone reads
    assert again in gradients.equations
    assert again not in scan.equations


def test_what_the_scan_reads_is_computed_again_in_the_scan() -> None:
    plan = derive(symrnn.lstm(coupled="f=1-i"))
    (scan, _) = plan.backward.stages
    assert scan.order is Order.REVERSE
    (again,) = [one for one in scan.equations if one.lhs == "f"]
    assert again.rhs == Symbol("one_minus_i")  # 1 - i, with all of its digits


def test_an_output_needs_neither() -> None:
    assert "h" not in derive(symrnn.lstm()).tape


def test_what_a_delay_remembers_is_saved() -> None:
    assert "c" in derive(symrnn.lstm()).tape  # c = f c_prev + i g is cheap, but c_prev is c


@pytest.mark.parametrize("one", architectures(), ids=lambda one: one.name)
def test_the_adjoint_finds_all_that_it_reads(one: Architecture) -> None:
    plan = derive(one.build())
    found = saving(plan.program, plan.gradient)
    there = {*found.tape, *found.recomputed, *plan.program.outputs,
             *(each.name for each in plan.program.variables if each.role.given)}
    source = {delay.lhs: delay.source for delay in plan.program.delays}
    own = {each.lhs for each in (*found.gradient.equations, *found.gradient.delays)}
    for equation in found.gradient.equations:
        for name in symbols_in_order(equation.rhs):
            value = source.get(name, name)
            assert name in own or value in there or found.gradient[name].role.given
            assert value not in plan.program or name in own or value in there
    assert not found.recomputed & set(found.tape)

"""Reductions whose terms vary over different spans: each span is summed under its own name."""

from __future__ import annotations

from sympy import Symbol

from symrnn.adjoint import adjoint
from symrnn.pipeline import derive, generate
from symrnn.program import Span, symbols_in_order, terms
from symrnn.schedule import is_reduction, plan
from symrnn.schedule.reductions import with_reductions_apart
from tests.cases import CASES, case


def test_no_total_that_runs_holds_a_term_of_a_narrower_span() -> None:
    for name in CASES:
        made = plan(case(name), adjoint(case(name)))
        program = made.backward.program
        for equation in program.equations:
            if is_reduction(program, equation):
                spans = {max((program[one].span for one in symbols_in_order(term)),
                             default=Span.CONSTANT) for term in terms(equation.rhs)}
                assert len(spans) == 1, f"{name}: {equation.lhs} mixes {spans}"


def test_both_parts_keep_the_number_and_documents_the_equation() -> None:
    program = case("constant_beside_steps")
    made = derive(program)
    whole = made.gradient.definition("d_bar")
    total, rest = (made.backward.program.definition(one) for one in ("d_bar_total", "d_bar"))
    assert whole is not None and total is not None and rest is not None
    assert whole.number == total.number == rest.number
    assert terms(rest.rhs)[0] == Symbol("d_bar_total")
    assert len(terms(total.rhs)) + len(terms(rest.rhs)) - 1 == len(terms(whole.rhs))
    assert "total" not in generate(program, "net")["net.tex"]


def test_a_program_without_mixed_totals_stays_as_it_is() -> None:
    gradient = derive(case("shared_parameter")).gradient
    assert with_reductions_apart(gradient) == gradient


def test_a_total_stands_in_front_of_the_equation_that_reads_it() -> None:
    for name in ("constant_beside_steps", "shared_parameter"):
        found = with_reductions_apart(derive(case(name)).gradient)
        bound = {one.lhs for one in found.equations}
        before = {one.lhs for one in found.delays}
        for equation in found.equations:
            assert {*symbols_in_order(equation.rhs)} & bound <= before
            before.add(equation.lhs)

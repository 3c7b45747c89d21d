"""Typst takes every formula, and reads nothing of an author's as code."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.backends import typst
from symrnn.backends.document import printed
from symrnn.pipeline import derive
from symrnn.program import Glyph


def page(name: str) -> str:
    plan = derive(symrnn.cell(name))
    return "\n\n".join(typst.equation(program, one) for program in (plan.program, plan.gradient)
                       for one in printed(program))


@pytest.mark.sweep
@pytest.mark.parametrize("name", sorted(symrnn.cell_names()))
def test_every_formula_compiles(name: str) -> None:
    compiler = pytest.importorskip("typst")
    assert compiler.compile(page(name).encode()).startswith(b"%PDF")


def test_an_equation_with_its_number() -> None:
    program = symrnn.elman()
    assert typst.equation(program, program.equations[0]) == (
        '#math.equation(block: true, numbering: (..) => [(1)], '
        '$ a_(t) &= W thin x_(t) + U thin h_(t - 1) + b $)')


def test_a_word_is_a_string_that_nothing_ends() -> None:
    assert typst.string('a"#panic()\\') == '"a\\"#panic()\\\\"'


def test_a_symbol_and_a_term_stand_in_a_sentence() -> None:
    gradient = derive(symrnn.lstm()).gradient
    assert typst.symbol(gradient, "i_bar") == "$macron(dotless.i)_(t)$"
    found = gradient.definition("W_i_bar")
    assert found is not None
    assert typst.term(gradient, found.rhs, found.lhs) == (
        "$sum_(t) macron(z)_(i,t) thin x^(top)_(t)$")


def test_letters_do_not_run_into_a_name() -> None:
    assert typst.TYPST.symbol(typst.Symbol(Glyph.juxtaposed(
        map(Glyph.named, ("beta", "h"))))) == "beta h"

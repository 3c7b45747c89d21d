"""Short formulas with indices, as runs of letters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Add, Expr, Piecewise, tanh
from sympy import Symbol as Name

import symrnn
from symrnn.backends.formula import Symbol
from symrnn.diagrams.marks import Run, above, below, italic, placed, plain, runs, width
from symrnn.diagrams.symbols import HOLE, MARKS, LabelPrinter
from symrnn.program import Glyph, Letter, Role, Span, Variable


def test_marks_become_runs() -> None:
    marked = italic("h") + above("(1)") + below(italic("t") + "-1")
    assert runs(marked) == (Run("h", 0, True), Run("(1)", 1), Run("t", -1, True), Run("−1", -1))
    assert plain(marked) == "h^(1)_t−1"


def test_a_superscript_stands_above_the_subscript_and_what_follows_behind_both() -> None:
    marked = italic("h") + above("(1)") + below("t") + "x"
    (_, start), (high, at), (_, under), (_, behind) = placed(marked)
    assert start == 0 and at == under
    assert behind == pytest.approx(at + high.width)
    assert width(marked) > behind


@pytest.mark.parametrize(("glyph", "text"), [
    (Glyph.named("z_i"), "z_i,t"), (Glyph.named("Delta").delayed(1), "Δ_t−1"),
    (Glyph((Letter("h"),), (), (Glyph.marks("(1)"),), ("overleftarrow",)), "h^←,(1)_t"),
    (Glyph((Letter("c", accents=("tilde",)),)), "c\u0303_t"), (Glyph.named("h").at("0"), "h_0"),
])
def test_symbols_look_as_in_a_paper(glyph: Glyph, text: str) -> None:
    assert plain(MARKS(Symbol(glyph, "t"))) == text


def test_letters_are_italic_and_words_are_not() -> None:
    found = runs(MARKS(Symbol(Glyph.named("A_log"))))
    assert found == (Run("A", 0, True), Run("log", -1, False))


X, A = HOLE, Name("A")


@pytest.mark.parametrize(("formula", "text"), [
    (Add(1, -X, evaluate=False), "1 − ·"), (A * X, "A ⊙ ·"), (tanh(X), "tanh(·)"),
    (X / 2, "½ ·"), (1 / X, "1 / ·"), (Piecewise((X, X >= 0), (0, True)), "max(·, 0)"),
    (Piecewise((X, X >= 0), (-X, True)), "|·|"),
    (Piecewise((0, X <= 1), (X, True)), "{0 if · ≤ 1, else ·}"), (X ** 2, "·^2"),
])
def test_functions_are_written_of_a_dot(formula: Expr, text: str) -> None:
    weight = Variable("A", ("m",), Role.PARAMETER, Glyph.named("A"), "", Span.CONSTANT)
    program = replace(symrnn.elman(), variables=(weight,))
    assert plain(MARKS(LabelPrinter(program)(formula))) == text

"""What pages say of a network is right: years, letters, costs."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.backends.latex import LatexPrinter
from symrnn.backends.unicode import UnicodePrinter
from symrnn.cells import architectures
from symrnn.documents.bibliography import year
from symrnn.pipeline import derive
from symrnn.program import Glyph


@pytest.mark.parametrize(("name", "wanted"), [
    ("elman", "1990"), ("bidirectional_rnn", "1997"), ("deep_rnn", "2013"),
    ("deep_bidirectional_lstm", "2013"), ("lstm_1997", "1997"), ("lstm", "2000"),
    ("lstm_peephole", "2002"), ("lstm_layer_norm", "2016"), ("lstm_projection", "2014"),
    ("lstm_coupled", "2017"), ("gru", "2014")])
def test_the_year_is_that_of_who_describes_the_network(name: str, wanted: str) -> None:
    assert year(symrnn.cell(name).bibtex) == wanted


@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_no_symbol_has_the_letter_of_a_size(name: str) -> None:
    """Steps T and samples B are sizes, too."""
    program = symrnn.cell(name)
    sizes = {one.glyph.standing() for one in program.sizes} | {Glyph.named("T"), Glyph.named("B")}
    shown = {one.name: one.glyph.standing() for one in program.variables
             if one.stands_for is None}
    assert [one for one, glyph in shown.items() if glyph in sizes] == []


def test_forward_equations_say_what_is_largest_and_no_cases() -> None:
    program = symrnn.cell("mlstm")
    printer, rows = UnicodePrinter(program), {one.lhs: one for one in program.equations}
    assert printer.right_hand_side(rows["r"]) == "max(a[t], g[t])"
    assert printer.right_hand_side(rows["a"]) == "|s[t]|"


@pytest.mark.parametrize(("name", "bar", "latex", "plain"), [
    ("rwkv4", "wkv_bar", r"\overline{\mathrm{wkv}}_{t}", "w̅k̅v̅[t]"),
    ("lem", "dt_bar", r"\overline{\Delta t}", "Δ̅t̅"), ("elman", "h_bar", r"\bar{h}_{t}", "h̄[t]")])
def test_a_bar_goes_over_all_of_a_symbol(name: str, bar: str, latex: str, plain: str) -> None:
    gradient = derive(symrnn.cell(name)).gradient
    assert LatexPrinter(gradient).glyph(bar) == latex
    assert UnicodePrinter(gradient).glyph(bar) == plain

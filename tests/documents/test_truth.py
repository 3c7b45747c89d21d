"""What pages say of a network is right: years, letters, costs."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn.backends.latex import LatexPrinter
from symrnn.backends.unicode import UnicodePrinter
from symrnn.catalogue import find
from symrnn.cells import architectures
from symrnn.costs import costs
from symrnn.backends.memory import memory
from symrnn.documents.bibliography import year
from symrnn.documents.code_size import code_size
from symrnn.documents.example import worked_example
from symrnn.documents.site import site
from symrnn.documents.vectors import numbers_of
from symrnn.pipeline import derive
from symrnn.program import Glyph, SizeSymbol
from symrnn.runtime import measure
from symrnn.runtime.shapes import Sizes
from symrnn.workflow import pages


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


def test_memory_is_what_the_functions_of_the_c_say() -> None:
    """Beside the formulas stand numbers that the compiled header gives for the same sizes."""
    plan = derive(symrnn.lstm())
    found = costs(plan)
    held = memory(plan, found.parameters, found.saved)
    kernel = symrnn.compile(symrnn.lstm(), "c", "float64", profile="portable")
    params = {name: np.zeros([{"n": 3, "m": 5}[axis] for axis in one.axes])
              for name, one in kernel.parameters.items()}
    engine = kernel.engine
    given = Sizes(plan.program, np.float64)
    given.known.update({"n": 3, "m": 5, "T": 7, "B": 2})
    ready = engine.ready(given)
    sizes = {SizeSymbol(name): size for name, size in (("n", 3), ("m", 5), ("T", 7), ("B", 2))}
    assert [int(one.xreplace(sizes)) for one in held.work] == [
        engine.entries(ready, f"{kind}_work") for kind in ("forward", "backward")]
    assert int(found.saved.xreplace(sizes)) == engine.entries(ready, "tape")
    count = sum(one.size for one in params.values())
    assert [int(one.xreplace(sizes)) for one in held.ram] == [
        4 * (times * count + engine.entries(ready, "tape") + engine.entries(ready, f"{kind}_work"))
        for times, kind in ((1, "forward"), (2, "backward"))]
    assert int(held.inference.xreplace(sizes)) == 4 * (count + engine.entries(ready, "infer_work"))


def test_code_is_measured_where_there_is_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = derive(symrnn.elman())
    for one in code_size(plan, "elman"):
        assert 100 < one.bytes < 5000
        assert one.compiler and "-Os" in one.flags
    monkeypatch.setattr("symrnn.documents.code_size.small_compilers", lambda: ())
    assert code_size(plan, "elman") == ()
    assert measure.SMALL


def test_an_example_of_long_arrays_has_small_sizes() -> None:
    script = worked_example(derive(symrnn.cell("convlstm")), "convlstm").script
    assert len(numbers_of(script.vector)) < 60_000
    assert dict(worked_example(derive(symrnn.lstm()), "lstm").script.vector.sizes)["m"] == 3


def test_paper_tells_variants_that_have_no_page_beside_it() -> None:
    own = [find("gru")]
    assert site(own).page("gru").neighbours == ()
    ((name, files), _) = pages(own, ["en"], "latex")
    (text,) = (text for path, text in files.items() if path.endswith(".tex"))
    assert name == "gru" and "gru" + r"\_reset\_before" in str(text)
    assert r"\section*{See also}" in str(text)

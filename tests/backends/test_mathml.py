"""MathML is what browsers render by themselves, tells of its symbols, and holds no one's code."""

from xml.etree.ElementTree import Element, fromstring

import pytest

import symrnn
from symrnn.backends import mathml
from symrnn.backends.document import printed
from symrnn.pipeline import derive
from symrnn.program import Program

CORE = frozenset("math mrow mi mn mo mtext mspace msub msup msubsup mfrac msqrt mover munder "
                 "mtable mtr mtd".split())
CHILDREN = {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "mover": 2, "munder": 2}


def elements(program: Program) -> list[Element]:
    return [one for equation in printed(program)
            for one in fromstring(mathml.equation(program, equation)).iter()]


@pytest.mark.sweep
@pytest.mark.parametrize("name", sorted(symrnn.cell_names()))
def test_elements_are_those_of_mathml_core(name: str) -> None:
    plan = derive(symrnn.cell(name))
    for program in (plan.program, plan.gradient):
        for one in elements(program):
            assert one.tag in CORE
            assert len(one) == CHILDREN.get(one.tag, len(one))
            assert one.tag not in ("mi", "mn", "mo") or (one.text and not len(one))


def test_every_symbol_of_an_equation_says_its_name() -> None:
    program = symrnn.lstm()
    for equation in printed(program):
        shown = fromstring(mathml.equation(program, equation))
        named = {one.get("data-symbol") for one in shown.iter()} - {None}
        reads = {str(part) for name in equation.reads for part in getattr(
                     program[name].stands_for, "free_symbols", ())}
        own = {name for name in equation.reads if program[name].stands_for is None}
        assert named == own | reads | {equation.lhs}


def test_a_symbol_has_its_name_on_the_outermost_element() -> None:
    text = mathml.symbol(symrnn.lstm(), "W_i")
    assert text == '<math><msub data-symbol="W_i"><mi>W</mi><mi>i</mi></msub></math>'


def test_an_equation_has_the_id_that_a_page_gives_it_and_no_number() -> None:
    program = symrnn.elman()
    text = mathml.equation(program, program.equations[0], 'f-1"><script>')
    assert text.startswith('<math display="block" id="f-1&quot;&gt;&lt;script&gt;">')
    assert "(1)" not in text and "<mtable" not in text


def test_a_long_equation_is_a_table_whose_rows_are_aligned() -> None:
    gradient = derive(symrnn.cell("deep_bidirectional_lstm")).gradient
    found = gradient.definition("x_bar")
    assert found is not None
    (table,) = fromstring(mathml.equation(gradient, found))
    assert table.get("class") == "aligned" and [len(row) for row in table] == [2] * len(table)
    assert len(table) == 2


def test_text_is_escaped() -> None:
    assert mathml.escaped("<b> & \" '\x1b") == "&lt;b&gt; &amp; &quot; &#x27;\\x1b"


def test_a_terminal_shows_every_character() -> None:
    """What is not seen is written as a reference, so that nothing need be spelled out."""
    text = symrnn.show(symrnn.cell("mlstm"), "mathml")
    assert all(line.isprintable() for line in text.splitlines())


def test_a_formula_has_a_partial_derivative_and_no_bar() -> None:
    found = elements(derive(symrnn.cell("fastgrnn")).gradient)
    named = {one.get("data-symbol"): one for one in found}
    for name in ("sigmoid_zeta_bar", "sigmoid_nu_bar"):
        assert named[name].get("data-accent") != "bar"
        assert "∂" in "".join(named[name].itertext())


def test_a_size_is_a_symbol_too() -> None:
    assert mathml.size(symrnn.cell("mlstm"), "d_k") == (
        '<math><msub data-symbol="d_k"><mi>d</mi><mi>k</mi></msub></math>')


def test_the_number_of_a_layer_is_one_element() -> None:
    text = mathml.symbol(symrnn.cell("deep_rnn"), "layer2.h")
    assert "<mn>(2)</mn>" in text and "<mo>(</mo>" not in text


def test_a_row_that_goes_on_begins_with_a_sign_between_two_terms() -> None:
    gradient = derive(symrnn.cell("deep_bidirectional_lstm")).gradient
    found = gradient.definition("x_bar")
    _, *others = fromstring(mathml.equation(gradient, found))[0]
    assert others  # in a row of its own the sign would belong to what follows alone
    assert {tuple(one.tag for one in row[1])[:2] for row in others} == {("mspace", "mo")}


def test_arrows_are_marks_and_minus_is_a_sign() -> None:
    program = symrnn.cell("bidirectional_rnn")
    texts = [mathml.equation(program, one) for one in printed(program)]
    assert any("<mi>→</mi>" in one for one in texts)
    assert not any("<mo>→</mo>" in one or "<mo>←</mo>" in one for one in texts)
    assert any("<mo>−</mo>" in one for one in texts)

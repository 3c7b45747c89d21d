"""Programs as text: the same equations in the terminal, as LaTeX, as JSON and in notebooks."""

import json

import pytest

import symrnn
from symrnn.presentation import jacobian_text
from symrnn.program import Program, UnknownName

PROGRAMS = {
    "cell": symrnn.lstm(),
    "network": symrnn.bidirectional(symrnn.gru()),
    "gradient": symrnn.adjoint(symrnn.lstm(peephole=True)),
    "tangent": symrnn.tangent(symrnn.jordan()),
}
every_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


@every_program
def test_notebooks_show_every_equation(program: Program) -> None:
    latex, html = program._repr_latex_(), program._repr_html_()
    assert latex.startswith("$$") and latex.endswith("$$")
    for equation in program.equations:
        assert rf"\tag{{{equation.number}}}" in latex and f"({equation.number})" in html


def test_html_is_escaped() -> None:
    with symrnn.Cell("evil", "<script>alert(1)</script>") as cell:
        x, h = cell.input("x[n]", "<b>"), cell.state("h[n]", "&")
        h[symrnn.t] = x[symrnn.t] + h[symrnn.t - 1]
    html = cell.build("h")._repr_html_()
    assert "<script>" not in html and "<b>" not in html and "&lt;script&gt;" in html


@every_program
def test_json_holds_equations_variables_and_delays(program: Program) -> None:
    data = json.loads(symrnn.show(program, "json"))
    assert [one["lhs"] for one in data["equations"]] == [one.lhs for one in program.equations]
    assert {one["name"] for one in data["variables"]} == {one.name for one in program.variables}
    assert len(data["delays"]) == len(program.delays)


def test_the_terminal_shows_bars_and_shifted_steps() -> None:
    text = symrnn.show(PROGRAMS["gradient"])
    assert "c̄[t] = z̄_o[t] ⊙ p_o + h̄[t] ⊙ o[t] ⊙ (1 - tanh(c[t])²) + c̄⁻[t+1]" in text


def test_an_unknown_style_is_refused_with_the_list() -> None:
    with pytest.raises(UnknownName, match="there are unicode, latex, json"):
        symrnn.show(PROGRAMS["cell"], "html")


def test_the_state_jacobian_as_formulas() -> None:
    text = jacobian_text(symrnn.elman(readout=False))
    assert text.splitlines() == ["∂a[t]/∂h[t-1] = U",
                                 "∂h[t]/∂h[t-1] = diag(1 - h[t]²) ∂a[t]/∂h[t-1]"]
    by_h, by_c = jacobian_text(symrnn.lstm(peephole=True)).split("\n\n")
    assert "∂z_o[t]/∂h[t-1] = diag(p_o) ∂c[t]/∂h[t-1] + U_o" in by_h
    assert "∂z_f[t]/∂c[t-1] = diag(p_f)" in by_c
    assert "h[t-1]" not in by_c


@pytest.mark.parametrize("name", sorted(symrnn.cells()))
def test_every_state_of_every_cell_has_its_jacobian(name: str) -> None:
    program = symrnn.cell(name)
    columns = jacobian_text(program).split("\n\n")
    assert len(columns) == len(program.delays)
    assert all("∂" in column and "_dot" not in column for column in columns)

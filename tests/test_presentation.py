"""Programs as text: the same equations in the terminal, as LaTeX, as JSON and in notebooks."""

import json
from xml.etree import ElementTree

import pytest

import symrnn
from symrnn.backends.unicode import columns
from symrnn.gradients import gradient
from symrnn.presentation.schedules import schedule, schedule_text
from symrnn.program import Misused, Program, UnknownName

PROGRAMS = {
    "cell": symrnn.lstm(),
    "network": symrnn.bidirectional(symrnn.gru()),
    "gradient": symrnn.adjoint(symrnn.lstm(peephole=True)),
    "tangent": symrnn.tangent(symrnn.jordan()),
}
every_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


@every_program
def test_notebooks_show_every_equation(program: Program) -> None:
    latex, page = program._repr_latex_(), program._repr_html_()
    assert latex.startswith(r"\begin{align*}") and latex.endswith(r"\end{align*}")
    for equation in program.equations:
        assert rf"\tag{{{equation.number}}}" in latex
        assert f"<td>({equation.number})</td>" in page
    ElementTree.fromstring(f"<div>{page}</div>")


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
    assert "c̄[t] = z̄_o[t] ⊙ p_o + h̄[t] ⊙ o[t] ⊙ (1 - tanh²(c[t])) + c̄⁻[t+1]" in text


def test_an_unknown_style_is_refused_with_the_list() -> None:
    with pytest.raises(UnknownName, match="there are unicode, latex, mathml, typst, sympy, json"):
        symrnn.show(PROGRAMS["cell"], "html")


def test_steps_and_the_formula_stand_in_every_style() -> None:
    found = gradient(symrnn.elman(), "U").steps
    first, *latex, formula, last = found.text("latex").splitlines()
    assert (first, last) == (r"\begin{align*}", r"\end{align*}")
    assert formula == r"\frac{\partial L}{\partial U} &= \sum_{t} \bar{a}_{t} \, h^{\top}_{t-1}"
    assert (r"&\quad \text{derivative of a matrix product},\; \frac{\partial a_{t}}{\partial U} "
            r"\text{ in (1)} \; a_{t} = W \, x_{t} + U \, h_{t-1} + b \\") in latex
    data = json.loads(found.text("json"))
    assert data["gradient"] == {"wrt": "U", "of": "L", "latex": formula.replace("&", ""),
                                "text": "∂L/∂U = Σₜ a\u0304[t] h[t-1]ᵀ"}
    assert data["equations"][-1]["steps"] == [
        {"rule": "derivative of a matrix product", "number": 1, "text": "a = W x + U h_prev + b",
         "partial": "∂a[t]/∂U", "partial_latex": r"\frac{\partial a_{t}}{\partial U}",
         "latex": r"a_{t} = W \, x_{t} + U \, h_{t-1} + b"}]
    plain = json.loads(gradient(symrnn.elman(), "U").text("json"))
    assert not any("steps" in one for one in plain["equations"])


def test_a_gradient_by_an_initial_state_stands_where_its_scan_ends() -> None:
    """A scan in reverse starts behind the last step."""
    network = symrnn.cell("bidirectional_rnn")
    ends = {one.initial: str(gradient(network, one.initial)) for one in network.delays}
    assert [text.splitlines()[-1][-3:] for text in ends.values()] == ["[1]", "[T]"]
    latex = gradient(network, [*ends][-1]).text("latex")
    assert latex.splitlines()[-2].endswith(r"= \bar{h}^{\leftarrow,-}_{T}")


def test_the_schedule_as_data() -> None:
    program = symrnn.lstm()
    data = json.loads(schedule(program, "json"))
    assert data["saved"] == ["g_tail", "i_tail", "f_tail", "o_tail", "c", "tanh_c_tail"]
    (scan,) = data["forward"]
    assert scan["order"] == "scan forward" and scan["passes"][0]["axis"] == "m"
    assert [one["ahead"] for one in scan["passes"][0]["products"]] == [True, False]
    assert data["backward"][0]["joining"][0]["order"] == "all steps at once"
    assert schedule(program) == schedule_text(program)
    with pytest.raises(Misused, match="--schedule does not go with --format latex"):
        schedule(program, "latex")


def test_the_derivative_of_a_function_of_a_parameter_is_no_word_under_a_dot() -> None:
    """The table writes it as the equations do, and columns stand in line under accents."""
    for derived, shown in ((symrnn.tangent, "(σ(α))^·"), (symrnn.adjoint, "∂L/∂σ(α)")):
        program = derived(symrnn.cell("fastrnn"))
        _, table, equations = str(symrnn.show(program)).split("\n\n")
        assert any(line.startswith(f"{shown} ") for line in table.splitlines())
        assert f"  {shown} = " in equations
        assert len({columns(line[:line.index(" [")]) for line in table.splitlines()
                    if " [" in line}) == 1


def test_a_schedule_tells_which_loops_run_at_once() -> None:
    layers = schedule_text(symrnn.deep(symrnn.gru(), layers=2))
    assert "forward, by chunks of steps, some steps behind that scan or when it is done: " in layers
    assert "all steps at once, after every few steps of those scans: " in layers
    assert "reverse, by chunks of steps, beside that scan or behind it: " in schedule_text(
        symrnn.bidirectional(symrnn.gru()))

"""How gradients read: in the terminal at 80 columns, as code of SymPy, in notebooks."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy

import symrnn
from symrnn.backends.document import printed
from symrnn.gradients import gradient
from symrnn.gradients.picture import flow_of
from symrnn.gradients.unrolled import unrolled
from symrnn.gradients.values import interpreter, measured
from symrnn.pipeline import derive
from symrnn.program import Misused, Role, UnknownName

CELLS = sorted(symrnn.cell_names())


def columns(line: str) -> int:
    return sum(not unicodedata.combining(one) for one in line)


def test_the_closed_form_of_a_gate() -> None:
    first, where, *others = str(gradient(symrnn.lstm(), "W_f").closed).splitlines()
    assert first.strip() == ("∂L/∂W_f = Σₜ (c\u0304[t] ⊙ c[t-1] ⊙ f[t] ⊙ (1 - f[t])) x[t]ᵀ")
    assert where.strip() == "where"
    assert "   (6)  f[t] = σ(W_f x[t] + U_f h[t-1] + b_f)" in others


def test_a_short_product_stands_in_two_places_and_has_no_name() -> None:
    first, *others = str(gradient(symrnn.elman(), "W").closed).splitlines()
    assert first.strip() == ("∂L/∂W = Σₜ ((Vᵀ (y\u0304[t]) + h\u0304⁻[t+1]) ⊙ (1 - h[t]²)) x[t]ᵀ")
    assert others and not any("a\u0304" in one for one in others)


def test_the_jacobian_of_a_state() -> None:
    found = gradient(symrnn.lstm()).jacobian("h_t", "c_{t-1}")
    assert str(found).strip() == "∂h[t]/∂c[t-1] = diag(o[t] ⊙ (1 - tanh²(c[t])) ⊙ f[t])"
    assert str(found) == str(gradient(symrnn.lstm()).jacobian("h", "c[t-1]"))


def test_a_jacobian_that_is_zero_says_so() -> None:
    found = gradient(symrnn.cell("lstm")).jacobian("o", "c_{t-1}")
    assert str(found).strip() == "∂o[t]/∂c[t-1] = 0" and found.equations == ()


def test_paths_are_products_of_jacobians() -> None:
    text = str(gradient(symrnn.elman(readout=False), "U").unrolled(2))
    assert "(Δ^h[2] + h\u0304⁻[3])ᵀ ∂h[2]/∂h[1] ∂h[1]/∂U" in text
    assert "h\u0304⁻[3] = ∂L/∂h[2]: given, what the loss reads of the final state" in text
    assert "∂h[t]/∂h[t-1] = diag(1 - h[t]²) U" in text


def test_steps_name_the_derivative_and_where_a_cotangent_enters() -> None:
    text = str(gradient(symrnn.lstm(), "W_f", "final.c").steps)
    assert "c\u0304⁻[T+1] = ∂L/∂c[T]: given, what the loss reads of the final state" in text
    assert "L: the loss as far as it reads c[T]" in text and "direct derivative" not in text
    assert "derivative of tanh, ∂tanh(c[t])/∂c[t] in (10) h[t] = tanh(c[t]) ⊙ o[t]" in text
    assert "product rule, ∂c[t]/∂f[t] in (7) c[t] = g[t] ⊙ i[t] + c[t-1] ⊙ f[t]" in text


@pytest.mark.parametrize("name, rules", [
    ("rwkv4", {"quotient rule", "product rule", "derivative of exp", "sum rule"}),
    ("lstm", {"derivative of σ", "derivative of tanh", "product rule", "chain rule through time"}),
    ("mlstm", {"derivative of exp and chain rule", "derivative of max"})])
def test_rules_have_the_names_of_textbooks(name: str, rules: set[str]) -> None:
    found = {step["rule"] for one in gradient(symrnn.cell(name)).steps.data()["equations"]
             for step in one["steps"]}
    assert rules <= found and not any("diff" in one or "contraction" in one for one in found)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_term_names_its_derivative_and_every_cotangent_enters(name: str) -> None:
    found = gradient(symrnn.cell(name)).steps
    notes = [one for one in found.lines if one.note]
    terms = sum(len(one.origins) for one in printed(found.shown))
    told = [one for one in found.lines if one.words.startswith("given")]
    assert len(notes) == terms + 1 and notes[0].note.startswith("a bar")
    assert len(told) == len(found.shown.with_role(Role.COTANGENT))
    assert all(one.partial is not None for one in notes[1:])


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_lines_end_at_operators_before_column_80(name: str) -> None:
    program = symrnn.cell(name)
    for text in (symrnn.show(program).split("\n\n")[-1], str(gradient(program))):
        for line in text.splitlines():
            assert columns(line) <= 80 or not {" + ", " ⊙ "} & {line[place:place + 3] for place in
                                                                range(40, len(line))}, line


@pytest.mark.sweep
@pytest.mark.parametrize("name", CELLS)
def test_every_equation_has_a_number_of_its_own(name: str) -> None:
    program = symrnn.cell(name)
    whole = derive(program).gradient
    numbers = Counter(one.number for one in (*printed(program), *printed(whole)))
    assert set(numbers.values()) == {1}


def test_the_equations_of_a_cell_of_ones_own_have_numbers_of_their_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "own.cell"
    path.write_text("cell own\ninput x[n];  state h[m];  output h\n"
                    "param W_*[m,n], U_*[m,m], b_*[m]\n"
                    "f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)\n"
                    "h[t] = f[t] * h[t-1] + (1 - f[t]) * tanh(W_g @ x[t] + b_g)\n")
    own = symrnn.cell(str(path))
    assert [one.number for one in printed(own)] == [1, 2, 3, 4]
    parts = [one.number for one in own.equations if one not in printed(own)]
    assert parts == [4]  # that of the equation which shows it


def test_a_product_that_is_an_operand_has_a_symbol_that_is_no_product() -> None:
    text = symrnn.show(symrnn.cell("clockwork"))
    assert "W_H_M = M ⊙ W_H" in text and "MW" not in text


def test_equal_terms_of_a_square_are_one() -> None:
    text = str(gradient(symrnn.cell("rwkv7")))
    assert "= 2 a\u0304_s[t][j] κ[t][j,l] + " in text


@pytest.mark.parametrize("name", ["lstm", "mlstm", "lru"])
def test_code_of_sympy_makes_the_same_equations(name: str) -> None:
    program = symrnn.cell(name)
    wrt = program.with_role(Role.PARAMETER)[0].name
    for view in (gradient(program, wrt), gradient(program, wrt).closed):
        known: dict[str, object] = {}
        exec(view.text("sympy"), known)
        for one, other in zip(known["equations"], view.equations, strict=True):  # type: ignore[call-overload]
            assert one.lhs == other.lhs and sympy.expand(one.rhs - other.rhs) == 0
    exec(symrnn.show(program, "sympy"), {})


def test_equations_are_sympys_and_tell_shapes() -> None:
    found = gradient(symrnn.elman(), "U").closed
    n, m = (sympy.Symbol(one, integer=True, positive=True) for one in "nm")
    assert found.shapes["U"] == (m, m) and found.shapes["U_bar"] == (m, m)
    assert found.gradient == found.equations[0] and found.gradient.lhs.base.name == "U_bar"
    t, j = (sympy.Symbol(one, integer=True) for one in "tj")
    h = sympy.IndexedBase("h", shape=(sympy.Symbol("T", integer=True), m))
    recursion = next(one for one in found.equations if one.lhs.base.name == "h_prev_bar")
    slope = sympy.diff(recursion.rhs.args[0], h[t, sympy.Symbol("k", integer=True)])
    assert slope != 0 and n not in slope.free_symbols and j is not None


def test_a_notebook_renders_every_view() -> None:
    found = gradient(symrnn.lstm(), "W_f")
    for view in (found, found.steps, found.closed, found.unrolled(2), found.hessian("W_f"),
                 found.jacobian("h_t", "h_{t-1}")):
        page = view._repr_html_()
        ElementTree.fromstring(page)
        assert "<math" in page and view._repr_latex_().startswith(r"\begin{align*}")
        assert json.loads(view.text("json"))


def test_another_style_is_refused() -> None:
    with pytest.raises(UnknownName, match="there is no style 'html'; there are unicode"):
        gradient(symrnn.elman(), "U").text("html")


def test_numbers_stand_beside_symbols() -> None:
    program, draw = symrnn.elman(readout=False), np.random.default_rng(1)
    arrays = {"x": draw.normal(size=(3, 1, 2)), "W": draw.normal(size=(2, 2)),
              "U": draw.normal(size=(2, 2)), "b": draw.normal(size=2)}
    found = measured(gradient(program, "U"), arrays)
    kernel = symrnn.compile(program, backend="numpy", dtype="float64")
    run = kernel.forward({one: arrays[one] for one in "WUb"}, arrays["x"])
    expected = kernel.backward(run, np.ones_like(run.y))["U"]
    text = str(found)
    for one in expected.flatten():
        assert f"{one:.6f}".rstrip("0") in text
    assert "norm" in text


@pytest.mark.parametrize(("change", "words"), [
    ({"q": np.ones(2)}, "has an array 'q', which is nothing that"),
    ({"U": np.ones(2)}, r"'U' has the shape \[2\]; it is to be \[m, m\]"),
    ({"U": np.ones((2, 3))}, "'U' has m = 3, where another array has 2"),
    ({"x": None}, "no array of the file tells the size T; give one of x"),
    ({"W": None}, r"the file has no array 'W'; it is to have one of the shape \[m, n\]"),
])
def test_arrays_that_do_not_fit_are_told(change: dict[str, object], words: str) -> None:
    arrays = {"x": np.ones((3, 1, 2)), "W": np.ones((2, 2)), "U": np.ones((2, 2)), "b": np.ones(2)}
    given = {name: one for name, one in (arrays | change).items() if one is not None}
    with pytest.raises(Misused, match=words):
        measured(gradient(symrnn.elman(readout=False), "U"), given)  # type: ignore[arg-type]


def test_what_has_no_gradient_over_steps_is_told() -> None:
    with pytest.raises(UnknownName, match=r"no gradient with respect to 'Q'; there are .*W"):
        unrolled(symrnn.elman(), "Q", steps=2)


def test_a_picture_shows_the_paths_of_one_gradient() -> None:
    found = gradient(symrnn.lstm(), "W_f", "final.c")
    lines = flow_of(found).picture.lines
    assert max(one.thickness or 0 for one in lines) == 5.0
    faint = {one.edge.value for one in lines if one.thickness == 0}
    assert "x" in faint  # the gradient of x is none of its paths
    assert flow_of(found).svg == flow_of(found).svg


def test_a_picture_follows_its_arrays() -> None:
    """Where the forget gate is shut, no gradient goes back along the memory."""
    program, sizes = symrnn.lstm(), {"n": 2, "m": 2}
    arrays = {one.name: np.zeros([sizes[axis] for axis in one.axes])
              for one in program.with_role(Role.PARAMETER)}
    arrays |= {"x": np.ones((4, 1, 2)), "b_f": np.full(2, -60.0)}
    shut = flow_of(gradient(program), arrays).picture.lines
    thin = [one.thickness for one in shut if one.edge.value == "c_prev"]
    assert thin and all((one or 0) < 0.81 for one in thin)


def test_a_jacobian_is_by_what_the_step_remembers_and_by_no_step_further_back() -> None:
    found = gradient(symrnn.elman())
    same = [str(found.jacobian("h_t", by)) for by in ("h", "h_{t-1}", "h[t - 1]")]
    assert len(set(same)) == 1
    assert str(found.jacobian("h_t", "x_t")) == str(found.jacobian("h_t", "x"))
    for by in ("h_{t-2}", "h_{t+1}", "h[t+5]", "x_{t-1}"):
        with pytest.raises(UnknownName, match="it remembers h_"):
            found.jacobian("h_t", by)


def test_a_picture_tells_what_its_thickness_means() -> None:
    """What enters from the loss is the largest contribution of Elman's network."""
    found = flow_of(gradient(symrnn.elman()))
    run = interpreter(gradient(symrnn.elman()), None)
    words = [one.words for one in found.picture.keys]
    assert words[0] == f"norm {np.linalg.norm(run.whole('y_bar')):.3g}" and words[-1] == "none"
    assert max(one.thickness or 0 for one in found.picture.lines) == 5.0
    assert all(f">{one}<" in found.svg and one in found.tikz for one in words)
    assert "line width=3.8pt" in found.tikz and "opacity=0.2" in found.tikz


def test_what_flows_into_a_state_is_one_sum() -> None:
    """What the loss reads of h[t] and what the next step sends back are added before the norm."""
    found = gradient(symrnn.lstm())
    run = interpreter(found, None)
    lines = flow_of(found).picture.lines
    largest = max(lines, key=lambda one: one.thickness or 0)
    assert largest.thickness == 5.0
    assert flow_of(found).picture.keys[0].words == f"norm {np.linalg.norm(run.whole('h_bar')):.3g}"


def test_what_is_handed_on_is_no_factor_of_a_path() -> None:
    """An older state comes from its own step, and its derivative by itself says nothing."""
    program = symrnn.cell("taugru")
    text = str(gradient(program, "W_2").unrolled(3))
    assert "h̄⁻⁻[4] = ∂L/∂h[2]: given" in text and "h̄⁻[4] = ∂L/∂h[3]: given" in text
    assert not any(f"∂h[{step}]/∂h[{step}]" in text for step in ("t-1", 1, 2, 3))
    alone = str(gradient(program).jacobian("h_handed_on", "h_{t-1}"))
    assert alone.strip() == "∂h[t-1]/∂h[t-1] = 𝐈"

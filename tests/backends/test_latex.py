"""The documents compile, fit on their pages, and say what the program says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sympy import exp
from sympy.codegen.cfunctions import expm1, log1p

import symrnn
from symrnn.adjoint import tangent
from symrnn.backends.document import printed
from symrnn.backends.latex import equation_latex, latex_backend
from symrnn.backends.latex_math import LatexPrinter, glyph_latex
from symrnn.backends.unicode import UnicodePrinter
from symrnn.cells import architectures
from symrnn.pipeline import derive
from symrnn.program import Glyph, Program, Role
from symrnn.rendering import rendered
from tests.cases import built

NETWORKS: dict[str, Program] = {one.name: built(one.name) for one in architectures()} | {
    "relu": symrnn.elman(activation="relu", output_activation="softplus"),
    "hard": symrnn.elman(activation="hard_sigmoid", output_activation=("elu", 0.3)),
    "loss": symrnn.softmax_cross_entropy(),
    "reverse": symrnn.reverse(symrnn.gru()),
}
COPIES = ("bidirectional_rnn", "deep_rnn", "deep_bidirectional_lstm")  # with equal layers
WIDEST = 5.0  # points beyond the margin


def equations_latex(program: Program) -> list[str]:
    return [equation_latex(program, one) for one in printed(program)]


def document(name: str) -> str:
    return rendered(latex_backend(derive(NETWORKS[name]), name))[f"{name}.tex"]


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex is installed")
@pytest.mark.parametrize("name", NETWORKS)
def test_it_compiles_and_nothing_runs_over_the_margin(name: str, tmp_path: Path) -> None:
    (tmp_path / "page.tex").write_text(document(name), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    for _ in range(3):  # until references are settled
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        log = (tmp_path / "page.log").read_text(encoding="latin-1")
        if "Rerun LaTeX" not in log:
            break
    assert result.returncode == 0, log[-2000:]
    over = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(over, default=0) < WIDEST, re.findall(r"Overfull \\hbox.*\n.*", log)
    assert "Missing character" not in log and "undefined" not in log


@pytest.mark.parametrize("name", NETWORKS)
def test_every_symbol_and_every_equation_is_there(name: str) -> None:
    """Of equal layers the first one; a range of numbers stands for what the others say."""
    text, program = document(name), NETWORKS[name]
    both = (*program.equations, *derive(program).gradient.equations)
    rows = re.findall(r"^([-\d(), ]+) & \(\d", text, re.MULTILINE)  # (3)--(4), (7) & (1)--...
    ranges = re.findall(r"\((\d+)\)(?:--\((\d+)\))?", " ".join(rows))
    likewise = {number for first, last in ranges
                for number in range(int(first), int(last or first) + 1)}
    shown = {one.number for one in both if rf"\tag{{{one.number}}}" in text}
    assert {one.number for one in both} <= shown | likewise
    assert bool(likewise - shown) == (name in COPIES)
    read = {symbol for one in program.equations if one.number in shown for symbol in one.reads}
    for variable in program.with_role(Role.PARAMETER, Role.INPUT):
        if variable.name in read:
            index = "t" if variable.role is Role.INPUT else ""
            assert glyph_latex(variable.glyph, index) in text


def test_the_forget_gate_is_explained_on_its_page() -> None:
    assert "keeps the memory at 1 and erases it at 0" in document("lstm")


def test_terms_stand_in_the_authors_order() -> None:
    lines = equations_latex(symrnn.gru())
    assert lines[0] == r"a_{z,t} = W_{z} \, x_{t} + U_{z} \, h_{t-1} + b_{z}"
    assert lines[7] == r"h_{t} = (1 - z_{t}) \odot \tilde{h}_{t} + z_{t} \odot h_{t-1}"


def test_a_call_inside_a_formula_is_printed_as_itself() -> None:
    backward = equations_latex(derive(symrnn.lstm()).gradient)
    assert any(r"1 - \tanh^{2}(c_{t})" in line for line in backward)


def test_hostile_text_is_escaped() -> None:
    with symrnn.Cell("evil", r"\input{/etc/passwd} 50% & #_^~{") as cell:
        x, h = cell.input("x[n]", "100% $x$"), cell.state("h[n]", r"\write18{ls}")
        h[symrnn.t] = x[symrnn.t] + h[symrnn.t - 1]
    text = rendered(latex_backend(derive(cell.build("h")), "evil"))["evil.tex"]
    assert r"\input{" not in text and r"\write18" not in text
    assert r"50\% \& \#\_" in text and r"100\% \$x\$" in text


def test_arrows_stand_beside_the_letter_where_no_bar_meets_them() -> None:
    text = document("deep_bidirectional_lstm")
    assert r"\bar{z}^{\rightarrow,(1)}_{i,t}" in text and r"U^{\rightarrow,(1),\top}_{g}" in text
    assert "overrightarrow" not in text and "overleftarrow" not in text


def test_a_bar_takes_the_dot_of_an_i() -> None:
    assert r"\bar{\imath}_{t}" in document("lstm") and r"\bar{i}" not in document("lstm")


def test_what_is_given_for_a_final_state_is_no_adjoint_of_a_step() -> None:
    gradient = derive(symrnn.lstm()).gradient
    assert glyph_latex(gradient["final.h_bar"].glyph) == r"\bar{h}^{-}_{T+1}"
    backwards = derive(symrnn.reverse(symrnn.lstm())).gradient
    assert glyph_latex(backwards["final.h_bar"].glyph) == r"\bar{h}^{-}_{0}"


@pytest.mark.parametrize(("name", "symbol", "role"), [
    ("elman", "h", "state"), ("elman", "y", "output"), ("jordan", "h", "intermediate"),
    ("jordan", "y", "state, output"), ("lstm", "c", "state")])
def test_a_role_is_what_the_network_does_with_a_symbol(name: str, symbol: str, role: str) -> None:
    assert re.search(rf"\\texttt{{{symbol}}}}} & .* & {role} &", document(name))


def test_a_selector_has_a_legend_and_a_derived_size_its_value() -> None:
    text = document("deep_bidirectional_lstm")
    assert "its entries $(m_{1} + j, j)$ are 1, all others 0" in text
    assert r"entries of the concatenated output, $2 \, m_{1}$" in text


def test_every_function_is_defined_once() -> None:
    assert document("lstm").count(r"\sigma(x) &= ") == 1
    assert r"\operatorname{ReLU}(x) &= \max(0, x)" in document("relu")
    assert r"\operatorname{hard\,\sigma}_{0.2, 0.5}(x) &= " in document("hard")


def test_a_function_that_tex_has_no_name_for_is_an_operator() -> None:
    with symrnn.Cell("named", "Functions by their names") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[n]", "state")
        h[symrnn.t] = expm1(x[symrnn.t]) + log1p(exp(x[symrnn.t])) + h[symrnn.t - 1]
    text = rendered(latex_backend(derive(cell.build("h")), "named"))["named.tex"]
    assert r"\operatorname{expm1}(x_{t})" in text and r"\operatorname{log1p}(\exp" in text
    assert r"\expm1" not in text and r"\log1p" not in text


def test_nothing_in_a_fraction_is_in_parentheses_for_its_sake() -> None:
    assert r"\frac{1}{4 \, m} \, \sum_{j} (u_{i,t})_{j}" in document("lstm_layer_norm")


def test_the_adjoint_of_a_formula_without_a_letter_is_a_derivative() -> None:
    """A bar stands over a symbol; over a whole formula, or over the name of a function, it hides
    what it is."""
    assert r"\frac{\partial L}{\partial \sigma(\zeta)}" in document("fastgrnn")
    for name in ("fastgrnn", "lru", "rwkv4"):
        text = document(name)
        assert r"\overline{\sigma" not in text and r"\overline{\exp" not in text
        assert not re.search(r"(bar|overline)\{\\mathrm\{(exp|sigmoid|sin|cos)", text)


def test_the_change_of_a_formula_without_a_letter_is_a_dot_behind_it() -> None:
    program = tangent(symrnn.cell("fastrnn"))
    printer = LatexPrinter(program)
    assert printer.symbol("sigmoid_alpha_dot") == r"(\sigma(\alpha))^{ \cdot }"
    assert UnicodePrinter(program).symbol("sigmoid_alpha_dot") == "(σ(α))^·"


def test_a_long_sum_breaks_between_its_terms() -> None:
    gradient = derive(NETWORKS["deep_bidirectional_lstm"]).gradient
    found = gradient.definition("x_bar")
    assert found is not None
    first, last = LatexPrinter(gradient).rows(found)
    assert first.count(r"\bar{z}") == last.count(r"\bar{z}") == 4 and last.startswith(r"&\quad +")


@pytest.mark.parametrize(("name", "latex"), [
    ("W_i", "W_{i}"), ("alpha", r"\alpha"), ("gamma_f", r"\gamma_{f}"), ("rh", r"\mathrm{rh}")])
def test_a_name_suggests_its_glyph(name: str, latex: str) -> None:
    assert glyph_latex(Glyph.named(name)) == latex


def test_a_left_hand_side_has_the_free_indices_of_its_sums() -> None:
    q, _, _, r = equations_latex(symrnn.cell("gla"))[:4]
    assert q == r"(q_{t})_{j,l} = \sum_{p} (W_{q})_{j,l,p} \, (x_{t})_{p}"
    assert r == r"r_{t} = W_{1} \, x_{t}"
    assert r"(\bar{b}_{i})_{j} &= \sum_{t} \sum_{k,l}" in document("convlstm")
    assert r"$(\mathrm{d}q_{t})_{j,l} = \sum_{p} (\mathrm{d}W_{q})_{j,l,p}" in document("gla")


def test_whole_arrays_stand_only_where_all_have_the_same_entries() -> None:
    """Else each has its indices, products of matrices theirs together; no symbol is an index."""
    found = equations_latex(symrnn.cell("gla"))
    assert found[4] == r"(a_{t})_{j,l} = \sum_{p} (W_{2})_{j,l,p} \, (r_{t})_{p} + (b)_{j,l}"
    assert found[6] == (r"(S_{t})_{j,l,p} = (\alpha_{t})_{j,l} \, (S_{t-1})_{j,l,p} + "
                        r"(k_{t})_{j,l} \, (v_{t})_{j,p}")
    assert r"+ (W^{\top}_{1} \, \bar{r}_{t})_{j}" in document("gla")
    assert r"(h_{t})_{j,k} = (\hat{\boldsymbol{A}}_{t})_{j,k} \, (h_{t-1})_{j,k} + " \
        r"(\hat{\boldsymbol{B}}_{t})_{j,k} \, (x_{t})_{j}" in equations_latex(symrnn.cell("s6"))
    assert r"= -(\Delta_{t})_{j} \, \exp((A_{\mathrm{log}})_{j,k})" in document("s6")


def test_behind_cases_nothing_reads_as_part_of_the_last_one() -> None:
    """Their brace stands only in front."""
    text = document("ligru")
    assert r"\left(\begin{cases} 0 &" in text
    assert r"\end{cases}\right) \odot \mathrm{d}a_{\tilde{h},t}" in text
    assert r"\end{cases} \odot" not in text and r"\end{cases} \, " not in text
    assert r"\odot \begin{cases} 0 &" in text  # nothing follows

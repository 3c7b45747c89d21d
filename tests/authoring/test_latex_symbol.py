"""The LaTeX that authors give is read into data, or refused in one sentence."""

import pytest

import symrnn
from symrnn.authoring.latex_symbol import read_symbol
from symrnn.backends.latex_math import glyph_latex
from symrnn.program import ProgramError, glyph_text


@pytest.mark.parametrize(("latex", "again", "terminal"), [
    (r"\tilde{h}", r"\tilde{h}", "h̃"), (r"\tilde h", r"\tilde{h}", "h̃"),
    (r"\tilde{i}", r"\tilde{\imath}", "i\u0303"), (r"\hat{\kappa}", r"\hat{\kappa}", "κ̂"),
    (r"\Delta t", r"\Delta t", "Δt"), ("g^y", "g^{y}", "g^y"), (r"\ell", r"\ell", "ℓ"),
    (r"m^{\mathrm{tot}}", r"m^{\mathrm{tot}}", "m^tot"), (r"\lambda", r"\lambda", "λ"),
    (r"W_{i,j}^{(1)}", "W^{(1)}_{i,j}", "W⁽¹⁾_i_j"), ("x'", r"x\prime", "x′"),
    (r"\mathbf{W}", r"\boldsymbol{W}", "𝐖"), (r"\mathcal{L}", r"\mathcal{L}", "ℒ"),
    (r"\mathrm{a\_b}", r"\mathrm{a\_b}", "a_b"), (r"\bar{\tilde{c}}", r"\bar{\tilde{c}}", "c̃̄")])
def test_a_symbol_is_read(latex: str, again: str, terminal: str) -> None:
    assert glyph_latex(read_symbol(latex)) == again
    assert glyph_text(read_symbol(latex)) == terminal


@pytest.mark.parametrize("latex", [
    "", " ", "^", "x^", "x_", "x^a^b", "{x", "x}", r"\frac{a}{b}", r"\tilde", r"\tilde{}",
    r"\input{secret}", "$x$", r"\mathrm{}", r"\mathrm{a\b}", r"\mathrm{a b", r"\mathrm ab",
    r"\mathsf{x}", "x_{a", "x_{,a}", "é"])
def test_what_is_no_symbol_is_refused(latex: str) -> None:
    with pytest.raises(ProgramError, match="is no symbol in LaTeX; symrnn reads letters"):
        read_symbol(latex)


def test_the_door_names_the_cell_and_the_symbol() -> None:
    with (symrnn.Cell("my", "My cell") as cell,
          pytest.raises(ProgramError, match=r"^my: 'z': '.*frac.*' is no symbol in LaTeX")):
        cell.symbol("z[m]", "gate", latex=r"\frac{z}{2}")

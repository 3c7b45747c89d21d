"""The derived LSTM backward pass is the published one (Greff et al., arXiv 1503.04069).

Appendix A of the paper, in its letters: y the block output, c the memory, z, i, f, o the block
input and the gates after, and bars over pre-activations; Delta comes from above. Ours: y is h,
the paper's z after squashing is g, its delta z of the pre-activation is z_bar, and so on.
"""

import pytest
from sympy import Expr, Symbol, expand, simplify, tanh

import symrnn
from symrnn.adjoint import adjoint
from symrnn.adjoint.published import published, shifted_name
from symrnn.backends.latex_math import glyph_latex
from symrnn.program import Ein, Program


def s(name: str) -> Symbol:
    return Symbol(name)


def after(name: str) -> Symbol:
    """The symbol one step later."""
    return Symbol(shifted_name(name, 1))


def transposed(matrix: str, vector: Symbol) -> Ein:
    return Ein("ij,i->j", s(matrix), vector)


def outer(left: str, right: str) -> Ein:
    return Ein("i,j->ij", s(left), s(right))


GATES = {"g": "z_bar", "i": "z_i_bar", "f": "z_f_bar", "o": "z_o_bar"}


def greff(peephole: bool) -> dict[str, Expr]:
    """The paper's equations, peephole terms with p, in the order of appendix A."""
    p = 1 if peephole else 0
    y, i, f, o, g = (s(one) for one in ("h_bar", "i", "f", "o", "g"))
    squashed = s("tanh_c")
    delta_c, cotangents = s("c_bar"), {gate: s(bar) for gate, bar in GATES.items()}
    equations = {
        "h_bar": s("Delta_h") + sum(transposed(f"U_{gate}", after(bar))
                                    for gate, bar in GATES.items()),
        "z_o_bar": y * squashed * o * (1 - o),
        "c_bar": (y * o * (1 - squashed ** 2) + p * s("p_o") * cotangents["o"]
                  + p * s("p_i") * after("z_i_bar") + p * s("p_f") * after("z_f_bar")
                  + after("c_bar") * after("f")),
        "z_f_bar": delta_c * s("c_prev") * f * (1 - f),
        "z_i_bar": delta_c * g * i * (1 - i),
        "z_bar": delta_c * i * (1 - g ** 2),
        "x_bar": sum(transposed(f"W_{gate}", bar) for gate, bar in cotangents.items()),
    }
    for gate, bar in GATES.items():
        equations[f"W_{gate}_bar"] = outer(bar, "x")
        equations[f"U_{gate}_bar"] = outer(bar, "h_prev")
        equations[f"b_{gate}_bar"] = Ein("i->i", s(bar))
    if peephole:
        equations["p_i_bar"] = Ein("i,i->i", s("z_i_bar"), s("c_prev"))
        equations["p_f_bar"] = Ein("i,i->i", s("z_f_bar"), s("c_prev"))
        equations["p_o_bar"] = Ein("i,i->i", s("z_o_bar"), s("c"))
    return equations


def lstm_published(peephole: bool) -> Program:
    return published(adjoint(symrnn.lstm(peephole=peephole)))


@pytest.mark.parametrize("peephole", [False, True])
def test_every_equation_of_appendix_a_is_derived(peephole: bool) -> None:
    derived = {one.lhs: one.rhs for one in lstm_published(peephole).equations}
    wanted = greff(peephole)
    assert derived.keys() == wanted.keys()
    for name, expression in wanted.items():
        assert simplify(expand(derived[name]) - expand(expression)) == 0, name


def test_the_comparison_can_fail() -> None:
    derived = {one.lhs: one.rhs for one in lstm_published(False).equations}
    assert simplify(expand(derived["h_bar"]) - expand(greff(False)["h_bar"] + s("h"))) != 0
    assert derived.keys() != greff(True).keys()


def test_no_delay_is_left_and_every_shift_has_its_glyph() -> None:
    program = lstm_published(True)
    assert not program.delays
    assert glyph_latex(program[shifted_name("z_i_bar", 1)].glyph, "t") == r"\bar{z}_{i,t+1}"
    assert tanh(Symbol("c")) == program["tanh_c"].stands_for


def test_a_remembered_value_one_step_on_is_the_value_itself() -> None:
    """In a GRU the update gate of the next step scales h_prev there, which is h here."""
    program = published(adjoint(symrnn.gru()))
    assert glyph_latex(program[shifted_name("z", 1)].glyph, "t") == "z_{t+1}"


def test_the_reverse_direction_looks_back() -> None:
    program = published(adjoint(symrnn.reverse(symrnn.elman(readout=False))))
    assert shifted_name("a_bar", -1) in program

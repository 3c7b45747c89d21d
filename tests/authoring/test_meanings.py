"""Words about parameters come from what the equations do with them."""

from __future__ import annotations

import pytest
from sympy import exp

import symrnn
from symrnn import Cell, t
from symrnn.cellfile import parse
from symrnn.program import Role


def meanings(program: symrnn.Program) -> dict[str, str]:
    return {one.name: one.meaning for one in program.with_role(Role.PARAMETER)}


def test_a_word_tells_the_use_and_no_use_no_word() -> None:
    with Cell("own", "Parameters of all uses") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, g, k, c = cell.parameters("W[m,n] g[n] k[m] c", "that multiply")
        b, d = cell.parameters("b[m] d", "that is added")
        e, s = cell.parameters("e[m] s[m]", "read in other ways")
        own = cell.parameter("own[m]", "its author's words")
        a = cell.symbol("a", "share")
        a[t] = cell.contract("i,i->", g, x[t]) + d
        h[t] = (W @ x[t] + c * h[t - 1] + k * a[t] + b + exp(e) * h[t - 1] + s + s * h[t - 1]
                + 2 * own)
    assert meanings(cell.build("h")) == {
        "W": "weights that multiply", "g": "weights that multiply", "k": "weights that multiply",
        "c": "coefficient that multiply", "b": "bias that is added", "d": "bias that is added",
        "e": "read in other ways", "s": "read in other ways", "own": "its author's words"}


def test_a_parameter_that_also_stands_alone_is_no_weight() -> None:
    program = parse("cell own\ninput x[m]; state h[m], q[m]; output h\nparam k[m], g[m]\n"
                    "q[t] = k\nh[t] = k * h[t-1] + g * x[t] + q[t-1]")
    assert meanings(program) == {"k": "parameter", "g": "weights"}


@pytest.mark.parametrize(("name", "wanted"), [
    ("mlstm", {"w_i": "weights of the input gate", "w_f": "weights of the forget gate",
               "b_i": "bias of the input gate", "W_q": "weights of the query",
               "b_q": "bias of the query"}),
    ("sru", {"v_f": "weights of the forget gate", "v_r": "weights of the reset gate",
             "b_f": "bias of the forget gate"}),
    ("brc", {"w_a": "weights of the feedback from the unit's own state"}),
    ("lmu", {"e_x": "weights of the encoder", "e_h": "weights of the encoder"}),
    ("lstm_layer_norm", {"alpha_3": "gain of c", "b_i": "bias of the input gate"}),
])
def test_cells_say_what_their_parameters_are(name: str, wanted: dict[str, str]) -> None:
    network = symrnn.cell(name)
    assert {key: meanings(network)[key] for key in wanted} == wanted
    shown = symrnn.show(network).splitlines()
    for key, meaning in wanted.items():
        assert any(f" {key} " in row and row.endswith(meaning) for row in shown), key
    for kind in ("tex", "h"):
        text = symrnn.generate(network, name)[f"{name}.{kind}"]
        assert all(meaning in text for meaning in wanted.values())


def test_a_cell_file_without_words_gets_the_same() -> None:
    program = parse("""cell own
input x[n]; state h[m]; output h
param W_*[m,n], u[m], b[m], k, e[m], own[m] "its author's words"
h[t] = tanh(W_h @ x[t] + u * h[t-1] + b + exp(e) * k + own)
""")
    assert meanings(program) == {"W_h": "weights", "u": "weights", "b": "bias",
                                 "k": "coefficient", "e": "parameter",
                                 "own": "its author's words"}

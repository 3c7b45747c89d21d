"""Gated recurrent unit, in both published forms: reset before or after the product."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = "K. Cho et al., Learning phrase representations using RNN encoder-decoder, arXiv 1406.1078"
BEFORE = "Reset before the product, as in version 3 of the paper: $U_n (r h)$."
AFTER = "Reset after the product, as in version 1 of the paper and in cuDNN: $r (U_n h + c_n)$."
NAMED = "The subscript of the candidate's parameters is PyTorch's: the first letter of new."
KEEPS = "The update gate $z$ keeps the old state at 1 and replaces it at 0."

BIBTEX = """
@inproceedings{cho2014learning,
  title = {Learning Phrase Representations using {RNN} Encoder-Decoder for Statistical
           Machine Translation},
  author = {Cho, Kyunghyun and van Merri{\\"e}nboer, Bart and Gulcehre, Caglar and
            Bahdanau, Dzmitry and Bougares, Fethi and Schwenk, Holger and Bengio, Yoshua},
  booktitle = {Proceedings of EMNLP}, pages = {1724--1734}, year = {2014}
}"""


@register("gru", "Gated recurrent unit, reset after the product",
          tags="gated classic nonlinear-dense")
@register("gru_reset_before", "Gated recurrent unit, reset before the product",
          tags="gated nonlinear-dense", reset_after=False)
def gru(reset_after: bool = True, gate_activation: ActivationChoice = "sigmoid",
        activation: ActivationChoice = "tanh") -> Program:
    """GRU: an update gate z, a reset gate r, a candidate n.

    Parameters ``W_z [m, n]``, ``U_z [m, m]``, ``b_z [m]``, then ``_r``, ``_n``, and with
    ``reset_after`` the inner bias ``c_n [m]``. State ``h``. Source: Cho et al., arXiv
    1406.1078, v1 (reset after) and v3 (reset before). Raises ValueError for an unknown
    activation, and for what an option does not take.
    """
    gate, squash = function(gate_activation), function(activation)
    notes = [KEEPS, NAMED, AFTER if reset_after else BEFORE]
    with Cell("gru", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        a_z = cell.symbol("a_z[m]", "pre-activation of the update gate")
        a_r = cell.symbol("a_r[m]", "pre-activation of the reset gate")
        a_n = cell.symbol("a_n[m]", "pre-activation of the candidate")
        z = cell.symbol("z[m]", "update gate: 1 keeps the old state, 0 replaces it")
        r = cell.symbol("r[m]", "reset gate: 0 forgets the old state in the candidate")
        q = cell.symbol("q[m]", "what the candidate sees of the old state")
        n = cell.symbol("n[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_z, U_z, b_z = cell.parameters("W_z[m,n] U_z[m,m] b_z[m]", "of the update gate")
        W_r, U_r, b_r = cell.parameters("W_r[m,n] U_r[m,m] b_r[m]", "of the reset gate")
        W_n, U_n, b_n = cell.parameters("W_n[m,n] U_n[m,m] b_n[m]", "of the candidate")

        a_z[t] = W_z @ x[t] + U_z @ h[t - 1] + b_z
        z[t] = gate(a_z[t])
        a_r[t] = W_r @ x[t] + U_r @ h[t - 1] + b_r
        r[t] = gate(a_r[t])
        if reset_after:
            c_n = cell.parameter("c_n[m]", "inner bias of the candidate")
            q[t] = U_n @ h[t - 1] + c_n
            a_n[t] = W_n @ x[t] + r[t] * q[t] + b_n
        else:
            q[t] = r[t] * h[t - 1]
            a_n[t] = W_n @ x[t] + U_n @ q[t] + b_n
        n[t] = squash(a_n[t])
        h[t] = (1 - z[t]) * n[t] + z[t] * h[t - 1]
    return cell.build("h")

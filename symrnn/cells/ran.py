"""Recurrent additive network: a memory that is a weighted sum of inputs."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = "K. Lee, O. Levy, L. Zettlemoyer, Recurrent additive networks, arXiv 1705.07393"
BIBTEX = """@article{lee2017recurrent,
  title = {Recurrent Additive Networks},
  author = {Lee, Kenton and Levy, Omer and Zettlemoyer, Luke},
  journal = {arXiv preprint arXiv:1705.07393}, year = {2017}
}"""
NOTES = [
    "The content $W_c x$ has no bias, as in the paper; some libraries add one.",
    "The paper's output function $g$ is tanh or the identity: `activation='linear'`.",
]


@register("ran", "Recurrent additive network", tags="gated nonlinear-dense")
def ran(gate_activation: ActivationChoice = "sigmoid",
        activation: ActivationChoice = "tanh") -> Program:
    """RAN: an LSTM without a candidate layer; the memory shows which inputs it weighs.

    Parameters ``W_c [m, n]``, ``W_i [m, n]``, ``U_i [m, m]``, ``b_i [m]``, then ``_f``.
    States ``h``, ``c``.
    """
    gate, g = function(gate_activation), function(activation)
    with Cell("ran", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        s = cell.symbol("s[m]", "content of the input", r"\tilde{c}")
        i = cell.symbol("i[m]", "input gate: 1 writes, 0 does not")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory, 0 erases it")
        c = cell.state("c[m]", "memory")
        h = cell.state("h[m]", "output of the cell")
        W_c = cell.parameter("W_c[m,n]", "weights of the content")
        W_i, U_i, b_i = cell.parameters("W_i[m,n] U_i[m,m] b_i[m]", "of the input gate")
        W_f, U_f, b_f = cell.parameters("W_f[m,n] U_f[m,m] b_f[m]", "of the forget gate")

        s[t] = W_c @ x[t]
        i[t] = gate(W_i @ x[t] + U_i @ h[t - 1] + b_i)
        f[t] = gate(W_f @ x[t] + U_f @ h[t - 1] + b_f)
        c[t] = i[t] * s[t] + f[t] * c[t - 1]
        h[t] = g(c[t])
    return cell.build("h")

"""Minimal gated unit: a GRU with a single gate."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("G.-B. Zhou, J. Wu, C.-L. Zhang, Z.-H. Zhou, Minimal gated unit for recurrent neural "
          "networks, arXiv 1603.09420")
BIBTEX = """@article{zhou2016minimal,
  title = {Minimal Gated Unit for Recurrent Neural Networks},
  author = {Zhou, Guo-Bing and Wu, Jianxin and Zhang, Chen-Lin and Zhou, Zhi-Hua},
  journal = {International Journal of Automation and Computing},
  volume = {13}, number = {3}, pages = {226--234}, year = {2016}
}"""
NOTES = [
    "The paper calls $f$ the forget gate, yet $f = 1$ replaces the old state and $f = 0$ keeps it.",
    "The paper's $W_f [h, x]$ is $U_f h + W_f x$ here. The gate acts before the product with "
    "$U_h$.",
]


@register("mgu", "Minimal gated unit", tags="gated nonlinear-dense")
def mgu(gate_activation: ActivationChoice = "sigmoid",
        activation: ActivationChoice = "tanh") -> Program:
    """MGU: one gate resets and updates, for a GRU with a third fewer parameters.

    Parameters ``W_f [m, n]``, ``U_f [m, m]``, ``b_f [m]``, then ``_h``. State ``h``.
    """
    gate, squash = function(gate_activation), function(activation)
    with Cell("mgu", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        f = cell.symbol("f[m]", "gate: 1 replaces the old state, 0 keeps it")
        s = cell.symbol("s[m]", "candidate for the new state", r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_f, U_f, b_f = cell.parameters("W_f[m,n] U_f[m,m] b_f[m]", "of the gate")
        W_h, U_h, b_h = cell.parameters("W_h[m,n] U_h[m,m] b_h[m]", "of the candidate")

        f[t] = gate(W_f @ x[t] + U_f @ h[t - 1] + b_f)
        s[t] = squash(W_h @ x[t] + U_h @ (f[t] * h[t - 1]) + b_h)
        h[t] = (1 - f[t]) * h[t - 1] + f[t] * s[t]
    return cell.build("h")

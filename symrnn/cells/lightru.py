"""LightRU: one gate, and a candidate that sees the input alone."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("H. Ye et al., Light recurrent unit: towards an interpretable recurrent neural network "
          "for modeling long-range dependency, Electronics 13 (2024), 3204")
BIBTEX = """@article{ye2024light,
  title = {Light Recurrent Unit: Towards an Interpretable Recurrent Neural Network for Modeling
           Long-Range Dependency},
  author = {Ye, Hong and Zhang, Yibing and Liu, Huizhou and Li, Xuannong and Chang, Jiaming and
            Zheng, Hui},
  journal = {Electronics},
  volume = {13},
  number = {16},
  pages = {3204},
  year = {2024}
}"""
GATE = "The gate $f$ replaces the old state at 1 and keeps it at 0, against the usual forget gate."
NAME = ("The paper abbreviates it to LRU, which today means the linear recurrent unit. Its stack "
        "recurrent cell, which changes the activation, is left out; other libraries add a bias to "
        "the candidate.")


@register("lightru", "Light recurrent unit", tags="gated nonlinear-dense")
def lightru(gate_activation: ActivationChoice = "sigmoid",
            activation: ActivationChoice = "tanh") -> Program:
    """Easy to read and small: one gate says how much of the new input replaces the state.

    Parameters ``W_h [m, n]``, ``W_f [m, n]``, ``U_f [m, m]``, ``b_f [m]``. State ``h [m]``.
    Source: Ye et al., Electronics 13 (2024).
    """
    gate, squash = function(gate_activation), function(activation)
    with Cell("lightru", source=SOURCE, notes=[GATE, NAME], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        f = cell.symbol("f[m]", "gate: 0 keeps the old state, 1 replaces it")
        h = cell.state("h[m]", "hidden state")
        W_h = cell.parameter("W_h[m,n]", "weights of the candidate")
        W_f, U_f, b_f = cell.parameters("W_f[m,n] U_f[m,m] b_f[m]", "of the gate")

        htilde[t] = squash(W_h @ x[t])
        f[t] = gate(W_f @ x[t] + U_f @ h[t - 1] + b_f)
        h[t] = (1 - f[t]) * h[t - 1] + f[t] * htilde[t]
    return cell.build("h")

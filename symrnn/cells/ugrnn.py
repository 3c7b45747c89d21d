"""UGRNN: a plain recurrent network with an update gate."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("J. Collins, J. Sohl-Dickstein, D. Sussillo, Capacity and trainability in recurrent "
          "neural networks, arXiv 1611.09913")
BIBTEX = """@inproceedings{collins2017capacity,
  title = {Capacity and Trainability in Recurrent Neural Networks},
  author = {Collins, Jasmine and Sohl-Dickstein, Jascha and Sussillo, David},
  booktitle = {International Conference on Learning Representations},
  note = {arXiv:1611.09913}, year = {2017}
}"""
NOTES = [
    "The update gate $g$ keeps the old state at 1 and replaces it at 0.",
    "The paper adds a fixed forget bias inside the gate; here it is part of $b_g$.",
]


@register("ugrnn", "Update gate network", tags="gated nonlinear-dense")
def ugrnn(gate_activation: ActivationChoice = "sigmoid",
          activation: ActivationChoice = "tanh") -> Program:
    """UGRNN: one update gate over a plain network, easy to train and cheap.

    Parameters ``W_c [m, n]``, ``U_c [m, m]``, ``b_c [m]``, then ``_g``. State ``h``.
    """
    gate, squash = function(gate_activation), function(activation)
    with Cell("ugrnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        c = cell.symbol("c[m]", "candidate for the new state")
        g = cell.symbol("g[m]", "update gate: 1 keeps the old state, 0 replaces it")
        h = cell.state("h[m]", "hidden state")
        W_c, U_c, b_c = cell.parameters("W_c[m,n] U_c[m,m] b_c[m]", "of the candidate")
        W_g, U_g, b_g = cell.parameters("W_g[m,n] U_g[m,m] b_g[m]", "of the update gate")

        c[t] = squash(W_c @ x[t] + U_c @ h[t - 1] + b_c)
        g[t] = gate(W_g @ x[t] + U_g @ h[t - 1] + b_g)
        h[t] = g[t] * h[t - 1] + (1 - g[t]) * c[t]
    return cell.build("h")

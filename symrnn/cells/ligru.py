"""Light GRU: no reset gate, and rectified linear units."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("M. Ravanelli, P. Brakel, M. Omologo, Y. Bengio, Light gated recurrent units for speech "
          "recognition, arXiv 1803.10225")
BIBTEX = """@article{ravanelli2018light,
  title = {Light Gated Recurrent Units for Speech Recognition},
  author = {Ravanelli, Mirco and Brakel, Philemon and Omologo, Maurizio and Bengio, Yoshua},
  journal = {IEEE Transactions on Emerging Topics in Computational Intelligence},
  volume = {2}, number = {2}, pages = {92--102}, year = {2018}
}"""
NOTES = [
    "The batch normalisation of $W_z x$ and $W_h x$ is left out: it couples the samples of a "
    "batch. What it shifts by is here $b_z$ and $b_h$; a trained one folds into $W$ and $b$.",
    "The update gate $z$ keeps the old state at 1 and replaces it at 0.",
]


@register("ligru", "Light gated recurrent unit", tags="gated nonlinear-dense")
def ligru(gate_activation: ActivationChoice = "sigmoid",
          activation: ActivationChoice = "relu") -> Program:
    """Li-GRU: a GRU with a third fewer parameters, made for speech recognition.

    Parameters ``W_z [m, n]``, ``U_z [m, m]``, ``b_z [m]``, then ``_h``. State ``h``.
    """
    gate, squash = function(gate_activation), function(activation)
    with Cell("ligru", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "update gate: 1 keeps the old state, 0 replaces it")
        s = cell.symbol("s[m]", "candidate for the new state", r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_z, U_z, b_z = cell.parameters("W_z[m,n] U_z[m,m] b_z[m]", "of the update gate")
        W_h, U_h, b_h = cell.parameters("W_h[m,n] U_h[m,m] b_h[m]", "of the candidate")

        z[t] = gate(W_z @ x[t] + U_z @ h[t - 1] + b_z)
        s[t] = squash(W_h @ x[t] + U_h @ h[t - 1] + b_h)
        h[t] = z[t] * h[t - 1] + (1 - z[t]) * s[t]
    return cell.build("h")

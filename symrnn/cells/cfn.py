"""Chaos-free network: a gated network whose state dies out when its input does."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("T. Laurent and J. von Brecht, A recurrent neural network without chaos, ICLR 2017, "
          "arXiv 1612.06212, equations (1) to (3)")
BIBTEX = """@inproceedings{laurent2017recurrent,
  title = {A recurrent neural network without chaos},
  author = {Laurent, Thomas and von Brecht, James},
  booktitle = {International Conference on Learning Representations},
  year = {2017},
  eprint = {1612.06212},
  archivePrefix = {arXiv}
}"""
ORDER = "The paper writes $h$ first; here the gates that it reads stand before it."


@register("cfn", "Chaos-free network", tags="gated nonlinear-dense")
def cfn() -> Program:
    """Predictable memory: without input every unit relaxes to zero, in its own time.

    Parameters ``W [m, n]``, ``U_theta [m, m]``, ``V_theta [m, n]``, ``b_theta [m]``, then
    ``_eta``. State ``h``. Source: Laurent and von Brecht, arXiv 1612.06212.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("cfn", source=SOURCE, notes=[ORDER], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        theta = cell.symbol("theta[m]", "horizontal or forget gate: 1 keeps the state")
        eta = cell.symbol("eta[m]", "vertical or input gate: 1 lets the input in")
        h = cell.state("h[m]", "hidden state")
        U_theta, V_theta, b_theta = cell.parameters(
            "U_theta[m,m] V_theta[m,n] b_theta[m]", "of the forget gate")
        U_eta, V_eta, b_eta = cell.parameters("U_eta[m,m] V_eta[m,n] b_eta[m]", "of the input gate")
        W = cell.parameter("W[m,n]", "weights from the input")

        theta[t] = sigmoid(U_theta @ h[t - 1] + V_theta @ x[t] + b_theta)
        eta[t] = sigmoid(U_eta @ h[t - 1] + V_eta @ x[t] + b_eta)
        h[t] = theta[t] * tanh(h[t - 1]) + eta[t] * tanh(W @ x[t])
    return cell.build("h")

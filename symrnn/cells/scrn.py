"""SCRN: a plain recurrent network beside a layer that changes slowly."""

from __future__ import annotations

from sympy import Rational

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("T. Mikolov, A. Joulin, S. Chopra, M. Mathieu, M. Ranzato, Learning longer memory in "
          "recurrent neural networks, arXiv 1412.7753")
BIBTEX = """@inproceedings{mikolov2015learning,
  title = {Learning Longer Memory in Recurrent Neural Networks},
  author = {Mikolov, Tomas and Joulin, Armand and Chopra, Sumit and Mathieu, Michael and
            Ranzato, Marc'Aurelio},
  booktitle = {International Conference on Learning Representations, Workshop Track},
  note = {arXiv:1412.7753}, year = {2015}
}"""
NOTES = [
    "$alpha$ is one number between 0 and 1, which the paper holds at 0.95. Here it is a "
    "parameter: leave it out of the training to follow the paper. Its variant with a learned "
    "share for each unit is left out.",
    "The hidden layer sees the input itself, $A x$, besides the context; some libraries drop it.",
    "As in the paper there are no biases, and the context units see no hidden ones.",
]


@register("scrn", "Structurally constrained recurrent network", tags="leaky nonlinear-dense")
def scrn(activation: ActivationChoice = "sigmoid", output_activation: ActivationChoice = "linear",
         readout: bool = True) -> Program:
    """SCRN: context units that average slowly, for topics that outlast a sentence.

    Parameters ``B [k, n]``, ``alpha``, ``P [m, k]``, ``A [m, n]``, ``R [m, m]``, and with
    ``readout`` ``U [p, m]``, ``V [p, k]``. States ``s``, ``h``. Without, the output is ``h``.
    """
    phi, psi = function(activation), function(output_activation)
    with Cell("scrn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        s = cell.state("s[k]", "context: a slow average of the input")
        h = cell.state("h[m]", "hidden layer")
        B = cell.parameter("B[k,n]", "weights of the context from the input", latex=r"\mathbf{B}")
        alpha = cell.parameter("alpha", "share of the context that stays", drawn=Rational(19, 20))
        P = cell.parameter("P[m,k]", "weights of the hidden layer from the context")
        A = cell.parameter("A[m,n]", "weights of the hidden layer from the input")
        R = cell.parameter("R[m,m]", "weights of the hidden layer from itself")

        s[t] = (1 - alpha) * (B @ x[t]) + alpha * s[t - 1]
        h[t] = phi(P @ s[t] + A @ x[t] + R @ h[t - 1])
        if readout:
            y = cell.symbol("y[p]", "output")
            U = cell.parameter("U[p,m]", "weights of the output from the hidden layer")
            V = cell.parameter("V[p,k]", "weights of the output from the context")
            y[t] = psi(U @ h[t] + V @ s[t])
    return cell.build("y" if readout else "h")

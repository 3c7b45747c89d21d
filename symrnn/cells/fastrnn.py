"""FastRNN: a plain recurrent network with a weighted residual connection."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("A. Kusupati et al., FastGRNN: a fast, accurate, stable and tiny kilobyte sized gated "
          "recurrent neural network, arXiv 1901.02358")
BIBTEX = """@inproceedings{kusupati2018fastgrnn,
  title = {{FastGRNN}: A Fast, Accurate, Stable and Tiny Kilobyte Sized Gated Recurrent Neural
           Network},
  author = {Kusupati, Aditya and Singh, Manish and Bhatia, Kush and Kumar, Ashish and
            Jain, Prateek and Varma, Manik},
  booktitle = {Advances in Neural Information Processing Systems}, volume = {31}, year = {2018}
}"""
NOTES = [
    "The paper's weights $alpha$ and $beta$ lie between 0 and 1 through a sigmoid. The parameters "
    "are what goes into it, as in the authors' code, which starts them at -3 and 3.",
]


@register("fastrnn", "Network with a weighted residual connection",
          tags="leaky residual nonlinear-dense")
def fastrnn(activation: ActivationChoice = "tanh") -> Program:
    """FastRNN: a plain network that trains stably, for two more numbers.

    Parameters ``W [m, n]``, ``U [m, m]``, ``b [m]``, ``alpha``, ``beta``. State ``h``.
    """
    phi, sigmoid = function(activation), function("sigmoid")
    with Cell("fastrnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        s = cell.symbol("s[m]", "candidate for the new state", r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the candidate")
        alpha = cell.parameter("alpha", "weight of the candidate, before its sigmoid", drawn=-3)
        beta = cell.parameter("beta", "weight of the old state, before its sigmoid", drawn=3)

        s[t] = phi(W @ x[t] + U @ h[t - 1] + b)
        h[t] = sigmoid(alpha) * s[t] + sigmoid(beta) * h[t - 1]
    return cell.build("h")

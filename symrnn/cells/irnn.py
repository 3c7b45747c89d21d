"""IRNN: a plain recurrent network of rectified linear units that starts at the identity."""

from __future__ import annotations

from sympy import Eq, Piecewise

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, IndexSymbol, Program
from symrnn.program import activation as function

SOURCE = ("Q. V. Le, N. Jaitly, G. E. Hinton, A simple way to initialize recurrent networks of "
          "rectified linear units, arXiv 1504.00941")
BIBTEX = """@article{le2015simple,
  title = {A Simple Way to Initialize Recurrent Networks of Rectified Linear Units},
  author = {Le, Quoc V. and Jaitly, Navdeep and Hinton, Geoffrey E.},
  journal = {arXiv preprint arXiv:1504.00941}, year = {2015}
}"""
NOTES = [
    "What makes it an IRNN is its start, which no equation shows: $U$ is the identity (or a small "
    "multiple of it, for tasks with short memory), $b$ is zero, $W$ is small and random.",
]


@register("irnn", "Network of rectified linear units", tags="plain nonlinear-dense")
def irnn(activation: ActivationChoice = "relu") -> Program:
    """IRNN: the simplest network that learns long gaps, given the right start.

    Parameters ``W [m, n]``, ``U [m, m]``, ``b [m]``. State ``h``.
    """
    phi = function(activation)
    with Cell("irnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        h = cell.state("h[m]", "hidden state")
        W = cell.parameter("W[m,n]", "weights of the hidden layer")
        identity = Piecewise((1, Eq(*map(IndexSymbol.at, range(2)))), (0, True))
        U = cell.parameter("U[m,m]", "weights of the hidden layer", drawn=identity)
        b = cell.parameter("b[m]", "bias of the hidden layer")

        h[t] = phi(W @ x[t] + U @ h[t - 1] + b)
    return cell.build("h")

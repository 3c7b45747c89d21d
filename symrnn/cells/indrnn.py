"""IndRNN: units that see nothing of the old state but their own."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("S. Li, W. Li, C. Cook, C. Zhu, Y. Gao, Independently recurrent neural network (IndRNN), "
          "arXiv 1803.04831")
BIBTEX = """@inproceedings{li2018independently,
  title = {Independently Recurrent Neural Network ({IndRNN}): Building a Longer and Deeper {RNN}},
  author = {Li, Shuai and Li, Wanqing and Cook, Chris and Zhu, Ce and Gao, Yanbo},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  pages = {5457--5466}, year = {2018}
}"""
NOTES = [
    "For sequences of $T$ steps the paper holds each $abs(u_i)$ at or below the $T$-th root of a "
    "constant, a rule of training that no equation shows.",
]


@register("indrnn", "Independently recurrent network", tags="plain elementwise nonlinear-diagonal")
def indrnn(activation: ActivationChoice = "relu") -> Program:
    """IndRNN: one recurrent weight a unit, for very long sequences and deep stacks.

    Parameters ``W [m, n]``, ``u [m]``, ``b [m]``. State ``h``.
    """
    phi = function(activation)
    with Cell("indrnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        h = cell.state("h[m]", "hidden state")
        W = cell.parameter("W[m,n]", "weights from the input")
        u = cell.parameter("u[m]", "weight of each unit from itself", drawn=UNIFORM)
        b = cell.parameter("b[m]", "bias of the hidden layer")

        h[t] = phi(W @ x[t] + u * h[t - 1] + b)
    return cell.build("h")

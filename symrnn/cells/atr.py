"""ATR: two gates that need no weights of their own."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("B. Zhang et al., Simplifying neural machine translation with addition-subtraction "
          "twin-gated recurrent networks, EMNLP 2018, arXiv 1810.12546")
BIBTEX = """@inproceedings{zhang2018simplifying,
  title = {Simplifying Neural Machine Translation with Addition-Subtraction Twin-Gated Recurrent
           Networks},
  author = {Zhang, Biao and Xiong, Deyi and Su, Jinsong and Lin, Qian and Zhang, Huiji},
  booktitle = {Proceedings of EMNLP},
  pages = {4273--4283},
  year = {2018},
  eprint = {1810.12546},
  archivePrefix = {arXiv}
}"""
NO_BIAS = ("As in the paper, there are no biases; the authors' code adds one to $q$, other "
           "libraries one to $p$ as well.")


@register("atr", "Addition-subtraction twin-gated network", tags="gated nonlinear-dense")
def atr() -> Program:
    """Translates with two matrices: gates are the sum and the difference of input and history.

    Parameters ``W [m, n]``, ``U [m, m]``. State ``h [m]``. Source: Zhang et al., arXiv
    1810.12546.
    """
    sigmoid = activation("sigmoid")
    with Cell("atr", source=SOURCE, notes=[NO_BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        p = cell.symbol("p[m]", "what the input brings")
        q = cell.symbol("q[m]", "what the history brings")
        i = cell.symbol("i[m]", "input gate: 1 writes")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        h = cell.state("h[m]", "hidden state")
        W, U = cell.parameters("W[m,n] U[m,m]", "of both gates")

        p[t] = W @ x[t]
        q[t] = U @ h[t - 1]
        i[t] = sigmoid(p[t] + q[t])
        f[t] = sigmoid(p[t] - q[t])
        h[t] = i[t] * p[t] + f[t] * h[t - 1]
    return cell.build("h")

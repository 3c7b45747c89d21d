"""SGRN: one gate, and the input's weights serve twice."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("X. Zu and K. Wei, A simple gated recurrent network for detection of power quality "
          "disturbances, IET Generation, Transmission & Distribution 15 (2021)")
BIBTEX = """@article{zu2021simple,
  title = {A simple gated recurrent network for detection of power quality disturbances},
  author = {Zu, Xiangrong and Wei, Kai},
  journal = {IET Generation, Transmission \\& Distribution},
  volume = {15},
  number = {4},
  pages = {751--761},
  year = {2021}
}"""
SHARED = ("$W x$ is both what the gate sees of the input and what is written. The bias is the "
          "gate's; other libraries add one to what is written as well.")


@register("sgrn", "Simple gated recurrent network", tags="gated nonlinear-dense")
def sgrn() -> Program:
    """Watches a power line with few weights: one gate mixes the input into the state.

    Parameters ``W [m, n]``, ``U [m, m]``, ``b [m]``. State ``h [m]``. Source: Zu and Wei, IET
    Generation, Transmission & Distribution 15 (2021).
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("sgrn", source=SOURCE, notes=[SHARED], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        a = cell.symbol("a[m]", "what the input brings")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        i = cell.symbol("i[m]", "input gate: 1 writes")
        h = cell.state("h[m]", "hidden state")
        W = cell.parameter("W[m,n]", "weights of the input")
        U, b = cell.parameters("U[m,m] b[m]", "of the gate")

        a[t] = W @ x[t]
        f[t] = sigmoid(a[t] + U @ h[t - 1] + b)
        i[t] = 1 - f[t]
        h[t] = tanh(i[t] * a[t] + f[t] * h[t - 1])
    return cell.build("h")

"""Strongly-typed networks: what is learned from the state never goes back through a matrix."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("D. Balduzzi and M. Ghifary, Strongly-typed recurrent neural networks, ICML 2016, "
          "arXiv 1602.02218, section 3")
BIBTEX = """@inproceedings{balduzzi2016strongly,
  title = {Strongly-Typed Recurrent Neural Networks},
  author = {Balduzzi, David and Ghifary, Muhammad},
  booktitle = {Proceedings of the 33rd International Conference on Machine Learning},
  year = {2016},
  eprint = {1602.02218},
  archivePrefix = {arXiv}
}"""
TAU = "The paper's $tau$, of the output gate, is tanh."


@register("trnn", "Strongly-typed RNN", tags="gated linear elementwise affine-diagonal")
def trnn() -> Program:
    """An average that its inputs steer: each unit mixes what it holds with what comes in.

    Parameters ``W [m, n]``, ``V [m, n]``, ``b [m]``. State ``h``. Source: Balduzzi and
    Ghifary, ICML 2016.
    """
    sigmoid = activation("sigmoid")
    with Cell("trnn", source=SOURCE, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "candidate")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        h = cell.state("h[m]", "hidden state")
        W = cell.parameter("W[m,n]", "weights of the candidate")
        V, b = cell.parameters("V[m,n] b[m]", "of the forget gate")

        z[t] = W @ x[t]
        f[t] = sigmoid(V @ x[t] + b)
        h[t] = f[t] * h[t - 1] + (1 - f[t]) * z[t]
    return cell.build("h")


@register("tgru", "Strongly-typed GRU", tags="gated linear elementwise delayed affine-diagonal")
def tgru() -> Program:
    """A GRU whose gates see the last two inputs and never the state.

    Parameters ``V_z [m, n]``, ``W_z [m, n]``, ``b_z [m]``, then ``_f``, ``_o``. State ``h``;
    the input of the step before is remembered as well. Source: Balduzzi and Ghifary, ICML 2016.
    """
    return _gated("tgru", memory=False)


@register("tlstm", "Strongly-typed LSTM", tags="gated linear elementwise delayed affine-diagonal")
def tlstm() -> Program:
    """An LSTM whose gates see the last two inputs and never the state.

    Parameters ``V_z [m, n]``, ``W_z [m, n]``, ``b_z [m]``, then ``_f``, ``_o``. State ``c``;
    the input of the step before is remembered as well. Source: Balduzzi and Ghifary, ICML 2016.
    """
    return _gated("tlstm", memory=True)


def _gated(name: str, memory: bool) -> Program:
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell(name, source=SOURCE, notes=[TAU], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "candidate")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        o = cell.symbol("o[m]", "output gate" if memory else "scale of the candidate")
        c = cell.state("c[m]", "memory") if memory else None
        h = cell.symbol("h[m]", "hidden state") if memory else cell.state("h[m]", "hidden state")
        V_z, W_z, b_z = cell.parameters("V_z[m,n] W_z[m,n] b_z[m]", "of the candidate")
        V_f, W_f, b_f = cell.parameters("V_f[m,n] W_f[m,n] b_f[m]", "of the forget gate")
        V_o, W_o, b_o = cell.parameters("V_o[m,n] W_o[m,n] b_o[m]", "of the other gate")

        z[t] = V_z @ x[t - 1] + W_z @ x[t] + b_z
        f[t] = sigmoid(V_f @ x[t - 1] + W_f @ x[t] + b_f)
        o[t] = tanh(V_o @ x[t - 1] + W_o @ x[t] + b_o)
        if c:
            c[t] = f[t] * c[t - 1] + (1 - f[t]) * z[t]
            h[t] = c[t] * o[t]
        else:
            h[t] = f[t] * h[t - 1] + z[t] * o[t]
    return cell.build("h")

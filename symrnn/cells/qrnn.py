"""Quasi-recurrent network: convolutions over time, then a pooling that remembers."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("J. Bradbury et al., Quasi-recurrent neural networks, ICLR 2017, arXiv 1611.01576, "
          "equations (2) and (4)")
BIBTEX = """@inproceedings{bradbury2017quasi,
  title = {Quasi-Recurrent Neural Networks},
  author = {Bradbury, James and Merity, Stephen and Xiong, Caiming and Socher, Richard},
  booktitle = {International Conference on Learning Representations},
  year = {2017},
  eprint = {1611.01576},
  archivePrefix = {arXiv}
}"""
WINDOW = "The filter is two steps wide and the pooling is fo, one of three in the paper."
INDICES = ("$W_z_1$ multiplies the input of the step before and $W_z_2$ that of this step; the "
           "paper writes 1 and 2 as superscripts.")
NO_BIAS = "As in the paper, there are no biases."


@register("qrnn", "Quasi-recurrent network",
          tags="gated linear elementwise delayed convolutional affine-diagonal")
def qrnn() -> Program:
    """Computes all gates from the inputs at once; only the pooling runs step by step.

    Parameters ``W_z_1 [m, n]``, ``W_z_2 [m, n]``, then ``W_f_``, ``W_o_``. State ``c``; the
    input of the step before is remembered as well. Source: Bradbury et al., arXiv 1611.01576.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    notes = [WINDOW, INDICES, NO_BIAS]
    with Cell("qrnn", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "candidate")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory")
        o = cell.symbol("o[m]", "output gate")
        c = cell.state("c[m]", "memory")
        h = cell.symbol("h[m]", "output")
        W_z_1, W_z_2 = cell.parameters("W_z_1[m,n] W_z_2[m,n]", "of the candidate")
        W_f_1, W_f_2 = cell.parameters("W_f_1[m,n] W_f_2[m,n]", "of the forget gate")
        W_o_1, W_o_2 = cell.parameters("W_o_1[m,n] W_o_2[m,n]", "of the output gate")

        z[t] = tanh(W_z_1 @ x[t - 1] + W_z_2 @ x[t])
        f[t] = sigmoid(W_f_1 @ x[t - 1] + W_f_2 @ x[t])
        o[t] = sigmoid(W_o_1 @ x[t - 1] + W_o_2 @ x[t])
        c[t] = f[t] * c[t - 1] + (1 - f[t]) * z[t]
        h[t] = o[t] * c[t]
    return cell.build("h")

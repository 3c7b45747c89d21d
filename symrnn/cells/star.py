"""STAR: a gated unit light enough to be stacked deep."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("M. O. Turkoglu et al., Gating revisited: deep multi-layer RNNs that can be trained, "
          "IEEE TPAMI 2021, arXiv 1911.11033")
BIBTEX = """@article{turkoglu2021gating,
  title = {Gating Revisited: Deep Multi-layer {RNNs} That Can Be Trained},
  author = {Turkoglu, Mehmet Ozgur and D'Aronco, Stefano and Wegner, Jan Dirk and
            Schindler, Konrad},
  journal = {IEEE Transactions on Pattern Analysis and Machine Intelligence},
  year = {2021},
  eprint = {1911.11033},
  archivePrefix = {arXiv}
}"""
CODE = ("The paper's equations, with one gate $k$ and $1 - k$. The authors' code for TensorFlow "
        "swaps the two and shifts the sum inside one of them by 1.")


@register("star", "Stackable recurrent unit", tags="gated nonlinear-dense")
def star() -> Program:
    """Made for deep stacks: one gate, balanced so that gradients survive many layers.

    Parameters ``W_z [m, n]``, ``b_z [m]``, ``W_x [m, n]``, ``W_h [m, m]``, ``b_k [m]``. State
    ``h``. Source: Turkoglu et al., arXiv 1911.11033.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("star", source=SOURCE, notes=[CODE], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        k = cell.symbol("k[m]", "gate: 0 keeps the old state, 1 replaces it")
        z = cell.symbol("z[m]", "candidate, from the input alone")
        h = cell.state("h[m]", "hidden state")
        W_x, W_h, b_k = cell.parameters("W_x[m,n] W_h[m,m] b_k[m]", "of the gate")
        W_z, b_z = cell.parameters("W_z[m,n] b_z[m]", "of the candidate")

        k[t] = sigmoid(W_x @ x[t] + W_h @ h[t - 1] + b_k)
        z[t] = tanh(W_z @ x[t] + b_z)
        h[t] = tanh((1 - k[t]) * h[t - 1] + k[t] * z[t])
    return cell.build("h")

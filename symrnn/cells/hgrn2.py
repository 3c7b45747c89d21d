"""HGRN2: a gated linear recurrence whose state an outer product expands to a matrix."""

from __future__ import annotations

from symrnn.authoring import Cell, outer, register, t
from symrnn.program import UNIFORM, Program, activation

SOURCE = ("Z. Qin et al., HGRN2: gated linear RNNs with state expansion, COLM 2024, "
          "arXiv 2404.07904, section 3")
BIBTEX = """@inproceedings{qin2024hgrn2,
  title = {{HGRN2}: Gated Linear {RNNs} with State Expansion},
  author = {Qin, Zhen and Yang, Songlin and Sun, Weixuan and Shen, Xuyang and Li, Dong and
            Sun, Weigao and Zhong, Yiran},
  booktitle = {First Conference on Language Modeling},
  year = {2024},
  eprint = {2404.07904},
  archivePrefix = {arXiv}
}"""
BOUND = ("$gamma$ is the lower bound of the forget gate, between 0 and 1. In a stack the paper "
         "makes it of the layers' parameters by a softmax over layers and a cumulative sum, so "
         "that it grows from 0 at the first layer; a cell alone takes it as it is.")
GATES = ("As in the authors' code, $i$ is a SiLU and $o$ a sigmoid. In flash-linear-attention $i$ "
         "is linear and $o$ a SiLU, divided by the root of $d_f$, and nothing has a bias.")
BLOCK = "The norm between the heads and $W_y$ is left out."


@register("hgrn2", "HGRN2", tags="gated linear elementwise matrix heads attention affine-diagonal")
def hgrn2() -> Program:
    """A gated linear recurrence with a matrix for each head and no more weights for it.

    Parameters ``W_f [H, d_f, D]``, ``b_f [H, d_f]``, then ``_o``; ``W_i [H, d_i, D]``, ``b_i
    [H, d_i]``, ``gamma [H, d_f]``, ``W_y [D, H, d_i]``. State ``h [H, d_f, d_i]``, output ``y
    [D]``. Source: Qin et al., arXiv 2404.07904.
    """
    sigmoid = activation("sigmoid")
    with Cell("hgrn2", source=SOURCE, notes=[BOUND, GATES, BLOCK], bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(H="heads", d_f="entries of a forget gate", d_i="entries of what is written")
        f = cell.symbol("f[H,d_f]", "forget gate: 1 keeps")
        e = cell.symbol("e[H,d_f]", "what the forget gate lets go, and i replaces")
        i = cell.symbol("i[H,d_i]", "what is written")
        o = cell.symbol("o[H,d_f]", "output gate")
        h = cell.state("h[H,d_f,d_i]", "state of every head")
        z, y = cell.symbol("z[H,d_i]", "output of a head"), cell.symbol("y[D]", "output")
        W_f, b_f = cell.parameters("W_f[H,d_f,D] b_f[H,d_f]", "of the forget gate")
        W_i, b_i = cell.parameters("W_i[H,d_i,D] b_i[H,d_i]", "of the input")
        W_o, b_o = cell.parameters("W_o[H,d_f,D] b_o[H,d_f]", "of the output gate")
        gamma = cell.parameter("gamma[H,d_f]", "least value of the forget gate",
                               drawn=UNIFORM)
        W_y = cell.parameter("W_y[D,H,d_i]", "weights of the output")

        f[t] = gamma + (1 - gamma) * sigmoid(W_f @ x[t] + b_f)
        i[t] = activation("silu")(W_i @ x[t] + b_i)
        o[t] = sigmoid(W_o @ x[t] + b_o)
        e[t] = 1 - f[t]
        h[t] = f[t] * h[t - 1] + outer(e[t], i[t])
        z[t] = h[t].T @ o[t]
        y[t] = cell.contract("dhi,hi->d", W_y, z[t])
    return cell.build("y")

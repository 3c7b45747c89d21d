"""Residual LSTM: the input passes by the memory and meets it at the output gate."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("J. Kim, M. El-Khamy, J. Lee, Residual LSTM: design of a deep recurrent architecture for "
          "distant speech recognition, Interspeech 2017, arXiv 1701.03360")
BIBTEX = """@inproceedings{kim2017residual,
  title = {Residual {LSTM}: Design of a Deep Recurrent Architecture for Distant Speech
           Recognition},
  author = {Kim, Jaeyoung and El-Khamy, Mostafa and Lee, Jungwon},
  booktitle = {Proceedings of Interspeech},
  pages = {1591--1595},
  year = {2017},
  eprint = {1701.03360},
  archivePrefix = {arXiv}
}"""
SHORTCUT = ("Where the input is as wide as the output, the paper puts the identity in place of W_h "
            "(identity=True), as in all but the first of its layers.")
PEEPHOLES = ("The peepholes of i and f are vectors; that of o is a matrix, as the output may have "
             "another width than the memory. Other libraries add further biases to the peepholes.")


@register("residual_lstm", "Residual LSTM (ResLSTM)", tags="gated peephole projection residual")
def residual_lstm(identity: bool = False) -> Program:
    """Made for deep stacks that hear speech: a shortcut over each layer, through its output gate.

    Parameters ``W_xi [d, n]``, ``W_hi [d, m]``, ``w_ci [d]``, ``b_i [d]``, the same for ``f``;
    ``W_xc [d, n]``, ``W_hc [d, m]``, ``b_c [d]``; ``W_xo [m, n]``, ``W_ho [m, m]``, ``W_co
    [m, d]``, ``b_o [m]``; ``W_p [m, d]`` (projection) and ``W_h [m, n]`` (shortcut), which
    ``identity`` leaves out: then n is m. States ``c [d]``, ``h [m]``. Source: Kim et al., arXiv
    1701.03360.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    n, notes = "m" if identity else "n", [SHORTCUT, PEEPHOLES]
    with Cell("residual_lstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input(f"x[{n}]", "input")
        i = cell.symbol("i[d]", "input gate: 1 writes")
        f = cell.symbol("f[d]", "forget gate: 1 keeps the memory")
        c = cell.state("c[d]", "memory")
        o = cell.symbol("o[m]", "output gate, for the memory and the shortcut")
        r = cell.symbol("r[d]", "memory as it is shown")
        m = cell.symbol("m[m]", "projection of the memory")
        h = cell.state("h[m]", "output of the block")
        W_xi, W_hi, w_ci, b_i = cell.parameters(f"W_xi[d,{n}] W_hi[d,m] w_ci[d] b_i[d]",
                                                "of the input gate")
        W_xf, W_hf, w_cf, b_f = cell.parameters(f"W_xf[d,{n}] W_hf[d,m] w_cf[d] b_f[d]",
                                                "of the forget gate")
        W_xc, W_hc, b_c = cell.parameters(f"W_xc[d,{n}] W_hc[d,m] b_c[d]", "of what is written")
        W_xo, W_ho, W_co, b_o = cell.parameters(f"W_xo[m,{n}] W_ho[m,m] W_co[m,d] b_o[m]",
                                                "of the output gate")
        W_p = cell.parameter("W_p[m,d]", "weights of the projection")
        passed = x[t] if identity else cell.parameter("W_h[m,n]", "weights of the shortcut") @ x[t]

        i[t] = sigmoid(W_xi @ x[t] + W_hi @ h[t - 1] + w_ci * c[t - 1] + b_i)
        f[t] = sigmoid(W_xf @ x[t] + W_hf @ h[t - 1] + w_cf * c[t - 1] + b_f)
        c[t] = f[t] * c[t - 1] + i[t] * tanh(W_xc @ x[t] + W_hc @ h[t - 1] + b_c)
        o[t] = sigmoid(W_xo @ x[t] + W_ho @ h[t - 1] + W_co @ c[t] + b_o)
        r[t] = tanh(c[t])
        m[t] = W_p @ r[t]
        h[t] = o[t] * (m[t] + passed)
    return cell.build("h")

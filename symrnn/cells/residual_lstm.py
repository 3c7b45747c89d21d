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
SHORTCUT = ("Where the input is as wide as the output, the paper puts the identity in place of "
            "$W_h$ (`identity=True`).")
PEEPHOLES = ("The peepholes of $i$ and $f$ are vectors; that of $o$ is a matrix, as the output "
             "may have another width than the memory. Other libraries add further biases to the "
             "peepholes.")

LETTERS = ("The paper's $W_x_i$ is $W_i_x$ here, the gate first, since `xi` would be a Greek "
           "letter.")


@register("residual_lstm", "Residual LSTM (ResLSTM)",
          tags="gated peephole projection residual nonlinear-dense")
def residual_lstm(identity: bool = False) -> Program:
    """Made for deep stacks that hear speech: a shortcut over each layer, through its output gate.

    Parameters ``W_ix [d, n]``, ``W_ih [d, m]``, ``w_ic [d]``, ``b_i [d]``, the same for ``f``;
    ``W_cx [d, n]``, ``W_ch [d, m]``, ``b_c [d]``; ``W_ox [m, n]``, ``W_oh [m, m]``, ``W_oc
    [m, d]``, ``b_o [m]``; ``W_p [m, d]`` (projection) and ``W_h [m, n]`` (shortcut), which
    ``identity`` leaves out: then n is m. States ``c [d]``, ``h [m]``. Source: Kim et al., arXiv
    1701.03360.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    n, notes = "m" if identity else "n", [SHORTCUT, PEEPHOLES, LETTERS]
    with Cell("residual_lstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input(f"x[{n}]", "input")
        i = cell.symbol("i[d]", "input gate: 1 writes")
        f = cell.symbol("f[d]", "forget gate: 1 keeps the memory")
        c = cell.state("c[d]", "memory")
        o = cell.symbol("o[m]", "output gate, for the memory and the shortcut")
        r = cell.symbol("r[d]", "memory as it is shown")
        m = cell.symbol("m[m]", "projection of the memory", latex=r"\mathbf{m}")
        h = cell.state("h[m]", "output of the block")
        W_ix, W_ih, w_ic, b_i = cell.parameters(f"W_ix[d,{n}] W_ih[d,m] w_ic[d] b_i[d]",
                                                "of the input gate")
        W_fx, W_fh, w_fc, b_f = cell.parameters(f"W_fx[d,{n}] W_fh[d,m] w_fc[d] b_f[d]",
                                                "of the forget gate")
        W_cx, W_ch, b_c = cell.parameters(f"W_cx[d,{n}] W_ch[d,m] b_c[d]", "of what is written")
        W_ox, W_oh, W_oc, b_o = cell.parameters(f"W_ox[m,{n}] W_oh[m,m] W_oc[m,d] b_o[m]",
                                                "of the output gate")
        W_p = cell.parameter("W_p[m,d]", "weights of the projection")
        passed = x[t] if identity else cell.parameter("W_h[m,n]", "weights of the shortcut") @ x[t]

        i[t] = sigmoid(W_ix @ x[t] + W_ih @ h[t - 1] + w_ic * c[t - 1] + b_i)
        f[t] = sigmoid(W_fx @ x[t] + W_fh @ h[t - 1] + w_fc * c[t - 1] + b_f)
        c[t] = f[t] * c[t - 1] + i[t] * tanh(W_cx @ x[t] + W_ch @ h[t - 1] + b_c)
        o[t] = sigmoid(W_ox @ x[t] + W_oh @ h[t - 1] + W_oc @ c[t] + b_o)
        r[t] = tanh(c[t])
        m[t] = W_p @ r[t]
        h[t] = o[t] * (m[t] + passed)
    return cell.build("h")

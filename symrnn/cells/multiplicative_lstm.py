"""Multiplicative LSTM: another transition between hidden states for every input."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = "B. Krause et al., Multiplicative LSTM for sequence modelling, arXiv 1609.07959"
BIBTEX = """@misc{krause2016multiplicative,
  title = {Multiplicative {LSTM} for sequence modelling},
  author = {Krause, Ben and Lu, Liang and Murray, Iain and Renals, Steve},
  year = {2016},
  eprint = {1609.07959},
  archivePrefix = {arXiv},
  primaryClass = {cs.NE}
}"""
OUTSIDE = ("The candidate and the memory each go through a tanh, $h = tanh(c) o$, as in the usual "
           "LSTM. The paper's equation (16), as its implementers quote it, is $h = tanh(c o)$, "
           "and they write the candidate into the memory as it is: `gate_inside=True`.")
INSIDE = ("The output gate stands inside the tanh, and the candidate has none, as implementers "
          "quote the paper's equation (16). `gate_inside=False` gives both as in the usual LSTM.")
WIDTH = "The paper makes $m$ as wide as $h$; here $d$, its width, is free."
NO_BIAS = "As in the paper, there are no biases."


@register("multiplicative_lstm", "Multiplicative LSTM", tags="gated multiplicative nonlinear-dense")
def multiplicative_lstm(gate_inside: bool = False) -> Program:
    """Predicts characters: the input chooses how the hidden state moves on.

    Parameters ``W_mx [d, n]``, ``W_mh [d, m]``, then ``W_hx [m, n]``, ``W_hm [m, d]``, and the
    same for ``i``, ``o``, ``f``. States ``h``, ``c``. With ``gate_inside`` the candidate is not
    squashed, and ``h = tanh(c o)``. Source: Krause et al., arXiv 1609.07959.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    notes = [INSIDE if gate_inside else OUTSIDE, WIDTH, NO_BIAS]
    with Cell("multiplicative_lstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        m = cell.symbol("m[d]", "hidden state as the input sees it", latex=r"\mathbf{m}")
        hhat = cell.symbol("hhat[m]", "input of the memory", latex=r"\hat{h}")
        i = cell.symbol("i[m]", "input gate")
        o = cell.symbol("o[m]", "output gate")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory")
        c = cell.state("c[m]", "memory")
        h = cell.state("h[m]", "hidden state")
        W_mx, W_mh = cell.parameters("W_mx[d,n] W_mh[d,m]", "of the intermediate state")
        W_hx, W_hm = cell.parameters("W_hx[m,n] W_hm[m,d]", "of the candidate")
        W_ix, W_im = cell.parameters("W_ix[m,n] W_im[m,d]", "of the input gate")
        W_ox, W_om = cell.parameters("W_ox[m,n] W_om[m,d]", "of the output gate")
        W_fx, W_fm = cell.parameters("W_fx[m,n] W_fm[m,d]", "of the forget gate")

        m[t] = (W_mx @ x[t]) * (W_mh @ h[t - 1])
        hhat[t] = W_hx @ x[t] + W_hm @ m[t]
        i[t] = sigmoid(W_ix @ x[t] + W_im @ m[t])
        o[t] = sigmoid(W_ox @ x[t] + W_om @ m[t])
        f[t] = sigmoid(W_fx @ x[t] + W_fm @ m[t])
        c[t] = f[t] * c[t - 1] + i[t] * (hhat[t] if gate_inside else tanh(hhat[t]))
        h[t] = tanh(c[t] * o[t]) if gate_inside else tanh(c[t]) * o[t]
    return cell.build("h")

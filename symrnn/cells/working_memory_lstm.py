"""Working memory connections: the gates of an LSTM see its memory, squashed."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("F. Landi et al., Working memory connections for LSTM, Neural Networks 144 (2021), arXiv "
          "2109.00020")
BIBTEX = """@article{landi2021working,
  title = {Working Memory Connections for {LSTM}},
  author = {Landi, Federico and Baraldi, Lorenzo and Cornia, Marcella and Cucchiara, Rita},
  journal = {Neural Networks},
  volume = {144},
  pages = {334--341},
  year = {2021},
  eprint = {2109.00020},
  archivePrefix = {arXiv}
}"""
OUTPUT = ("As with peepholes, $i$ and $f$ see the memory of the step before and $o$ that of this "
          "step. Other libraries add a bias inside the tanh.")


@register("working_memory_lstm", "LSTM with working memory connections (WMCLSTM)",
          tags="gated peephole nonlinear-dense")
def working_memory_lstm() -> Program:
    """Peepholes that hold: a matrix and a tanh stand between the memory and the gates.

    Parameters ``W_ix [m, n]``, ``W_ih [m, m]``, ``W_ic [m, m]``, ``b_i [m]``, the same for ``f``
    and ``o``; ``W_gx [m, n]``, ``W_gh [m, m]``, ``b_g [m]``. States ``h [m]``, ``c [m]``. Source:
    Landi et al., arXiv 2109.00020.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("working_memory_lstm", source=SOURCE, notes=[OUTPUT], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        g = cell.symbol("g[m]", "what would be written")
        i = cell.symbol("i[m]", "input gate: 1 writes")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory")
        c = cell.state("c[m]", "memory")
        o = cell.symbol("o[m]", "output gate: 1 shows the memory")
        h = cell.state("h[m]", "output of the block")
        W_gx, W_gh, b_g = cell.parameters("W_gx[m,n] W_gh[m,m] b_g[m]", "of what is written")
        W_ix, W_ih, W_ic, b_i = cell.parameters("W_ix[m,n] W_ih[m,m] W_ic[m,m] b_i[m]",
                                                "of the input gate")
        W_fx, W_fh, W_fc, b_f = cell.parameters("W_fx[m,n] W_fh[m,m] W_fc[m,m] b_f[m]",
                                                "of the forget gate")
        W_ox, W_oh, W_oc, b_o = cell.parameters("W_ox[m,n] W_oh[m,m] W_oc[m,m] b_o[m]",
                                                "of the output gate")

        g[t] = tanh(W_gx @ x[t] + W_gh @ h[t - 1] + b_g)
        i[t] = sigmoid(W_ix @ x[t] + W_ih @ h[t - 1] + tanh(W_ic @ c[t - 1]) + b_i)
        f[t] = sigmoid(W_fx @ x[t] + W_fh @ h[t - 1] + tanh(W_fc @ c[t - 1]) + b_f)
        c[t] = f[t] * c[t - 1] + i[t] * g[t]
        o[t] = sigmoid(W_ox @ x[t] + W_oh @ h[t - 1] + tanh(W_oc @ c[t]) + b_o)
        h[t] = o[t] * tanh(c[t])
    return cell.build("h")

"""Memory controller LSTM: what is shown and what steers the memory are two vectors."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("I. Ben-Ari and R. Shwartz-Ziv, Sequence modeling using a memory controller extension "
          "for LSTM, NIPS 2017 Time Series Workshop")
BIBTEX = """@inproceedings{benari2017sequence,
  title = {Sequence Modeling Using a Memory Controller Extension for {LSTM}},
  author = {Ben-Ari, Itamar and Shwartz-Ziv, Ravid},
  booktitle = {NIPS 2017 Time Series Workshop},
  year = {2017}
}"""
NAME = "MC-LSTM, MCLSTM in other libraries; the mass-conserving LSTM has the same abbreviation."
CONTROL = "The gates read $v$ alone: $h$ is shown and goes nowhere else, so it is no state."


@register("memory_controller_lstm", "LSTM with a memory controller (MC-LSTM)",
          tags="gated nonlinear-dense")
def memory_controller_lstm() -> Program:
    """Forecasts: the prediction need not steer the memory as well, a second output does.

    Parameters ``W_fv [m, m]``, ``W_fx [m, n]``, ``b_f [m]``, then ``i``, ``o``, ``m``, ``n``.
    States ``c [m]``, ``v [m]``, output ``h [m]``. Source: Ben-Ari and Shwartz-Ziv, NIPS 2017 Time
    Series Workshop.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    notes = [CONTROL, NAME]
    with Cell("memory_controller_lstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory")
        i = cell.symbol("i[m]", "input gate: 1 writes")
        o = cell.symbol("o[m]", "output gate: 1 shows the memory")
        m = cell.symbol("m[m]", "control gate: 1 lets the memory steer the next step",
                        latex=r"\mathbf{m}")
        n = cell.symbol("n[m]", "what would be written", latex=r"\mathbf{n}")
        c = cell.state("c[m]", "memory")
        h = cell.symbol("h[m]", "prediction")
        v = cell.state("v[m]", "control vector")
        W_fv, W_fx, b_f = cell.parameters("W_fv[m,m] W_fx[m,n] b_f[m]", "of the forget gate")
        W_iv, W_ix, b_i = cell.parameters("W_iv[m,m] W_ix[m,n] b_i[m]", "of the input gate")
        W_ov, W_ox, b_o = cell.parameters("W_ov[m,m] W_ox[m,n] b_o[m]", "of the output gate")
        W_mv, W_mx, b_m = cell.parameters("W_mv[m,m] W_mx[m,n] b_m[m]", "of the control gate")
        W_nv, W_nx, b_n = cell.parameters("W_nv[m,m] W_nx[m,n] b_n[m]", "of what is written")

        f[t] = sigmoid(W_fv @ v[t - 1] + W_fx @ x[t] + b_f)
        i[t] = sigmoid(W_iv @ v[t - 1] + W_ix @ x[t] + b_i)
        o[t] = sigmoid(W_ov @ v[t - 1] + W_ox @ x[t] + b_o)
        m[t] = sigmoid(W_mv @ v[t - 1] + W_mx @ x[t] + b_m)
        n[t] = tanh(W_nv @ v[t - 1] + W_nx @ x[t] + b_n)
        c[t] = f[t] * c[t - 1] + i[t] * n[t]
        h[t] = o[t] * tanh(c[t])
        v[t] = m[t] * tanh(c[t])
    return cell.build("h")

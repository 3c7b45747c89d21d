"""minLSTM: the LSTM without anything that a scan could not compute in parallel."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = "L. Feng et al., Were RNNs all we needed?, arXiv 2410.01201, section 3.2"
BIBTEX = """@misc{feng2024were,
  title = {Were {RNNs} All We Needed?},
  author = {Feng, Leo and Tung, Frederick and Ahmed, Mohamed Osama and Bengio, Yoshua and
            Hajimirsadeghi, Hossein},
  year = {2024},
  eprint = {2410.01201},
  archivePrefix = {arXiv},
  primaryClass = {cs.LG}
}"""
SCALED = ("The gates are divided by their sum, so that the state keeps its scale over any length. "
          "The paper gives the cell with and without this division.")
UNSCALED = "The gates are not divided by their sum; the paper gives both forms."
BIAS = "The paper writes Linear(x); here it has a bias."


@register("minlstm")
def minlstm(length_independent: bool = True) -> Program:
    """An LSTM that trains in parallel: gates and candidate see the input alone.

    Parameters ``W_f [m, n]``, ``b_f [m]``, then ``_i``, ``_h``. State ``h``. With
    ``length_independent=False`` the gates are not divided by their sum. Source: Feng et al.,
    arXiv 2410.01201.
    """
    sigmoid = activation("sigmoid")
    notes = [SCALED if length_independent else UNSCALED, BIAS]
    with Cell("minlstm", "minLSTM", SOURCE, notes, BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        i = cell.symbol("i[m]", "input gate: 1 writes the candidate")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_f, b_f = cell.parameters("W_f[m,n] b_f[m]", "of the forget gate")
        W_i, b_i = cell.parameters("W_i[m,n] b_i[m]", "of the input gate")
        W_h, b_h = cell.parameters("W_h[m,n] b_h[m]", "of the candidate")

        f[t] = sigmoid(W_f @ x[t] + b_f)
        i[t] = sigmoid(W_i @ x[t] + b_i)
        htilde[t] = W_h @ x[t] + b_h
        if length_independent:
            s = cell.symbol("s[m]", "sum of both gates")
            fprime = cell.symbol("fprime[m]", "forget gate as a share of both", latex="f'")
            iprime = cell.symbol("iprime[m]", "input gate as a share of both", latex="i'")
            s[t] = f[t] + i[t]
            fprime[t] = f[t] / s[t]
            iprime[t] = i[t] / s[t]
            h[t] = fprime[t] * h[t - 1] + iprime[t] * htilde[t]
        else:
            h[t] = f[t] * h[t - 1] + i[t] * htilde[t]
    return cell.build("h")

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
SCALED = ("The gates are divided by their sum, so that the state keeps its scale over any length; "
          "the paper gives the cell with and without this division. The shares $sigmoid(a_f) / "
          "(sigmoid(a_f) + sigmoid(a_i))$ are written through the logarithm $d$ of the ratio, as "
          "in the paper's code, so that two closed gates do not divide 0 by 0.")
UNSCALED = "The gates are not divided by their sum; the paper gives both forms."
BIAS = "The paper writes $Linear(x)$; here it has a bias."


@register("minlstm", "minLSTM", tags="gated linear elementwise affine-diagonal")
def minlstm(length_independent: bool = True) -> Program:
    """An LSTM that trains in parallel: gates and candidate see the input alone.

    Parameters ``W_f [m, n]``, ``b_f [m]``, then ``_i``, ``_h``. State ``h``. With
    ``length_independent=False`` the gates are not divided by their sum. Source: Feng et al.,
    arXiv 2410.01201.
    """
    sigmoid, softplus = activation("sigmoid"), activation("softplus")
    notes = [SCALED if length_independent else UNSCALED, BIAS]
    with Cell("minlstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        a_f = cell.symbol("a_f[m]", "pre-activation of the forget gate")
        a_i = cell.symbol("a_i[m]", "pre-activation of the input gate")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the old state")
        i = cell.symbol("i[m]", "input gate: 1 writes the candidate")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_f, b_f = cell.parameters("W_f[m,n] b_f[m]", "of the forget gate")
        W_i, b_i = cell.parameters("W_i[m,n] b_i[m]", "of the input gate")
        W_h, b_h = cell.parameters("W_h[m,n] b_h[m]", "of the candidate")

        a_f[t] = W_f @ x[t] + b_f
        a_i[t] = W_i @ x[t] + b_i
        htilde[t] = W_h @ x[t] + b_h
        if length_independent:
            d = cell.symbol("d[m]", "logarithm of the input gate over the forget gate")
            d[t] = softplus(-a_f[t]) - softplus(-a_i[t])
            f[t] = sigmoid(-d[t])
            i[t] = sigmoid(d[t])
        else:
            f[t] = sigmoid(a_f[t])
            i[t] = sigmoid(a_i[t])
        h[t] = f[t] * h[t - 1] + i[t] * htilde[t]
    return cell.build("h")

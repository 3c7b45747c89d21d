"""minGRU: the GRU without anything that a scan could not compute in parallel."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = "L. Feng et al., Were RNNs all we needed?, arXiv 2410.01201, section 3.1"
BIBTEX = """@misc{feng2024were,
  title = {Were {RNNs} All We Needed?},
  author = {Feng, Leo and Tung, Frederick and Ahmed, Mohamed Osama and Bengio, Yoshua and
            Hajimirsadeghi, Hossein},
  year = {2024},
  eprint = {2410.01201},
  archivePrefix = {arXiv},
  primaryClass = {cs.LG}
}"""
PLAIN = ("The candidate is linear, as in the paper's main text. The paper's form in logarithms, "
         "which puts a positive function $g$ around the candidate, is another cell.")
BIAS = "The paper writes $Linear(x)$; here it has a bias."


@register("mingru", "minGRU", tags="gated linear elementwise affine-diagonal")
def mingru() -> Program:
    """A GRU that trains in parallel: gate and candidate see the input alone.

    Parameters ``W_z [m, n]``, ``b_z [m]``, ``W_h [m, n]``, ``b_h [m]``. State ``h``. Source:
    Feng et al., arXiv 2410.01201.
    """
    sigmoid = activation("sigmoid")
    with Cell("mingru", source=SOURCE, notes=[PLAIN, BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "update gate: 0 keeps the old state, 1 replaces it")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_z, b_z = cell.parameters("W_z[m,n] b_z[m]", "of the update gate")
        W_h, b_h = cell.parameters("W_h[m,n] b_h[m]", "of the candidate")

        z[t] = sigmoid(W_z @ x[t] + b_z)
        htilde[t] = W_h @ x[t] + b_h
        h[t] = (1 - z[t]) * h[t - 1] + z[t] * htilde[t]
    return cell.build("h")

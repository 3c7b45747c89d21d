"""JANET: an LSTM that keeps its forget gate alone."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program, exact
from symrnn.program import activation as function

SOURCE = ("J. van der Westhuizen, J. Lasenby, The unreasonable effectiveness of the forget gate, "
          "arXiv 1804.04849")
BIBTEX = """@article{vanderwesthuizen2018unreasonable,
  title = {The Unreasonable Effectiveness of the Forget Gate},
  author = {van der Westhuizen, Jos and Lasenby, Joan},
  journal = {arXiv preprint arXiv:1804.04849}, year = {2018}
}"""
NOTES = [
    "$beta$ is a number, 1 in the paper: the cell lets in more than it forgets. With `beta=0` the "
    "shares are $f$ and $1 - f$.",
    "The paper's $h = c$ is one state here, called $h$.",
    "The paper starts $b_f$ by the chrono rule, $log(uniform(1, T - 1))$, and $b_c$ at zero.",
]


@register("janet", "Just another network", tags="gated nonlinear-dense")
def janet(beta: float = 1, gate_activation: ActivationChoice = "sigmoid",
          activation: ActivationChoice = "tanh") -> Program:
    """JANET: long memory with one gate, at half the parameters of an LSTM.

    Parameters ``W_f [m, n]``, ``U_f [m, m]``, ``b_f [m]``, then ``_c``. State ``h``.
    """
    gate, squash = function(gate_activation), function(activation)
    with Cell("janet", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        s = cell.symbol("s[m]", "pre-activation of the forget gate")
        c = cell.symbol("c[m]", "candidate for the memory", r"\tilde{c}")
        h = cell.state("h[m]", "memory, which is the output")
        W_f, U_f, b_f = cell.parameters("W_f[m,n] U_f[m,m] b_f[m]", "of the forget gate")
        W_c, U_c, b_c = cell.parameters("W_c[m,n] U_c[m,m] b_c[m]", "of the candidate")

        s[t] = W_f @ x[t] + U_f @ h[t - 1] + b_f
        c[t] = squash(W_c @ x[t] + U_c @ h[t - 1] + b_c)
        h[t] = gate(s[t]) * h[t - 1] + (1 - gate(s[t] - exact(beta))) * c[t]
    return cell.build("h")

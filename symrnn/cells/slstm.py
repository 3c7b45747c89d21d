"""sLSTM of xLSTM: exponential gates, a normaliser, and a stabiliser against overflow."""

from __future__ import annotations

from sympy import Expr, exp

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, Program, activation, larger, quoted

SOURCE = ("M. Beck et al., xLSTM: extended long short-term memory, NeurIPS 2024, arXiv 2405.04517, "
          "equations (8) to (17)")
BIBTEX = """@inproceedings{beck2024xlstm,
  title = {{xLSTM}: Extended Long Short-Term Memory},
  author = {Beck, Maximilian and P{\\"o}ppel, Korbinian and Spanring, Markus and Auer, Andreas and
            Prudnikova, Oleksandra and Kopp, Michael and Klambauer, G{\\"u}nter and
            Brandstetter, Johannes and Hochreiter, Sepp},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {37},
  year = {2024},
  eprint = {2405.04517},
  archivePrefix = {arXiv}
}"""
FORGET = ("The forget gate is a sigmoid or an exponential: the paper allows both, the authors' "
          "code has the sigmoid.")
GAUGE = ("The stabiliser $m$ only shifts exponents: $c$ and $n$ stand for $c exp(m)$ and $n "
         "exp(m)$, and $h$ does not depend on $m$. It is differentiated like any other state. It "
         "starts far below any gate, at $-10^30$ in place of minus infinity, so that the first "
         "input gate alone decides, however closed it is.")
HEADS = "One head: the recurrent matrices $R$ are full, where the paper makes them block diagonal."
PRIMES = "$i$ and $f$ are the stabilised gates, the paper's $i'$ and $f'$."

NAMES = {"z": "candidate", "i": "input gate", "f": "forget gate", "o": "output gate"}


@register("slstm", "sLSTM", tags="gated exponential nonlinear-dense")
def slstm(forget_gate: str = "sigmoid") -> Program:
    """An LSTM that can change its mind: an exponential gate overwrites what was stored.

    Parameters ``W_z [d, D]``, ``R_z [d, d]``, ``b_z [d]``, then ``_i``, ``_f``, ``_o``. States
    ``h``, ``c``, ``n``, which start at zero, and ``m``, at -1e30. ``forget_gate`` is
    ``"sigmoid"`` or ``"exp"``. Source: Beck et al., arXiv 2405.04517.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    notes = [FORGET, GAUGE, HEADS, PRIMES]
    with Cell("slstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        ztilde, itilde, ftilde, otilde = (
            cell.symbol(f"{one}tilde[d]", f"pre-activation of the {name}",
                        latex=rf"\tilde{{{one}}}") for one, name in NAMES.items())
        z = cell.symbol("z[d]", "what would be written")
        o = cell.symbol("o[d]", "output gate")
        l_f = cell.symbol("l_f[d]", "logarithm of the forget gate")
        m = cell.state("m[d]", "stabiliser", start=-10**30)
        i = cell.symbol("i[d]", "input gate, stabilised")
        f = cell.symbol("f[d]", "forget gate, stabilised")
        c = cell.state("c[d]", "memory")
        n = cell.state("n[d]", "normaliser", drawn=UNIFORM)
        h = cell.state("h[d]", "output of the block")
        W_z, R_z, b_z = cell.parameters("W_z[d,D] R_z[d,d] b_z[d]", "of the candidate")
        W_i, R_i, b_i = cell.parameters("W_i[d,D] R_i[d,d] b_i[d]", "of the input gate")
        W_f, R_f, b_f = cell.parameters("W_f[d,D] R_f[d,d] b_f[d]", "of the forget gate")
        W_o, R_o, b_o = cell.parameters("W_o[d,D] R_o[d,d] b_o[d]", "of the output gate")

        ztilde[t] = W_z @ x[t] + R_z @ h[t - 1] + b_z
        itilde[t] = W_i @ x[t] + R_i @ h[t - 1] + b_i
        ftilde[t] = W_f @ x[t] + R_f @ h[t - 1] + b_f
        otilde[t] = W_o @ x[t] + R_o @ h[t - 1] + b_o
        z[t] = tanh(ztilde[t])
        o[t] = sigmoid(otilde[t])
        l_f[t] = log_gate(forget_gate, ftilde[t])
        m[t] = larger(l_f[t] + m[t - 1], itilde[t])
        i[t] = exp(itilde[t] - m[t])
        f[t] = exp(l_f[t] + m[t - 1] - m[t])
        c[t] = f[t] * c[t - 1] + i[t] * z[t]
        n[t] = f[t] * n[t - 1] + i[t]
        h[t] = o[t] * (c[t] / n[t])
    return cell.build("h")


def log_gate(kind: str, a: Expr) -> Expr:
    """The logarithm of a gate of pre-activation ``a``: of sigmoid(a), or of exp(a)."""
    if kind not in ("sigmoid", "exp"):
        raise ValueError(f"forget_gate is {quoted(kind)}; there are sigmoid and exp")
    return -activation("softplus")(-a) if kind == "sigmoid" else a

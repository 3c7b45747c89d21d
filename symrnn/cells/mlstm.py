"""mLSTM of xLSTM: a matrix that stores values under keys, with exponential gates."""

from __future__ import annotations

from sympy import Integer, exp, sqrt

from symrnn.authoring import Cell, register, t
from symrnn.cells.slstm import BIBTEX, FORGET, PRIMES, log_gate
from symrnn.program import Program, SizeSymbol, activation, larger, magnitude, smaller

SOURCE = ("M. Beck et al., xLSTM: extended long short-term memory, NeurIPS 2024, arXiv 2405.04517, "
          "equations (19) to (27)")
GAUGE = ("$C$ and $n$ stand for $C exp(m)$ and $n exp(m)$. The bound 1 of the paper's equation "
         "(21) becomes $exp(-m)$ for them, as in the authors' code; so $h$ does not depend on "
         "$m$. Where $m$ is negative, both sides of the quotient are multiplied by $exp(m)$, so "
         "that nothing overflows where $h$ does not.")
HEADS = "One head. Keys and values may differ in width; in the paper both have $d$ entries."


@register("mlstm", "mLSTM",
          tags="gated elementwise matrix attention exponential nonlinear-diagonal")
def mlstm(forget_gate: str = "sigmoid") -> Program:
    """Linear attention with gates: stores values under keys and finds them by a query.

    Parameters ``W_q [d_k, D]``, ``b_q [d_k]``, then ``_k``; ``W_v [d_v, D]``, ``b_v [d_v]``,
    then ``_o``; ``w_i [D]``, ``b_i``, then ``_f``. States ``C [d_v, d_k]``, ``n [d_k]``, ``m``,
    which start at zero. ``forget_gate`` is ``"sigmoid"`` or ``"exp"``. Source: Beck et al.,
    arXiv 2405.04517.
    """
    notes = [FORGET, GAUGE, HEADS, PRIMES]
    with Cell("mlstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(d_k="entries of a key", d_v="entries of a value")
        q, k = cell.symbol("q[d_k]", "query"), cell.symbol("k[d_k]", "key")
        v, m = cell.symbol("v[d_v]", "value"), cell.state("m", "stabiliser")
        itilde = cell.symbol("itilde", "pre-activation of the input gate", latex=r"\tilde{i}")
        ftilde = cell.symbol("ftilde", "pre-activation of the forget gate", latex=r"\tilde{f}")
        l_f = cell.symbol("l_f", "logarithm of the forget gate")
        i = cell.symbol("i", "input gate, stabilised")
        f = cell.symbol("f", "forget gate, stabilised")
        o, h = cell.symbol("o[d_v]", "output gate"), cell.symbol("h[d_v]", "output of the block")
        C, n = cell.state("C[d_v,d_k]", "memory"), cell.state("n[d_k]", "normaliser")
        s, r = cell.symbol("s", "how much is stored under the query"), cell.symbol("r", "divisor")
        e = cell.symbol("e", "scale of the quotient, at most 1")
        a, g = cell.symbol("a", "size of s"), cell.symbol("g", "least divisor")
        W_q, b_q = cell.parameters("W_q[d_k,D] b_q[d_k]", "of the query")
        W_k, b_k = cell.parameters("W_k[d_k,D] b_k[d_k]", "of the key")
        W_v, b_v = cell.parameters("W_v[d_v,D] b_v[d_v]", "of the value")
        w_i, b_i = cell.parameters("w_i[D] b_i", "of the input gate")
        w_f, b_f = cell.parameters("w_f[D] b_f", "of the forget gate")
        W_o, b_o = cell.parameters("W_o[d_v,D] b_o[d_v]", "of the output gate")

        q[t] = W_q @ x[t] + b_q
        k[t] = 1 / sqrt(SizeSymbol("d_k")) * (W_k @ x[t]) + b_k
        v[t] = W_v @ x[t] + b_v
        itilde[t] = cell.contract("i,i->", w_i, x[t]) + b_i
        ftilde[t] = cell.contract("i,i->", w_f, x[t]) + b_f
        l_f[t] = log_gate(forget_gate, ftilde[t])
        m[t] = larger(l_f[t] + m[t - 1], itilde[t])
        i[t] = exp(itilde[t] - m[t])
        f[t] = exp(l_f[t] + m[t - 1] - m[t])
        o[t] = activation("sigmoid")(W_o @ x[t] + b_o)
        C[t] = f[t] * C[t - 1] + i[t] * cell.contract("i,j->ij", v[t], k[t])
        n[t] = f[t] * n[t - 1] + i[t] * k[t]
        e[t] = exp(smaller(m[t], Integer(0)))
        g[t] = exp(-larger(m[t], Integer(0)))
        s[t] = e[t] * cell.contract("i,i->", n[t], q[t])
        a[t] = magnitude(s[t])
        r[t] = larger(a[t], g[t])
        h[t] = o[t] * (C[t] @ q[t]) * (e[t] / r[t])
    return cell.build("h")

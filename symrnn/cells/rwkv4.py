"""Time mixing of RWKV-4: attention whose weights decay with age, as a recurrence."""

from __future__ import annotations

from sympy import exp

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, Program, activation, larger

SOURCE = ("B. Peng et al., RWKV: reinventing RNNs for the transformer era, Findings of EMNLP 2023, "
          "arXiv 2305.13048, section 3 and the appendix on the RNN cell")
BIBTEX = """@inproceedings{peng2023rwkv,
  title = {{RWKV}: Reinventing {RNNs} for the Transformer Era},
  author = {Peng, Bo and Alcaide, Eric and Anthony, Quentin and Albalak, Alon and others},
  booktitle = {Findings of the Association for Computational Linguistics: EMNLP 2023},
  year = {2023},
  eprint = {2305.13048},
  archivePrefix = {arXiv}
}"""
GAUGE = ("The exponent $p$ only shifts: $a$ and $b$ stand for $a exp(p)$ and $b exp(p)$, the "
         "paper's $a'$ and $b'$. It is differentiated like any other state. It starts at $-10^30$ "
         "in place of minus infinity, so that nothing is stored before the first step.")
DECAY = ("The paper's $w$ is not negative; it is $exp(w_log)$ here, as in the authors' code, whose "
         "`time_decay` is $w_log$ and whose `time_first` is $u$.")
MIX = "Before the first step the input is zero, as in the authors' code."


@register("rwkv4", "RWKV-4 time mixing",
          tags="gated elementwise attention exponential delayed nonlinear-diagonal")
def rwkv4() -> Program:
    """Attention that forgets exponentially: each channel keeps two sums and needs no past.

    Parameters ``mu_r [D]``, ``W_r [d, D]``, then ``_k``, ``_v``; ``w_log [d]``, ``u [d]``,
    ``W_o [D, d]``. States ``a [d]`` and ``b [d]``, which start at zero, ``p [d]`` at -1e30, and
    the input of the step before. Output ``y [D]``. Source: Peng et al., arXiv 2305.13048.
    """
    with Cell("rwkv4", source=SOURCE, notes=[GAUGE, DECAY, MIX], bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        r = cell.symbol("r[d]", "receptance: what comes out, before its sigmoid")
        k, v = cell.symbol("k[d]", "key"), cell.symbol("v[d]", "value")
        x_r, x_k, x_v = (cell.symbol(f"x_{one}[D]", f"input for {one}, mixed with the one before")
                         for one in "rkv")
        q = cell.symbol("q[d]", "larger exponent of the quotient")
        e, g = (cell.symbol(f"{one}[d]", f"weight of the past in {told}")
                for one, told in (("e", "the mean"), ("g", "what is stored")))
        f, h = (cell.symbol(f"{one}[d]", f"weight of the present in {told}")
                for one, told in (("f", "the mean"), ("h", "what is stored")))
        s = cell.symbol("s[d]", "sum of weights, with the present")
        wkv = cell.symbol("wkv[d]", "mean of all values, weighted")
        a = cell.state("a[d]", "sum of values")
        b = cell.state("b[d]", "sum of weights", drawn=UNIFORM)
        p = cell.state("p[d]", "largest exponent so far", start=-10**30)
        y = cell.symbol("y[D]", "output")
        mu_r, mu_k, mu_v = (cell.parameter(f"mu_{one}[D]", f"share of the new input in x_{one}",
                                           drawn=UNIFORM)
                            for one in "rkv")
        W_r, W_k, W_v = (cell.parameter(f"W_{told[0]}[d,D]", f"weights of the {told}")
                         for told in ("receptance", "key", "value"))
        w = exp(cell.parameter("w_log[d]", "decay of a channel, its logarithm"))
        u = cell.parameter("u[d]", "what the present input counts more")
        W_o = cell.parameter("W_o[D,d]", "weights of the output")

        for mixed, mu in ((x_r, mu_r), (x_k, mu_k), (x_v, mu_v)):
            mixed[t] = mu * x[t] + (1 - mu) * x[t - 1]
        r[t] = W_r @ x_r[t]
        k[t] = W_k @ x_k[t]
        v[t] = W_v @ x_v[t]
        q[t] = larger(p[t - 1], u + k[t])
        e[t] = exp(p[t - 1] - q[t])
        f[t] = exp(u + k[t] - q[t])
        s[t] = e[t] * b[t - 1] + f[t]
        wkv[t] = (e[t] * a[t - 1] + f[t] * v[t]) / s[t]
        p[t] = larger(p[t - 1] - w, k[t])
        g[t] = exp(p[t - 1] - w - p[t])
        h[t] = exp(k[t] - p[t])
        a[t] = g[t] * a[t - 1] + h[t] * v[t]
        b[t] = g[t] * b[t - 1] + h[t]
        y[t] = W_o @ (activation("sigmoid")(r[t]) * wkv[t])
    return cell.build("y")

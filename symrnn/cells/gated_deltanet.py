"""Gated DeltaNet: a memory that is corrected under each key, and forgets as a whole."""

from __future__ import annotations

from sympy import Rational, exp, log, sqrt

from symrnn.authoring import Cell, dot, outer, register, t
from symrnn.cells.s6 import short_step
from symrnn.program import UNIFORM, Program, activation, larger

SOURCE = ("S. Yang, J. Kautz, A. Hatamizadeh, Gated delta networks: improving Mamba2 with delta "
          "rule, ICLR 2025, arXiv 2412.06464, section 3")
BIBTEX = """@inproceedings{yang2025gated,
  title = {Gated Delta Networks: Improving {Mamba2} with Delta Rule},
  author = {Yang, Songlin and Kautz, Jan and Hatamizadeh, Ali},
  booktitle = {International Conference on Learning Representations},
  year = {2025},
  eprint = {2412.06464},
  archivePrefix = {arXiv}
}"""
RULE = ("The paper's $S[t] = S[t-1] alpha (I - beta k k^T) + beta v k^T$ is written by what the "
        "memory lacks under $k$, $beta (v - alpha S[t-1] k)$, so that no matrix is multiplied by "
        "a matrix.")
GATE = ("$alpha$ is that of Mamba2, as the paper says: $exp(-exp(A_log) softplus(w_alpha x + "
        "b_alpha))$, one number for each head.")
NORM = ("Queries and keys are divided by their length, or by $10^-12$ where that is more, so that "
        "an input of zeros stays finite.")
SCALE = ("The code of flash-linear-attention divides $q$ by the root of $d_k$; the equations do "
         "not.")
BLOCK = ("The block around it is left out: the convolutions before the SiLU, the norm of each "
         "head and the SiLU gate, which stand between $o$ and $W_o$ in the paper.")
LEAST = Rational(1, 10**24)


@register("gated_deltanet", "Gated DeltaNet",
          tags="gated linear matrix heads attention normalised affine-structured")
def gated_deltanet() -> Program:
    """Writes only what its memory does not know yet, and can forget all at once.

    Parameters ``W_q [H, d_k, D]``, ``W_k [H, d_k, D]``, ``W_v [H, d_v, D]``, ``W_alpha [H, D]``,
    ``b_alpha [H]``, ``A_log [H]``, ``W_beta [H, D]``, ``W_o [D, H, d_v]``. State ``S [H, d_v,
    d_k]``, output ``y [D]``. Source: Yang et al., arXiv 2412.06464.
    """
    sigmoid, silu = activation("sigmoid"), activation("silu")
    with Cell("gated_deltanet", source=SOURCE, notes=[RULE, GATE, NORM, SCALE, BLOCK],
              bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(H="heads", d_k="entries of a key", d_v="entries of a value")
        qtilde = cell.symbol("qtilde[H,d_k]", "query, of any length", latex=r"\tilde{q}")
        ktilde = cell.symbol("ktilde[H,d_k]", "key, of any length", latex=r"\tilde{k}")
        s_q = cell.symbol("s_q[H]", "squared length of the query, above 0")
        s_k = cell.symbol("s_k[H]", "squared length of the key, above 0")
        q, k = cell.symbol("q[H,d_k]", "query"), cell.symbol("k[H,d_k]", "key")
        v = cell.symbol("v[H,d_v]", "value")
        alpha = cell.symbol("alpha[H]", "decay of a head: 1 keeps")
        beta = cell.symbol("beta[H]", "how much is corrected")
        e = cell.symbol("e[H,d_v]", "what the memory lacks under the key")
        S, o = cell.state("S[H,d_v,d_k]", "memory"), cell.symbol("o[H,d_v]", "output of a head")
        y = cell.symbol("y[D]", "output")
        W_q, W_k, W_v = cell.parameters(
            "W_q[H,d_k,D] W_k[H,d_k,D] W_v[H,d_v,D]", "of query, key and value")
        W_alpha = cell.parameter("W_alpha[H,D]", "weights of the decay")
        b_alpha = cell.parameter("b_alpha[H]", "bias of the decay", drawn=short_step())
        A_log = cell.parameter("A_log[H]", "speed of the decay, its logarithm",
                               drawn=log(1 + 15 * UNIFORM))
        W_beta = cell.parameter("W_beta[H,D]", "weights of the correction")
        W_o = cell.parameter("W_o[D,H,d_v]", "weights of the output")

        qtilde[t] = silu(W_q @ x[t])
        ktilde[t] = silu(W_k @ x[t])
        v[t] = silu(W_v @ x[t])
        s_q[t] = larger(dot(qtilde[t], qtilde[t], "d_k"), LEAST)
        s_k[t] = larger(dot(ktilde[t], ktilde[t], "d_k"), LEAST)
        q[t] = qtilde[t] / sqrt(s_q[t])
        k[t] = ktilde[t] / sqrt(s_k[t])
        alpha[t] = exp(-exp(A_log) * activation("softplus")(W_alpha @ x[t] + b_alpha))
        beta[t] = sigmoid(W_beta @ x[t])
        e[t] = beta[t] * (v[t] - alpha[t] * (S[t - 1] @ k[t]))
        S[t] = alpha[t] * S[t - 1] + outer(e[t], k[t])
        o[t] = S[t] @ q[t]
        y[t] = cell.contract("dhv,hv->d", W_o, o[t])
    return cell.build("y")

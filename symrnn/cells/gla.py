"""Gated linear attention: a matrix memory for each head, whose rows forget one by one."""

from __future__ import annotations

from sympy import exp

from symrnn.authoring import Cell, outer, register, t
from symrnn.program import Program, activation, exact

SOURCE = ("S. Yang et al., Gated linear attention transformers with hardware-efficient training, "
          "ICML 2024, arXiv 2312.06635, section 4")
BIBTEX = """@inproceedings{yang2024gated,
  title = {Gated Linear Attention Transformers with Hardware-Efficient Training},
  author = {Yang, Songlin and Wang, Bailin and Shen, Yikang and Panda, Rameswar and Kim, Yoon},
  booktitle = {Proceedings of the 41st International Conference on Machine Learning},
  year = {2024},
  eprint = {2312.06635},
  archivePrefix = {arXiv}
}"""
COLUMNS = "The paper writes rows, $x W_Q$; here vectors are columns, $W_q x$, a head at a time."
ROOT = ("The gate $alpha$ is $sigmoid(a)^(1/tau)$, with $tau = 16$ in the paper, computed through "
        "its logarithm.")
SCALE = "The authors' code divides $q$ by the root of $d_k$; the paper's equations do not."
BLOCK = ("The block around it is left out: the norm of each head and the Swish gate, which stand "
         "between $o$ and $W_o$ in the paper.")


@register("gla", "Gated linear attention",
          tags="gated linear elementwise matrix heads attention affine-diagonal")
def gla(tau: float = 16) -> Program:
    """Linear attention with a forget gate for every entry of a key.

    Parameters ``W_q [H, d_k, D]``, ``W_k [H, d_k, D]``, ``W_v [H, d_v, D]``, ``W_1 [R, D]``,
    ``W_2 [H, d_k, R]``, ``b [H, d_k]``, ``W_o [D, H, d_v]``. State ``S [H, d_k, d_v]``, output
    ``y [D]``. ``tau`` slows the forgetting down. Source: Yang et al., arXiv 2312.06635.
    """
    notes = [COLUMNS, ROOT, SCALE, BLOCK]
    with Cell("gla", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(H="heads", d_k="entries of a key", d_v="entries of a value")
        q, k = cell.symbol("q[H,d_k]", "query"), cell.symbol("k[H,d_k]", "key")
        v = cell.symbol("v[H,d_v]", "value")
        r = cell.symbol("r[R]", "few numbers that the gate sees")
        a = cell.symbol("a[H,d_k]", "pre-activation of the gate")
        alpha = cell.symbol("alpha[H,d_k]", "forget gate: 1 keeps")
        S, o = cell.state("S[H,d_k,d_v]", "memory"), cell.symbol("o[H,d_v]", "output of a head")
        y = cell.symbol("y[D]", "output")
        W_q, W_k, W_v = cell.parameters(
            "W_q[H,d_k,D] W_k[H,d_k,D] W_v[H,d_v,D]", "of query, key and value")
        W_1, W_2, b = cell.parameters("W_1[R,D] W_2[H,d_k,R] b[H,d_k]", "of the gate")
        W_o = cell.parameter("W_o[D,H,d_v]", "weights of the output")

        q[t] = W_q @ x[t]
        k[t] = W_k @ x[t]
        v[t] = W_v @ x[t]
        r[t] = W_1 @ x[t]
        a[t] = W_2 @ r[t] + b
        alpha[t] = exp(-activation("softplus")(-a[t]) / exact(tau))
        S[t] = alpha[t] * S[t - 1] + outer(k[t], v[t])
        o[t] = S[t].T @ q[t]
        y[t] = cell.contract("dhv,hv->d", W_o, o[t])
    return cell.build("y")

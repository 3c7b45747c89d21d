"""Retention of RetNet: attention that decays at a rate of its own in each head."""

from __future__ import annotations

from sympy import cos, sin

from symrnn.authoring import Cell, outer, register, t
from symrnn.program import Program

SOURCE = ("Y. Sun et al., Retentive network: a successor to transformer for large language models, "
          "arXiv 2307.08621, equations (1) to (6)")
BIBTEX = """@misc{sun2023retentive,
  title = {Retentive Network: A Successor to {Transformer} for Large Language Models},
  author = {Sun, Yutao and Dong, Li and Huang, Shaohan and Ma, Shuming and Xia, Yuqing and
            Xue, Jilong and Wang, Jianyong and Wei, Furu},
  year = {2023},
  eprint = {2307.08621},
  archivePrefix = {arXiv},
  primaryClass = {cs.CL}
}"""
PAIRS = ("Real arithmetic: the entries $2 j$ and $2 j + 1$ of a query or a key are the real and "
         "the imaginary part of entry $j$ of $q$ and $k$, and $o$ is the real part of $q S$.")
TURN = ("The paper turns query and key of step $n$ by $n theta$ and lets $S$ decay (6). Here $S$ "
        "turns by $theta$ at every step, as in its equation (3), so no step needs its number: "
        "outputs are the same, and $S$ is the paper's, turned by $n theta$.")
RATES = ("$gamma$ is the paper's, and $theta$ that of rotary positions, $10000^(-(2 j)/d)$ for "
         "keys of $d$ entries, which the paper refers to. The authors' code has $d/2 - 1$ in place "
         "of $d/2$.")
BLOCK = ("The block around it is left out: the norm of each head and the swish gate, which stand "
         "between $o$ and $W_o$ in the paper. The norm also undoes the factors by which the paper "
         "scales scores, $1/sqrt(d)$ among them, so these are left out too.")


@register("retnet", "RetNet, multi-scale retention",
          tags="linear elementwise matrix heads attention leaky oscillating affine-diagonal")
def retnet() -> Program:
    """Linear attention whose memories fade, each head's at its own rate, and turn with time.

    Parameters ``W_q_re [H, d_k, D]``, ``W_q_im [H, d_k, D]``, then ``_k``; ``W_v [H, d_v, D]``,
    ``W_o [D, H, d_v]``. A key has ``d_k`` pairs of entries.
    States ``S_re [H, d_k, d_v]``, ``S_im``, output ``y [D]``. Source: Sun et al., arXiv
    2307.08621.
    """
    notes = [PAIRS, TURN, RATES, BLOCK]
    with Cell("retnet", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(H="heads", d_k="pairs of a key", d_v="entries of a value")
        (q_re, k_re), (q_im, k_im) = (
            (cell.symbol(f"q_{one}[H,d_k]", f"query, {told} part"),
             cell.symbol(f"k_{one}[H,d_k]", f"key, {told} part"))
            for one, told in (("re", "real"), ("im", "imaginary")))
        v = cell.symbol("v[H,d_v]", "value")
        S_re = cell.state("S_re[H,d_k,d_v]", "memory, real part")
        S_im = cell.state("S_im[H,d_k,d_v]", "memory, imaginary part")
        o, y = cell.symbol("o[H,d_v]", "output of a head"), cell.symbol("y[D]", "output")
        W_q_re, W_q_im = cell.parameters("W_q_re[H,d_k,D] W_q_im[H,d_k,D]", "of the query")
        W_k_re, W_k_im = cell.parameters("W_k_re[H,d_k,D] W_k_im[H,d_k,D]", "of the key")
        W_v = cell.parameter("W_v[H,d_v,D]", "weights of the value")
        gamma = cell.constant("gamma[H]", "decay of a head", lambda head: 1 - 2 ** (-5 - head))
        theta = cell.constant("theta[d_k]", "turn of a pair at every step",
                              lambda pair: 10000 ** (-pair / cell.length("d_k")))
        c, s = cos(theta), sin(theta)
        W_o = cell.parameter("W_o[D,H,d_v]", "weights of the output")

        q_re[t] = W_q_re @ x[t]
        q_im[t] = W_q_im @ x[t]
        k_re[t] = W_k_re @ x[t]
        k_im[t] = W_k_im @ x[t]
        v[t] = W_v @ x[t]
        S_re[t] = gamma * (c * S_re[t - 1] - s * S_im[t - 1]) + outer(k_re[t], v[t])
        S_im[t] = gamma * (c * S_im[t - 1] + s * S_re[t - 1]) - outer(k_im[t], v[t])
        o[t] = S_re[t].T @ q_re[t] - S_im[t].T @ q_im[t]
        y[t] = cell.contract("dhv,hv->d", W_o, o[t])
    return cell.build("y")

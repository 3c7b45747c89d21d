"""Time mixing of RWKV-7: a delta rule whose decay and rate are vectors, one for each head."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Rational, exp, sqrt

from symrnn.authoring import Cell, dot, outer, register, t
from symrnn.authoring.symbols import Sequence, Term
from symrnn.program import UNIFORM, Program, activation, larger

SOURCE = ("B. Peng et al., RWKV-7 Goose with expressive dynamic state evolution, "
          "arXiv 2503.14456, section 4")
BIBTEX = """@misc{peng2025rwkv7,
  title = {{RWKV-7} ``Goose'' with Expressive Dynamic State Evolution},
  author = {Peng, Bo and Zhang, Ruichong and Goldstein, Daniel and Alcaide, Eric and
            Du, Xingjian and Hou, Haowen and others},
  year = {2025},
  eprint = {2503.14456},
  archivePrefix = {arXiv},
  primaryClass = {cs.CL}
}"""
COLUMNS = ("The paper writes rows, $x W$; here vectors are columns, $W x$, a head at a time. Its "
           "$loramlp(f, x) = f(x A) B + lambda$ is $B f(A x) + lambda$.")
RULE = ("The paper's $wkv$ is $S$: $S[t] = S[t-1] (diag(w) - khat^T (a khat)) + v^T ktilde$, "
        "where $khat$ is $kappa$ divided by its length. $S[t-1] khat^T$ is $u$ here, so that no "
        "matrix is multiplied by a matrix.")
DECAY = ("The paper's $w = exp(-exp(-1/2) sigmoid(d))$ is computed through the logarithm of the "
         "sigmoid, as in the authors' code.")
NORM = ("$kappa$ is divided by its length, or by $10^-12$ where that is more, as in the authors' "
        "code, so that an input of zeros stays finite.")
FIRST = ("This is the first layer. A later one mixes its values with those of the first, which a "
         "cell alone does not see.")
BLOCK = ("The block around it is left out: the norm of each head, the bonus of the present key, "
         "and the gate $g$, which stand between $o$ and $W_o$ in the paper.")
LEAST = Rational(1, 10**24)


@register("rwkv7", "RWKV-7 time mixing",
          tags="gated linear matrix heads attention delayed normalised affine-structured")
def rwkv7() -> Program:
    """A memory that is corrected under one key and written under another, entry by entry.

    Parameters ``mu_r [D]``, ``W_r [H, d_k, D]``, then ``_k``; ``mu_v [D]``, ``W_v [H, d_v,
    D]``; ``mu_d [D]``, ``A_d [R_d, D]``, ``B_d [H, d_k, R_d]``, ``lambda_d [H, d_k]``, then
    ``_a``; ``xi [H, d_k]``, ``alpha [H, d_k]``, ``W_o [D, H, d_v]``. States ``S [H, d_v, d_k]``
    and the input of the step before. Output ``y [D]``. Source: Peng et al., arXiv 2503.14456.
    """
    notes = [COLUMNS, RULE, DECAY, NORM, FIRST, BLOCK]
    with Cell("rwkv7", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        cell.counts(H="heads", d_k="entries of a key", d_v="entries of a value")
        r = cell.symbol("r[H,d_k]", "receptance")
        k, v = cell.symbol("k[H,d_k]", "key"), cell.symbol("v[H,d_v]", "value")
        d = cell.symbol("d[H,d_k]", "pre-activation of the decay")
        w = cell.symbol("w[H,d_k]", "decay, between 0.545 and 1")
        a = cell.symbol("a[H,d_k]", "how much is corrected")
        kappa = cell.symbol("kappa[H,d_k]", "key to remove, of any length")
        s = cell.symbol("s[H]", "squared length of kappa, above 0")
        khat = cell.symbol("khat[H,d_k]", "key to remove", latex=r"\hat{\kappa}")
        ktilde = cell.symbol("ktilde[H,d_k]", "key to write under", latex=r"\tilde{k}")
        u = cell.symbol("u[H,d_v]", "what is stored under the key to remove")
        S, o = cell.state("S[H,d_v,d_k]", "memory"), cell.symbol("o[H,d_v]", "output of a head")
        y = cell.symbol("y[D]", "output")
        W_r, W_k = cell.parameters("W_r[H,d_k,D] W_k[H,d_k,D]", "of receptance and key")
        W_v = cell.parameter("W_v[H,d_v,D]", "weights of the value")
        xi = cell.parameter("xi[H,d_k]", "from the key to the key to remove")
        alpha = cell.parameter("alpha[H,d_k]", "how much less is written where less is corrected",
                               drawn=UNIFORM)
        W_o = cell.parameter("W_o[D,H,d_v]", "weights of the output")

        r[t] = W_r @ mixed(cell, x, "r")
        k[t] = W_k @ mixed(cell, x, "k")
        v[t] = W_v @ mixed(cell, x, "v")
        d[t] = loramlp(cell, activation("tanh"), mixed(cell, x, "d"), "d")
        w[t] = exp(-exp(-activation("softplus")(-d[t]) - Rational(1, 2)))
        a[t] = activation("sigmoid")(loramlp(cell, activation("linear"), mixed(cell, x, "a"), "a"))
        kappa[t] = k[t] * xi
        s[t] = larger(dot(kappa[t], kappa[t], "d_k"), LEAST)
        khat[t] = kappa[t] / sqrt(s[t])
        ktilde[t] = k[t] * (1 + (a[t] - 1) * alpha)
        u[t] = S[t - 1] @ khat[t]
        S[t] = w[t] * S[t - 1] - outer(u[t], a[t] * khat[t]) + outer(v[t], ktilde[t])
        o[t] = S[t] @ r[t]
        y[t] = cell.contract("dhv,hv->d", W_o, o[t])
    return cell.build("y")


def mixed(cell: Cell, x: Sequence, letter: str) -> Term:
    """The input of a step, mixed with the one before by weights of its own."""
    made = cell.symbol(f"x_{letter}[D]", f"input for {letter}, mixed with the one before")
    mu = cell.parameter(f"mu_{letter}[D]", f"share of the input before in that of {letter}",
                        drawn=UNIFORM)
    made[t] = x[t] + (x[t - 1] - x[t]) * mu
    return made[t]


def loramlp(cell: Cell, f: Callable[[Expr], Expr], x: Term, letter: str) -> Expr:
    """The paper's loramlp: through few numbers to all entries of all heads."""
    z = cell.symbol(f"z_{letter}[R_{letter}]", f"few numbers that {letter} sees")
    A, B, bias = cell.parameters(
        f"A_{letter}[R_{letter},D] B_{letter}[H,d_k,R_{letter}] lambda_{letter}[H,d_k]",
        f"of {letter}")
    z[t] = f(A @ x)
    return B @ z[t] + bias

"""Simple recurrent unit: a light recurrence and a highway past it."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("T. Lei et al., Simple recurrent units for highly parallelizable recurrence, EMNLP 2018, "
          "arXiv 1709.02755, equations (1) to (4)")
BIBTEX = """@inproceedings{lei2018simple,
  title = {Simple Recurrent Units for Highly Parallelizable Recurrence},
  author = {Lei, Tao and Zhang, Yu and Wang, Sida I. and Dai, Hui and Artzi, Yoav},
  booktitle = {Proceedings of the 2018 Conference on Empirical Methods in Natural Language
               Processing},
  year = {2018},
  eprint = {1709.02755},
  archivePrefix = {arXiv}
}"""
VERSION = ("The paper's last version: gates see the memory through the vectors $v$, and the output "
           "has no tanh. The scaling of the highway by a constant $alpha$ is left to the weights.")
PROJECTED = ("The highway adds $W_h x$ where the paper adds $x$ itself, which needs as many "
             "inputs as units. The authors' code projects likewise where the two differ.")
PLAIN = "The highway adds $x$ itself, so there are as many inputs as units."


@register("sru", "Simple recurrent unit", tags="gated elementwise residual nonlinear-diagonal")
def sru(projected: bool = True) -> Program:
    """Trains nearly as fast as a convolution: units talk to each other through the input alone.

    Parameters ``W [m, n]``, ``W_f [m, n]``, ``v_f [m]``, ``b_f [m]``, then ``_r``, and ``W_h
    [m, n]`` of the highway; with ``projected=False`` the highway has no weights and n is m.
    State ``c``. Source: Lei et al., arXiv 1709.02755.
    """
    sigmoid, n = activation("sigmoid"), "n" if projected else "m"
    notes = [VERSION, PROJECTED if projected else PLAIN]
    with Cell("sru", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input(f"x[{n}]", "input")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory")
        c = cell.state("c[m]", "memory")
        r = cell.symbol("r[m]", "reset gate: 1 shows the memory, 0 the input")
        h = cell.symbol("h[m]", "output")
        W = cell.parameter(f"W[m,{n}]", "weights of the candidate")
        W_f, v_f, b_f = cell.parameters(f"W_f[m,{n}] v_f[m] b_f[m]", "of the forget gate")
        W_r, v_r, b_r = cell.parameters(f"W_r[m,{n}] v_r[m] b_r[m]", "of the reset gate")
        W_h = cell.parameter("W_h[m,n]", "weights of the highway") if projected else None

        f[t] = sigmoid(W_f @ x[t] + v_f * c[t - 1] + b_f)
        c[t] = f[t] * c[t - 1] + (1 - f[t]) * (W @ x[t])
        r[t] = sigmoid(W_r @ x[t] + v_r * c[t - 1] + b_r)
        h[t] = r[t] * c[t] + (1 - r[t]) * (W_h @ x[t] if W_h else x[t])
    return cell.build("h")

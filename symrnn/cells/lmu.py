"""Legendre memory unit: a sliding window of one signal, held as a polynomial."""

from __future__ import annotations

from sympy import Eq, Expr, Mod, Piecewise

from symrnn.authoring import Cell, register, t
from symrnn.program import IndexSymbol, Program, SizeSymbol, activation

SOURCE = ("A. R. Voelker et al., Legendre memory units: continuous-time representation in "
          "recurrent neural networks, NeurIPS 2019, section 2")
BIBTEX = """@inproceedings{voelker2019legendre,
  title = {{Legendre} Memory Units: Continuous-Time Representation in Recurrent Neural Networks},
  author = {Voelker, Aaron R. and Kaji{\\'c}, Ivana and Eliasmith, Chris},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {32},
  year = {2019}
}"""
MATRICES = ("$A$ and $B$ are parameters. The paper makes them once and does not train them: with "
            "$i$ and $j$ from 0 to $d - 1$, $a_i_j = -(2 i + 1)$ where $i < j$ and $(2 i + 1) "
            "(-1)^(i-j+1)$ elsewhere, and $b_i = (2 i + 1) (-1)^i$, hold a window of length "
            "$theta$ in continuous time, $theta m' = a m + b u$; $A$ and $B$ are these two after "
            "zero-order hold, $A = exp(a/theta)$ and $B = a^-1 (A - I) b$. Examples have the "
            "paper's Euler steps, $A = I + a/theta$ and $B = b/theta$, for $theta = 2 d^2$.")
BARS = ("The paper writes the discrete $A$ and $B$ with a bar, which here marks a cotangent, and "
        "the encoders transposed, $e_x^T x$.")
NO_BIAS = "As in the paper, there are no biases; the paper's $f$ is tanh."


@register("lmu", "Legendre memory unit", tags="continuous nonlinear-dense")
def lmu() -> Program:
    """Remembers a window of thousands of steps: its memory is linear and known in advance.

    Parameters ``e_x [n]``, ``e_h [k]``, ``e_m [d]``, ``A [d, d]``, ``B [d]``, ``W_x [k, n]``,
    ``W_h [k, k]``, ``W_m [k, d]``. States ``h [k]`` and the memory ``m [d]`` of order d.
    Source: Voelker, Kajić and Eliasmith, NeurIPS 2019.
    """
    tanh = activation("tanh")
    notes = [MATRICES, BARS, NO_BIAS]
    with Cell("lmu", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        u = cell.symbol("u", "what is written to the memory")
        m = cell.state("m[d]", "memory: coefficients of Legendre polynomials")
        h = cell.state("h[k]", "hidden state")
        e_x, e_h, e_m = cell.parameters("e_x[n] e_h[k] e_m[d]", "of the encoder")
        A = cell.parameter("A[d,d]", "how the window slides on; see the note",
                           latex=r"\mathbf{A}", drawn=slides())
        B = cell.parameter("B[d]", "how the window takes in its newest value; see the note",
                           latex=r"\mathbf{B}", drawn=takes_in())
        W_x, W_h, W_m = cell.parameters("W_x[k,n] W_h[k,k] W_m[k,d]", "of the hidden state")

        u[t] = (cell.contract("i,i->", e_x, x[t]) + cell.contract("i,i->", e_h, h[t - 1])
                + cell.contract("i,i->", e_m, m[t - 1]))
        m[t] = A @ m[t - 1] + B * u[t]
        h[t] = tanh(W_x @ x[t] + W_h @ h[t - 1] + W_m @ m[t])
    return cell.build("h")


ROW, COLUMN = IndexSymbol.at(0), IndexSymbol.at(1)
WINDOW = 2 * SizeSymbol("d") ** 2  # in steps; Euler's method needs one that is long for its order


def slides() -> Expr:
    """One step of Euler's method for the paper's A."""
    here = Piecewise((1, Eq(ROW, COLUMN)), (0, True))
    rate = Piecewise((-(2 * ROW + 1), ROW < COLUMN), ((2 * ROW + 1) * sign(ROW - COLUMN + 1), True))
    return here + rate / WINDOW


def takes_in() -> Expr:
    """The same for the paper's B."""
    return (2 * ROW + 1) * sign(ROW) / WINDOW


def sign(power: Expr) -> Expr:
    """-1 to the power of a whole number."""
    return 1 - 2 * Mod(power, 2)

"""Linear recurrent unit: a diagonal complex recurrence, here in real arithmetic."""

from __future__ import annotations

from sympy import Rational, cos, exp, log, pi, sin

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, Program

SOURCE = ("A. Orvieto et al., Resurrecting recurrent neural networks for long sequences, ICML "
          "2023, arXiv 2303.06349, section 3")
BIBTEX = """@inproceedings{orvieto2023resurrecting,
  title = {Resurrecting Recurrent Neural Networks for Long Sequences},
  author = {Orvieto, Antonio and Smith, Samuel L. and Gu, Albert and Fernando, Anushan and
            Gulcehre, Caglar and Pascanu, Razvan and De, Soham},
  booktitle = {Proceedings of the 40th International Conference on Machine Learning},
  year = {2023},
  eprint = {2303.06349},
  archivePrefix = {arXiv}
}"""
REAL = ("Real arithmetic: every complex $x$, $B$, $C$ is a pair $x_re$, $x_im$; $lambda = "
        "exp(-exp(nu) + i exp(theta))$ has the modulus $exp(-exp(nu))$ and the angle $exp(theta)$.")
GAMMA = ("$nu$, $theta$ and $gamma$ are the paper's $nu^log$, $theta^log$ and $gamma^log$. "
         "$gamma$ is trained; it starts at $log(sqrt(1 - abs(lambda)^2))$.")
START = ("As in section 3.4 of the paper $lambda$ starts in a ring, here with moduli from 0.9 to "
         "0.999, evenly over its area, at any angle.")
RING = (Rational(9, 10), Rational(999, 1000))
SKIP = ("$D$ is a vector, as in the code of the paper's appendix, so $y$ has as many entries as "
        "$u$.")


@register("lru", "Linear recurrent unit",
          tags="linear elementwise leaky oscillating affine-diagonal")
def lru() -> Program:
    """A linear recurrence for very long sequences, stable by the way its weights are written.

    Parameters ``nu [N]``, ``theta [N]``, ``gamma [N]``, ``B_re [N, H]``, ``B_im [N, H]``,
    ``C_re [H, N]``, ``C_im [H, N]``, ``D [H]``. States ``x_re [N]``, ``x_im [N]``, output
    ``y [H]``. Source: Orvieto et al., arXiv 2303.06349.
    """
    with Cell("lru", source=SOURCE, notes=[REAL, GAMMA, START, SKIP], bibtex=BIBTEX) as cell:
        u = cell.input("u[H]", "input")
        x_re = cell.state("x_re[N]", "state, real part")
        x_im = cell.state("x_im[N]", "state, imaginary part")
        y = cell.symbol("y[H]", "output")
        inner, outer = RING
        square = inner**2 + UNIFORM * (outer**2 - inner**2)
        nu = cell.parameter("nu[N]", "logarithm of the decay rate",
                            drawn=log(-log(square) / 2))
        theta = cell.parameter("theta[N]", "logarithm of the angle of a turn",
                               drawn=log(2 * pi * UNIFORM))
        gamma = cell.parameter("gamma[N]", "logarithm of the scale of the input",
                               drawn=log(1 - exp(-2 * exp(nu))) / 2)
        B_re, B_im = cell.parameters("B_re[N,H] B_im[N,H]", "of the input")
        C_re, C_im = cell.parameters("C_re[H,N] C_im[H,N]", "of the output")
        D = cell.parameter("D[H]", "weights past the state")

        re, im = exp(-exp(nu)) * cos(exp(theta)), exp(-exp(nu)) * sin(exp(theta))
        x_re[t] = re * x_re[t - 1] - im * x_im[t - 1] + exp(gamma) * (B_re @ u[t])
        x_im[t] = re * x_im[t - 1] + im * x_re[t - 1] + exp(gamma) * (B_im @ u[t])
        y[t] = C_re @ x_re[t] - C_im @ x_im[t] + D * u[t]
    return cell.build("y")

"""Long expressive memory: two coupled states, each unit with a time scale of its own."""

from __future__ import annotations

from sympy import Rational

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("T. K. Rusch et al., Long expressive memory for sequence modeling, ICLR 2022, "
          "arXiv 2110.04744, equation (3)")
BIBTEX = """@inproceedings{rusch2022long,
  title = {Long Expressive Memory for Sequence Modeling},
  author = {Rusch, T. Konstantin and Mishra, Siddhartha and Erichson, N. Benjamin and
            Mahoney, Michael W.},
  booktitle = {International Conference on Learning Representations},
  year = {2022},
  eprint = {2110.04744},
  archivePrefix = {arXiv}
}"""
BARS = ("The two step sizes are $dt_1$ and $dt_2$; the paper writes the second with a bar, which "
        "here marks a cotangent. Its $sigma$ with a hat is the logistic function, its $sigma$ is "
        "tanh.")
CONSTANT = ("The largest step size is a number that the paper sets and does not train; here it is "
            "a scalar parameter, so that the equations keep its letter.")


@register("lem", "Long expressive memory", tags="gated continuous nonlinear-dense")
def lem() -> Program:
    """Learns slow and fast together: every unit chooses its own step size at every step.

    Parameters ``W_1 [m, m]``, ``V_1 [m, n]``, ``b_1 [m]``, then ``_2``, ``_z``, ``_y``, and the
    scalar ``dt``. States ``y``, ``z``. Source: Rusch et al., arXiv 2110.04744.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("lem", source=SOURCE, notes=[BARS, CONSTANT], bibtex=BIBTEX) as cell:
        u = cell.input("u[n]", "input")
        dt_1 = cell.symbol("dt_1[m]", "step size of z", latex=r"\Delta t")
        dt_2 = cell.symbol("dt_2[m]", "step size of y", latex=r"\Delta t")
        z = cell.state("z[m]", "memory")
        y = cell.state("y[m]", "hidden state")
        dt = cell.parameter("dt", "largest step size", latex=r"\Delta t", drawn=Rational(1, 2))
        W_1, V_1, b_1 = cell.parameters("W_1[m,m] V_1[m,n] b_1[m]", "of the step size of z")
        W_2, V_2, b_2 = cell.parameters("W_2[m,m] V_2[m,n] b_2[m]", "of the step size of y")
        W_z, V_z, b_z = cell.parameters("W_z[m,m] V_z[m,n] b_z[m]", "of the memory")
        W_y, V_y, b_y = cell.parameters("W_y[m,m] V_y[m,n] b_y[m]", "of the hidden state")

        dt_1[t] = dt * sigmoid(W_1 @ y[t - 1] + V_1 @ u[t] + b_1)
        dt_2[t] = dt * sigmoid(W_2 @ y[t - 1] + V_2 @ u[t] + b_2)
        z[t] = (1 - dt_1[t]) * z[t - 1] + dt_1[t] * tanh(W_z @ y[t - 1] + V_z @ u[t] + b_z)
        y[t] = (1 - dt_2[t]) * y[t - 1] + dt_2[t] * tanh(W_y @ z[t] + V_y @ u[t] + b_y)
    return cell.build("y")

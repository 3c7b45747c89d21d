"""Coupled oscillatory RNN: a network of driven and damped oscillators."""

from __future__ import annotations

from sympy import Rational

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("T. K. Rusch and S. Mishra, Coupled oscillatory recurrent neural network (coRNN), "
          "ICLR 2021, arXiv 2010.00951, equation (3)")
BIBTEX = """@inproceedings{rusch2021coupled,
  title = {Coupled Oscillatory Recurrent Neural Network ({coRNN}): An accurate and (gradient)
           stable architecture for learning long time dependencies},
  author = {Rusch, T. Konstantin and Mishra, Siddhartha},
  booktitle = {International Conference on Learning Representations},
  year = {2021},
  eprint = {2010.00951},
  archivePrefix = {arXiv}
}"""
EXPLICIT = ("The paper damps with $z$ of this step or of the one before; this is the explicit "
            "form, with the one before, as in the authors' code.")
ORDER = "$z$ is computed first, because $y$ reads it. $W_z$ is the paper's calligraphic $W$."
CONSTANTS = ("The step size, $gamma$ and $epsilon$ are numbers that the paper sets and does not "
             "train; here they are scalar parameters, so that the equations keep their letters.")


@register("cornn", "Coupled oscillatory RNN", tags="continuous leaky oscillating nonlinear-dense")
def cornn() -> Program:
    """Remembers over long times: units swing, and gradients neither explode nor vanish.

    Parameters ``W [m, m]``, ``W_z [m, m]``, ``V [m, n]``, ``b [m]`` and the scalars ``dt``
    (step size), ``gamma`` (frequency), ``epsilon`` (damping). States ``y``, ``z``. Source:
    Rusch and Mishra, arXiv 2010.00951.
    """
    tanh = activation("tanh")
    notes = [EXPLICIT, ORDER, CONSTANTS]
    with Cell("cornn", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        u = cell.input("u[n]", "input")
        z = cell.state("z[m]", "velocity of the oscillators")
        y = cell.state("y[m]", "position of the oscillators")
        W, W_z, V, b = cell.parameters("W[m,m] W_z[m,m] V[m,n] b[m]", "of the force")
        dt = cell.parameter("dt", "step size", latex=r"\Delta t", drawn=Rational(42, 1000))
        gamma = cell.parameter("gamma", "how hard the oscillators are pulled back",
                               drawn=Rational(27, 10))
        epsilon = cell.parameter("epsilon", "damping", drawn=Rational(47, 10))

        z[t] = (z[t - 1] + dt * tanh(W @ y[t - 1] + W_z @ z[t - 1] + V @ u[t] + b)
                - dt * gamma * y[t - 1] - dt * epsilon * z[t - 1])
        y[t] = y[t - 1] + dt * z[t]
    return cell.build("y")

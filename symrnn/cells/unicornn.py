"""UnICORNN: independent oscillators, each with a time scale of its own."""

from __future__ import annotations

from sympy import Rational

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("T. K. Rusch and S. Mishra, UnICORNN: a recurrent model for learning very long time "
          "dependencies, ICML 2021, arXiv 2103.05487")
BIBTEX = """@inproceedings{rusch2021unicornn,
  title = {{UnICORNN}: A recurrent model for learning very long time dependencies},
  author = {Rusch, T. Konstantin and Mishra, Siddhartha},
  booktitle = {Proceedings of the 38th International Conference on Machine Learning},
  pages = {9168--9178},
  year = {2021},
  eprint = {2103.05487},
  archivePrefix = {arXiv}
}"""
ORDER = ("$z$ is computed first, because $y$ reads it. This is one layer: the paper's input "
         "$y^(l-1)$ is $u$ here. Its $sigma$ is tanh, its $sigma$ with a hat, $1/2 + "
         "tanh(c/2)/2$, the logistic function.")
CONSTANTS = ("The step size and $alpha$ are numbers that the paper sets and does not train; here "
             "they are scalar parameters, so that the equations keep their letters.")


@register("unicornn", "Undamped independent controlled oscillatory RNN (UnICORNN)",
          tags="elementwise continuous oscillating nonlinear-diagonal")
def unicornn() -> Program:
    """Remembers over very long times: a Hamiltonian system of units that swing on their own.

    Parameters ``w [m]``, ``V [m, n]``, ``b [m]``, ``c [m]`` (time scales) and the scalars ``dt``
    (step size) and ``alpha``. States ``y [m]``, ``z [m]``. Source: Rusch and Mishra, arXiv
    2103.05487.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("unicornn", source=SOURCE, notes=[ORDER, CONSTANTS], bibtex=BIBTEX) as cell:
        u = cell.input("u[n]", "input")
        z = cell.state("z[m]", "velocity of the oscillators")
        y = cell.state("y[m]", "position of the oscillators")
        w, V, b = cell.parameters("w[m] V[m,n] b[m]", "of the force")
        c = cell.parameter("c[m]", "time scales of the oscillators")
        dt = cell.parameter("dt", "step size", latex=r"\Delta t", drawn=Rational(1, 10))
        alpha = cell.parameter("alpha", "how hard the oscillators are pulled back", drawn=1)

        z[t] = z[t - 1] - dt * sigmoid(c) * (tanh(w * y[t - 1] + V @ u[t] + b)
                                             + alpha * y[t - 1])
        y[t] = y[t - 1] + dt * sigmoid(c) * z[t]
    return cell.build("y")

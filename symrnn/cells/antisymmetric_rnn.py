"""AntisymmetricRNN: a stable differential equation, with and without a gate."""

from __future__ import annotations

from sympy import Rational

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("B. Chang et al., AntisymmetricRNN: a dynamical system view on recurrent neural "
          "networks, ICLR 2019, arXiv 1902.09689, section 3")
BIBTEX = """@inproceedings{chang2019antisymmetricrnn,
  title = {{AntisymmetricRNN}: A Dynamical System View on Recurrent Neural Networks},
  author = {Chang, Bo and Chen, Minmin and Haber, Eldad and Chi, Ed H.},
  booktitle = {International Conference on Learning Representations},
  year = {2019},
  eprint = {1902.09689},
  archivePrefix = {arXiv}
}"""
CONSTANTS = ("The step size $epsilon$ and the diffusion $gamma$ are numbers that the paper sets "
             "and does not train; here they are scalar parameters, so that the equations keep "
             "their letters.")
FULL = ("The paper stores only the part of $W_h$ above the diagonal; here $W_h$ is a full matrix, "
        "of which only the antisymmetric part matters.")
SHARED = "The gate sees the state through the same antisymmetric matrix as the candidate."


@register("antisymmetric_rnn", "AntisymmetricRNN", tags="continuous nonlinear-dense")
@register("antisymmetric_rnn_gated", "... with a gate",
          tags="gated continuous nonlinear-dense", gated=True)
def antisymmetric_rnn(gated: bool = False) -> Program:
    """Keeps its past without effort: its recurrent matrix neither damps nor amplifies.

    Parameters ``W_h [m, m]``, ``V_h [m, n]``, ``b_h [m]``, the scalars ``gamma`` and
    ``epsilon``; with ``gated=True`` also ``V_z [m, n]`` and ``b_z [m]``. State ``h``. Source:
    Chang et al., arXiv 1902.09689.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    notes = [CONSTANTS, FULL] + [SHARED] * gated
    with Cell("antisymmetric_rnn", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        d = cell.symbol("d[m]", "the state under the antisymmetric matrix")
        h = cell.state("h[m]", "hidden state")
        W_h, V_h, b_h = cell.parameters("W_h[m,m] V_h[m,n] b_h[m]", "of the hidden state")
        gamma = cell.parameter("gamma", "diffusion: damps what the step size lets grow",
                               drawn=Rational(1, 100))
        epsilon = cell.parameter("epsilon", "step size", drawn=Rational(1, 10))

        d[t] = W_h @ h[t - 1] - W_h.T @ h[t - 1] - gamma * h[t - 1]
        if gated:
            z = cell.symbol("z[m]", "input gate: 0 keeps the old state")
            V_z, b_z = cell.parameters("V_z[m,n] b_z[m]", "of the gate")
            z[t] = sigmoid(d[t] + V_z @ x[t] + b_z)
            h[t] = h[t - 1] + epsilon * z[t] * tanh(d[t] + V_h @ x[t] + b_h)
        else:
            h[t] = h[t - 1] + epsilon * tanh(d[t] + V_h @ x[t] + b_h)
    return cell.build("h")

"""tau-GRU: a gated unit that hears its own state of some steps ago."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, ProgramError, activation, quoted

SOURCE = ("N. B. Erichson, S. H. Lim, M. W. Mahoney, Gated recurrent neural networks with "
          "weighted time-delay feedback, AISTATS 2025, arXiv 2212.00228")
BIBTEX = """@inproceedings{erichson2025gated,
  title = {Gated Recurrent Neural Networks with Weighted Time-Delay Feedback},
  author = {Erichson, N. Benjamin and Lim, Soon Hoe and Mahoney, Michael W.},
  booktitle = {Proceedings of the 28th International Conference on Artificial Intelligence and
               Statistics},
  year = {2025},
  eprint = {2212.00228},
  archivePrefix = {arXiv}
}"""
TIME = ("The paper counts one step ahead: its $h[n]$ is $h[t-1]$ here, its $h[n+1]$ is $h[t]$. "
        "The delay $d$ counts from $h[t-1]$: $z$ reads $h[t-1-d]$.")
CODE = ("Published code has biases, three numbers that are 1 unless set (the step size and "
        "the weights of $u$ and of the feedback), and lets $z$ and $a$ see the delayed input; the "
        "paper's equations, which stand here, do not.")


@register("taugru", "Gated unit with time-delay feedback",
          tags="gated continuous delayed nonlinear-dense")
def taugru(delay: int = 1) -> Program:
    """Bridges long gaps: what the state was some steps before comes back, weighted.

    Parameters ``W_1 [m, m]``, ``U_1 [m, n]`` to ``W_4``, ``U_4``. State ``h [m]``, and as many
    of its older values as the delay has steps. Source: Erichson et al., arXiv 2212.00228. Raises
    ProgramError for a delay that is no whole number from 1 on.
    """
    if not isinstance(delay, int) or delay < 1:
        raise ProgramError(f"taugru: delay is {quoted(delay)}; it is a whole number of steps, at "
                           f"least 1")
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("taugru", source=SOURCE, notes=[TIME, CODE], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        u = cell.symbol("u[m]", "candidate of this step")
        z = cell.symbol("z[m]", "feedback from the delayed state")
        g = cell.symbol("g[m]", "update gate: 0 keeps the old state")
        a = cell.symbol("a[m]", "weight of the feedback")
        h = cell.state("h[m]", "hidden state")
        W_1, U_1 = cell.parameters("W_1[m,m] U_1[m,n]", "of the candidate")
        W_2, U_2 = cell.parameters("W_2[m,m] U_2[m,n]", "of the feedback")
        W_3, U_3 = cell.parameters("W_3[m,m] U_3[m,n]", "of the update gate")
        W_4, U_4 = cell.parameters("W_4[m,m] U_4[m,n]", "of the feedback's weight")

        u[t] = tanh(W_1 @ h[t - 1] + U_1 @ x[t])
        z[t] = tanh(W_2 @ h[t - 1 - delay] + U_2 @ x[t])
        g[t] = sigmoid(W_3 @ h[t - 1] + U_3 @ x[t])
        a[t] = sigmoid(W_4 @ h[t - 1] + U_4 @ x[t])
        h[t] = (1 - g[t]) * h[t - 1] + g[t] * (u[t] + a[t] * z[t])
    return cell.build("h")

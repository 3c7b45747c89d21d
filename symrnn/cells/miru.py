"""MiRU1 and MiRU2: a GRU whose gates are one number each."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("A. M. Zyarah and D. Kudithipudi, Minion gated recurrent unit for continual learning, "
          "Neurocomputing 673 (2026), arXiv 2503.06175")
BIBTEX = """@article{zyarah2026minion,
  title = {Minion Gated Recurrent Unit for Continual Learning},
  author = {Zyarah, Abdullah M. and Kudithipudi, Dhireesha},
  journal = {Neurocomputing},
  volume = {673},
  pages = {132847},
  year = {2026},
  eprint = {2503.06175},
  archivePrefix = {arXiv}
}"""
ONE = ("$lambda$, the paper's scaling coefficient, is a scalar parameter, to be set or to be "
       "trained; other libraries set it to $1/2$.")
TWO = ("$lambda$ and $beta$, the paper's scaling coefficients, are scalar parameters, to be set "
       "or to be trained; other libraries set both to $1/2$ and call $beta$ $theta$.")
BIAS = "Where a library keeps two biases of one sum, here is one."


@register("miru1", "Minion recurrent unit 1", tags="gated leaky nonlinear-dense")
def miru1(gate_activation: ActivationChoice = "sigmoid",
          activation: ActivationChoice = "tanh") -> Program:
    """A small GRU that goes on learning: its update gate is the same number for all units.

    Parameters ``W_r [m, n]``, ``U_r [m, m]``, ``b_r [m]``, then ``_h``, and the scalar ``lam``.
    State ``h [m]``. Source: Zyarah and Kudithipudi, arXiv 2503.06175.
    """
    gate = function(gate_activation)
    with Cell("miru1", source=SOURCE, notes=[ONE, BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        r = cell.symbol("r[m]", "reset gate: 0 forgets the old state in the candidate")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_r, U_r, b_r = cell.parameters("W_r[m,n] U_r[m,m] b_r[m]", "of the reset gate")
        W_h, U_h, b_h = cell.parameters("W_h[m,n] U_h[m,m] b_h[m]", "of the candidate")
        lam = cell.parameter("lam", "share of the old state that stays", latex=r"\lambda",
                             drawn=UNIFORM)

        r[t] = gate(W_r @ x[t] + U_r @ h[t - 1] + b_r)
        htilde[t] = function(activation)(W_h @ x[t] + U_h @ (r[t] * h[t - 1]) + b_h)
        h[t] = lam * h[t - 1] + (1 - lam) * htilde[t]
    return cell.build("h")


@register("miru2", "Minion recurrent unit 2", tags="leaky nonlinear-dense")
def miru2(activation: ActivationChoice = "tanh") -> Program:
    """The smallest GRU: no gates; two numbers say what is kept and what the candidate sees.

    Parameters ``W_h [m, n]``, ``U_h [m, m]``, ``b_h [m]`` and the scalars ``beta``, ``lam``.
    State ``h [m]``. Source: Zyarah and Kudithipudi, arXiv 2503.06175.
    """
    with Cell("miru2", source=SOURCE, notes=[TWO, BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        htilde = cell.symbol("htilde[m]", "candidate for the new state", latex=r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        W_h, U_h, b_h = cell.parameters("W_h[m,n] U_h[m,m] b_h[m]", "of the candidate")
        beta = cell.parameter("beta", "share of the old state that the candidate sees",
                              drawn=UNIFORM)
        lam = cell.parameter("lam", "share of the old state that stays", latex=r"\lambda",
                             drawn=UNIFORM)

        htilde[t] = function(activation)(W_h @ x[t] + U_h @ (beta * h[t - 1]) + b_h)
        h[t] = lam * h[t - 1] + (1 - lam) * htilde[t]
    return cell.build("h")

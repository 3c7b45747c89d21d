"""Liquid time-constant network: an equation whose time constants depend on the input."""

from __future__ import annotations

from sympy import exp

from symrnn.authoring import Cell, register, t
from symrnn.cells.cfc import passed
from symrnn.program import ActivationChoice, Program, ProgramError
from symrnn.program import activation as function

SOURCE = ("R. Hasani et al., Liquid time-constant networks, AAAI 2021, arXiv 2006.04439, "
          "equation (3) and algorithm 1")
BIBTEX = """@inproceedings{hasani2021liquid,
  title = {Liquid Time-Constant Networks},
  author = {Hasani, Ramin and Lechner, Mathias and Amini, Alexander and Rus, Daniela and
            Grosu, Radu},
  booktitle = {Proceedings of the AAAI Conference on Artificial Intelligence},
  volume = {35},
  number = {9},
  pages = {7657--7666},
  year = {2021}
}"""
SYNAPSES = ("As in algorithm 1, $f$ sees a weighted sum, and a neuron has one $A$. In the authors' "
            "code each pair of neurons has a sigmoid, a weight and an $A$ of its own.")
STEPS = ("Each step solves $x' = -(1/tau + f) x + f A$ by as many steps of the paper's fused "
         "solver as `unfolds` says; the input stays the same meanwhile.")
BOUND = ("$f$ is a sigmoid, for which the paper proves that states and time constants are bounded, "
         "and the paper's $tau$ is $exp(tau_log)$, so that it stays positive.")
TIME = "A step lasts one unit of time. With `elapsed=True` its time is a second input, $Delta$."


@register("ltc", "Liquid time-constant network", tags="gated continuous nonlinear-dense")
def ltc(unfolds: int = 6, activation: ActivationChoice = "sigmoid",
        elapsed: bool = False) -> Program:
    """Neurons that hurry or dawdle as their input tells them, as a differential equation.

    Parameters ``gamma [m, n]``, ``gamma_r [m, m]``, ``mu [m]``, ``tau_log [m]``, ``A [m]``. State
    ``x [m]``. ``unfolds`` steps of the solver make one step; ``elapsed`` adds an input
    ``Delta``, one number for each step. Source: Hasani et al., AAAI 2021. Raises ProgramError
    for fewer than one step of the solver.
    """
    if unfolds < 1:
        raise ProgramError(f"ltc: unfolds is {unfolds}; the solver makes at least one step")
    notes = [SYNAPSES, STEPS, BOUND, TIME]
    with Cell("ltc", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        I = cell.input("I[n]", "input")
        step = passed(cell, elapsed) / unfolds
        a = cell.symbol("a[m]", "what the input adds to every pre-activation")
        x = cell.state("x[m]", "potential of the neurons")
        gamma, gamma_r = cell.parameters("gamma[m,n] gamma_r[m,m]", "of the neurons")
        mu = cell.parameter("mu[m]", "bias of the neurons")
        tau = exp(cell.parameter("tau_log[m]", "time constant at rest, its logarithm"))
        A = cell.parameter("A[m]", "potential that the input drives to")

        a[t] = gamma @ I[t] + mu
        now = x[t - 1]
        for number in range(1, unfolds + 1):
            f = cell.substep("f[m]", number, f"drive in step {number} of the solver")
            s = cell.substep("s[m]", number, f"divisor in step {number} of the solver")
            after = x if number == unfolds else cell.substep(
                "x[m]", number, f"potential after step {number} of the solver")
            f[t] = function(activation)(gamma_r @ now + a[t])
            s[t] = 1 + step * (1 / tau + f[t])
            after[t] = (now + step * f[t] * A) / s[t]
            now = after[t]
    return cell.build("x")

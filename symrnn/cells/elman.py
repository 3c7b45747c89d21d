"""Elman and Jordan networks: one recurrence, which remembers its hidden layer or its output."""

from __future__ import annotations

from symrnn.authoring import Cell, Lesson, register, t, teach
from symrnn.authoring.symbols import Sequence, Term
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

ELMAN = "J. L. Elman, Finding structure in time, Cognitive Science 14 (1990)"
JORDAN = "M. I. Jordan, Serial order: a parallel distributed processing approach, ICS 8604 (1986)"
LAST = ("The context is the last output alone, as in the lecture notes. In the paper the context "
        "units also see themselves, $c[t] = alpha c[t-1] + y[t-1]$: `self_connection=True`.")
KEPT = ("$alpha$ is one number between 0 and 1, which the paper holds fixed. Here it is a "
        "parameter: leave it out of the training to follow the paper.")

ELMAN_BIBTEX = """
@article{elman1990finding,
  title = {Finding Structure in Time},
  author = {Elman, Jeffrey L.},
  journal = {Cognitive Science}, volume = {14}, number = {2}, pages = {179--211}, year = {1990}
}"""
JORDAN_BIBTEX = """
@techreport{jordan1986serial,
  title = {Serial Order: A Parallel Distributed Processing Approach},
  author = {Jordan, Michael I.},
  institution = {Institute for Cognitive Science, University of California, San Diego},
  number = {ICS Report 8604}, year = {1986}
}"""


@register("elman", "Elman network", tags="plain classic nonlinear-dense")
def elman(activation: ActivationChoice = "tanh", output_activation: ActivationChoice = "linear",
          readout: bool = True) -> Program:
    """Elman network: the memory keeps the hidden layer.

    Parameters ``W [m, n]``, ``U [m, m]``, ``b [m]``, ``V [p, m]``, ``b_y [p]``; state ``h``.
    With ``readout=False`` the output is ``h``, and ``V`` and ``b_y`` go. Source: Elman 1990.
    Raises ValueError for an unknown activation, and for what an option does not take.
    """
    cell = Cell("elman", source=ELMAN, bibtex=ELMAN_BIBTEX)
    return _simple(cell, "h", activation, output_activation, readout)


@register("jordan", "Jordan network", tags="plain classic nonlinear-dense")
def jordan(activation: ActivationChoice = "tanh", output_activation: ActivationChoice = "sigmoid",
           self_connection: bool = False) -> Program:
    """Jordan network: the memory keeps the output.

    Parameters ``W [m, n]``, ``U [m, p]``, ``b [m]``, ``V [p, m]``, ``b_y [p]``; state ``y``.
    With ``self_connection`` the hidden layer sees the context ``c[t] = alpha c[t-1] + y[t-1]``,
    one more state, and ``alpha`` is one more parameter, a number. Source: Jordan 1986.
    Raises ValueError for an unknown activation, and for what an option does not take.
    """
    notes = [KEPT if self_connection else LAST]
    cell = Cell("jordan", source=JORDAN, notes=notes, bibtex=JORDAN_BIBTEX)
    return _simple(cell, "y", activation, output_activation, True, self_connection)


def _simple(cell: Cell, memory: str, activation: ActivationChoice,
            output_activation: ActivationChoice, readout: bool, kept: bool = False) -> Program:
    """The equations of both; ``memory`` says which of h and y the hidden layer sees again.

    Where it is ``kept``, a share of what was seen before stays.
    """
    phi, psi = function(activation), function(output_activation)
    with cell:
        x = cell.input("x[n]", "input")
        a = cell.symbol("a[m]", "pre-activation of the hidden layer")
        h = cell.state("h[m]", "hidden layer")
        s = cell.symbol("a_y[p]", "pre-activation of the output") if readout else h
        y = cell.state("y[p]", "output") if readout else h
        remembered = {"h": h, "y": y}[memory]
        W = cell.parameter("W[m,n]", "weights from the input")
        U = cell.parameter(f"U[m,{'m' if memory == 'h' else 'p'}]", "weights from the memory")
        b = cell.parameter("b[m]", "bias of the hidden layer")
        a[t] = W @ x[t] + U @ (_context(cell, y) if kept else remembered[t - 1]) + b
        h[t] = phi(a[t])
        if readout:
            V = cell.parameter("V[p,m]", "weights of the output")
            b_y = cell.parameter("b_y[p]", "bias of the output")
            s[t] = V @ h[t] + b_y
            y[t] = psi(s[t])
    return cell.build("y" if readout else "h")


def _context(cell: Cell, y: Sequence) -> Term:
    """What the outputs so far leave behind, older ones less."""
    c = cell.state("c[p]", "context: the last output, and a share of the context before")
    alpha = cell.parameter("alpha", "share of the context that stays")
    c[t] = alpha * c[t - 1] + y[t - 1]
    return c[t]


teach("elman", Lesson(
    "lecture", "All weights are 1, there is no bias, and all activations are linear. The same "
    "inputs in another order give other outputs: the network remembers.",
    "Hung-yi Lee, Machine Learning (2017), recurrent neural networks",
    options={"activation": "linear", "output_activation": "linear"},
    sizes={"n": 2, "m": 2, "p": 2}, parameters={"W": 1, "U": 1, "V": 1},
    inputs=((1, 1), (1, 1), (2, 2)), outputs=((4, 4), (12, 12), (32, 32)),
    others=((((2, 2), (1, 1), (1, 1)), ((8, 8), (20, 20), (44, 44))),)))

"""Clockwork RNN: modules of a hidden layer that tick at different rates."""

from __future__ import annotations

from sympy import Eq, Mod, Piecewise

from symrnn.authoring import Cell, register, t
from symrnn.program import STEP, ActivationChoice, IndexSymbol, Program
from symrnn.program import activation as function

SOURCE = "J. Koutnik, K. Greff, F. Gomez, J. Schmidhuber, A clockwork RNN, arXiv 1402.3511, (1)"
BIBTEX = """@inproceedings{koutnik2014clockwork,
  title = {A Clockwork {RNN}},
  author = {Koutn{\\'i}k, Jan and Greff, Klaus and Gomez, Faustino and Schmidhuber, J{\\"u}rgen},
  booktitle = {Proceedings of the 31st International Conference on Machine Learning},
  series = {PMLR}, volume = {32}, pages = {1863--1871}, year = {2014}
}"""
NOTES = [
    "The periods are a mask, an input: $k[t]$ is 1 for the units of a module whose period divides "
    "$t$, and 0 for the others, which keep their state.",
    "$M$ is the mask of connections, 1 where a unit may see another: block upper triangular where "
    "modules are sorted from fast to slow, so that fast ones see slow ones. It is given as a "
    "parameter; leave it out of the training.",
    "In examples every unit is a module of its own, with the periods 1, 2, 4, 8 and so on.",
    "The paper's output layer, its equation (2), is `symrnn.readout`. Its equation (1) has no "
    "bias.",
    "In a stack all layers share the mask of periods, and so their number of units.",
]


@register("clockwork", "Clockwork network", tags="plain nonlinear-dense")
def clockwork(activation: ActivationChoice = "tanh") -> Program:
    """Clockwork RNN: slow modules keep what fast ones would forget, at less work a step.

    Inputs ``x [n]`` and ``k [m]``, 1 for the units that tick. Parameters ``W_I [m, n]``,
    ``W_H [m, m]``, ``M [m, m]``, 1 where a connection is. State ``h``.
    """
    f = function(activation)
    with Cell("clockwork", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        unit, other = IndexSymbol.at(0), IndexSymbol.at(1)
        k = cell.input("k[m]", "1 for the units that tick, 0 for those that wait",
                       drawn=Piecewise((1, Eq(Mod(STEP, 2**unit), 0)), (0, True)))
        s = cell.symbol("s[m]", "what a unit would be if it ticked")
        h = cell.state("h[m]", "hidden layer")
        W_I = cell.parameter("W_I[m,n]", "weights from the input")
        W_H = cell.parameter("W_H[m,m]", "weights from the hidden layer")
        M = cell.parameter("M[m,m]", "mask of connections, 1 where there is one",
                           drawn=Piecewise((1, unit <= other), (0, True)))

        s[t] = f(cell.contract("ij,j->i", M * W_H, h[t - 1]) + W_I @ x[t])
        h[t] = k[t] * s[t] + (1 - k[t]) * h[t - 1]
    return cell.build("h")

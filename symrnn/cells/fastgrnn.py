"""FastGRNN: a gate and a candidate that share their matrices."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.cells.fastrnn import BIBTEX, SOURCE
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

NOTES = [
    "The paper's $zeta$ and $nu$ lie between 0 and 1 through a sigmoid. The parameters are what "
    "goes into it, as in the authors' code, which starts them at 1 and -4.",
    "`low_rank=True` gives the paper's $W = W_1 W_2^T$ and $U = U_1 U_2^T$; that they are sparse "
    "and quantised as well is a matter of training.",
    "The gate $z$ keeps the old state at 1.",
]


@register("fastgrnn", "Fast gated network", tags="gated residual nonlinear-dense")
def fastgrnn(low_rank: bool = False, gate_activation: ActivationChoice = "sigmoid",
             activation: ActivationChoice = "tanh") -> Program:
    """FastGRNN: a gated network of a few kilobytes, for microcontrollers.

    Parameters ``W [m, n]``, ``U [m, m]``, ``b_z [m]``, ``b_h [m]``, ``zeta``, ``nu``. State
    ``h``. With ``low_rank`` ``W_1 [m, r]``, ``W_2 [n, r]`` stand for ``W`` and ``U_1 [m, k]``,
    ``U_2 [m, k]`` for ``U``.
    """
    gate, squash, sigmoid = map(function, (gate_activation, activation, "sigmoid"))
    with Cell("fastgrnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        a = cell.symbol("a[m]", "what gate and candidate share")
        z = cell.symbol("z[m]", "gate: 1 keeps the old state")
        s = cell.symbol("s[m]", "candidate for the new state", r"\tilde{h}")
        h = cell.state("h[m]", "hidden state")
        if low_rank:
            W_1, W_2, U_1, U_2 = cell.parameters("W_1[m,r] W_2[n,r] U_1[m,k] U_2[m,k]",
                                                 "of gate and candidate")
            a[t] = W_1 @ (W_2.T @ x[t]) + U_1 @ (U_2.T @ h[t - 1])
        else:
            W, U = cell.parameters("W[m,n] U[m,m]", "of gate and candidate")
            a[t] = W @ x[t] + U @ h[t - 1]
        b_z = cell.parameter("b_z[m]", "bias of the gate")
        b_h = cell.parameter("b_h[m]", "bias of the candidate")
        zeta = cell.parameter("zeta", "weight of the candidate by the gate, before its sigmoid",
                              drawn=1)
        nu = cell.parameter("nu", "weight of the candidate at all times, before its sigmoid",
                            drawn=-4)

        z[t] = gate(a[t] + b_z)
        s[t] = squash(a[t] + b_h)
        h[t] = (sigmoid(zeta) * (1 - z[t]) + sigmoid(nu)) * s[t] + z[t] * h[t - 1]
    return cell.build("h")

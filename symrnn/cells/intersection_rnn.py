"""Intersection RNN: one gate through time, one through depth."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.cells.ugrnn import BIBTEX
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("J. Collins, J. Sohl-Dickstein, D. Sussillo, Capacity and trainability in recurrent "
          "neural networks, arXiv 1611.09913, the +RNN")
NOTES = [
    "Both gates keep at 1 and replace at 0: $gh$ the old state, $gy$ the input on its way up.",
    "The paper leaves the two activations open and takes ReLU for the depth and tanh for the "
    "state; it adds a fixed forget bias inside both gates, which here is part of their biases.",
    "The output is as wide as the input, which it mixes with; the state may have another width. "
    "Other libraries want both equal. A first layer that changes the width is a readout before "
    "this cell.",
]


@register("intersection_rnn", "Intersection network (+RNN)", tags="gated residual nonlinear-dense")
def intersection_rnn(depth_activation: ActivationChoice = "relu",
                     activation: ActivationChoice = "tanh",
                     gate_activation: ActivationChoice = "sigmoid") -> Program:
    """Made for deep stacks: the input may pass through a layer as the state through a step.

    Parameters ``W_yx [n, n]``, ``W_yh [n, m]``, ``b_y [n]``, the same for ``gy``; ``W_hx
    [m, n]``, ``W_hh [m, m]``, ``b_h [m]``, the same for ``gh``. State ``h [m]``, output
    ``y [n]``. Source: Collins et al., arXiv 1611.09913.
    """
    gate, squash, rise = map(function, (gate_activation, activation, depth_activation))
    with Cell("intersection_rnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        y_in = cell.symbol("y_in[n]", "candidate for the output")
        h_in = cell.symbol("h_in[m]", "candidate for the new state")
        gy = cell.symbol("gy[n]", "depth gate: 1 lets the input pass", latex="g^y")
        gh = cell.symbol("gh[m]", "recurrent gate: 1 keeps the old state", latex="g^h")
        y = cell.symbol("y[n]", "output")
        h = cell.state("h[m]", "hidden state")
        W_yx, W_yh, b_y = cell.parameters("W_yx[n,n] W_yh[n,m] b_y[n]", "of the output's candidate")
        W_hx, W_hh, b_h = cell.parameters("W_hx[m,n] W_hh[m,m] b_h[m]", "of the state's candidate")
        W_gyx, W_gyh, b_gy = cell.parameters("W_gyx[n,n] W_gyh[n,m] b_gy[n]", "of the depth gate")
        W_ghx, W_ghh, b_gh = cell.parameters("W_ghx[m,n] W_ghh[m,m] b_gh[m]",
                                             "of the recurrent gate")

        y_in[t] = rise(W_yx @ x[t] + W_yh @ h[t - 1] + b_y)
        h_in[t] = squash(W_hx @ x[t] + W_hh @ h[t - 1] + b_h)
        gy[t] = gate(W_gyx @ x[t] + W_gyh @ h[t - 1] + b_gy)
        gh[t] = gate(W_ghx @ x[t] + W_ghh @ h[t - 1] + b_gh)
        y[t] = gy[t] * x[t] + (1 - gy[t]) * y_in[t]
        h[t] = gh[t] * h[t - 1] + (1 - gh[t]) * h_in[t]
    return cell.build("y")

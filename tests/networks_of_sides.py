"""Networks whose loops over time read nothing of each other, other than two equal directions."""

from __future__ import annotations

import symrnn
from symrnn import Cell, Program, activation, t
from symrnn.authoring.compose import stack

tanh = activation("tanh")


def branches(step: int) -> Program:
    """Two recurrences of different sizes under one output, the narrow one ``step`` in time."""
    with Cell("branches", "Two branches") as cell:
        x = cell.input("x[n]", "input")
        h, g = cell.state("h[m]", "wide"), cell.state("g[k]", "narrow")
        y = cell.symbol("y[p]", "output")
        W, U, V = cell.parameters("W[m,n] U[m,m] V[p,m]", "of the wide one")
        A, C, D = cell.parameters("A[k,n] C[k,k] D[p,k]", "of the narrow one")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
        g[t] = tanh(A @ x[t] + C @ g[t - step])
        y[t] = V @ h[t] + D @ g[t]
    return cell.build("y")


def three_branches() -> Program:
    """Three sides, the last of which goes back in time."""
    with Cell("three", "Three branches") as cell:
        x, h, g, f = (cell.input("x[n]", "input"), cell.state("h[m]", "first"),
                      cell.state("g[k]", "second"), cell.state("f[m]", "third"))
        y = cell.symbol("y[m]", "output")
        W, U, A, C, D = cell.parameters("W[m,n] U[m,m] A[k,n] C[k,k] D[m,k]", "weights")
        F, G = cell.parameters("F[m,n] G[m,m]", "of the third one")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
        g[t] = tanh(A @ x[t] + C @ g[t - 1])
        f[t] = tanh(F @ x[t] + G @ f[t + 1])
        y[t] = h[t] * f[t] + D @ g[t]
    return cell.build("y")


SIDES = {
    "branches": branches(1), "another_size_back": branches(-1), "three_branches": three_branches(),
    "three_layers": symrnn.deep(symrnn.bidirectional(symrnn.gru(), readout=False), layers=3,
                                readout=True),
    "masks": symrnn.bidirectional(symrnn.lstm(zoneout=True, dropout="recurrent"), merge="sum"),
    "one_above": stack([symrnn.bidirectional(symrnn.elman(), readout=False), symrnn.gru()]),
}

"""Networks whose loops over time may run at once, other than two equal directions.

Those of ``SIDES`` read nothing of each other; of those of ``STACKED`` each follows the one before.
"""

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


def layers(back: int, by: int = 1) -> Program:
    """A narrow layer that reads a wide one ``back`` steps ago; both go ``by`` a step in time."""
    with Cell("layers", "Two layers") as cell:
        x = cell.input("x[n]", "input")
        h, g = cell.state("h[m]", "below"), cell.state("g[k]", "above")
        y = cell.symbol("y[p]", "output")
        W, U, A, C, D = cell.parameters("W[m,n] U[m,m] A[k,m] C[k,k] D[p,k]", "weights")
        h[t] = tanh(W @ x[t] + U @ h[t - by])
        g[t] = tanh(A @ h[t - back] + C @ g[t - by])
        y[t] = D @ g[t]
    return cell.build("y")


def another_way(by: int) -> Program:
    """A layer that reads steps of the one below which are still to come: it goes ``by`` a step."""
    with Cell("another_way", "Layers that go different ways") as cell:
        x, h, g = (cell.input("x[n]", "input"), cell.state("h[m]", "below"),
                   cell.state("g[m]", "above"))
        c = cell.symbol("c[m]", "what is read of the one below")
        W, U, A, C = cell.parameters("W[m,n] U[m,m] A[m,m] C[m,m]", "weights")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
        c[t] = h[t] * h[t]
        g[t] = tanh(A @ c[t + 1] + C @ g[t - by])
    return cell.build("g")


def unit_by_unit() -> Program:
    """A layer that reads the units of the one below without weights, and one that reads both."""
    with Cell("unit_by_unit", "Layers unit by unit") as cell:
        x, h, g, f = (cell.input("x[n]", "input"), cell.state("h[m]", "first"),
                      cell.state("g[m]", "second"), cell.state("f[m]", "third"))
        W, U, C, D = cell.parameters("W[m,n] U[m,m] C[m,m] D[m,m]", "weights")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
        g[t] = tanh(h[t] + C @ g[t - 1])
        f[t] = tanh(h[t] * g[t] + D @ f[t - 1])
    return cell.build("f")


STACKED = {
    "two": symrnn.deep(symrnn.lstm(), layers=2), "behind": layers(1), "same_step": layers(0),
    "back_in_time": layers(0, by=-1), "unit_by_unit": unit_by_unit(),
    "different": stack([symrnn.gru(), symrnn.lstm(peephole=True), symrnn.elman()]),
    "four": symrnn.deep(symrnn.gru(), layers=4, readout=True),
    "outputs_between": symrnn.deep(symrnn.elman(), layers=2),
    "masked": symrnn.deep(symrnn.gru(zoneout=True, dropout="recurrent"), layers=2),
    "normalised": symrnn.deep(symrnn.cell("lstm_layer_norm"), layers=2),
}

"""Networks of the lecture notes, composed of cells: deep, in two directions, and both."""

from __future__ import annotations

from symrnn.authoring import bidirectional, deep, register
from symrnn.cells.elman import elman
from symrnn.cells.lstm import lstm
from symrnn.program import Program


@register("deep_rnn", "Elman network, {layers}", tags="plain network classic")
def deep_rnn(layers: int = 3) -> Program:
    """Deep RNN: hidden layers one above the other, each with a memory of its own."""
    return deep(elman(readout=False), layers, readout=True)


@register("bidirectional_rnn", "Elman network, bidirectional", tags="plain network classic")
def bidirectional_rnn() -> Program:
    """Two recurrences over the same inputs, both hidden layers into one output layer."""
    return bidirectional(elman(readout=False))


@register("deep_bidirectional_lstm", "Long short-term memory, bidirectional, {layers}",
          tags="gated network classic")
def deep_bidirectional_lstm(layers: int = 2) -> Program:
    """Layers of LSTMs in two directions; a layer sees both directions of the one below."""
    return deep(bidirectional(lstm(), readout=False), layers, readout=True)

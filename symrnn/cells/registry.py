"""The architectures by name: one line each. Everything that lists cells lists these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrnn.cells.compose import bidirectional, deep
from symrnn.cells.elman import elman, jordan
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.program import Program


@dataclass(frozen=True)
class Architecture:
    """A named network: how it is built, and the Python that builds it."""

    name: str
    build: Callable[[], Program]
    python: str


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture("elman", elman, "symrnn.elman()"),
    Architecture("jordan", jordan, "symrnn.jordan()"),
    Architecture("deep_rnn", lambda: deep(elman(readout=False), 3, readout=True),
                 "symrnn.deep(symrnn.elman(readout=False), layers=3, readout=True)"),
    Architecture("bidirectional_rnn", lambda: bidirectional(elman(readout=False)),
                 "symrnn.bidirectional(symrnn.elman(readout=False))"),
    Architecture("lstm", lstm, "symrnn.lstm()"),
    Architecture("lstm_peephole", lambda: lstm(peephole=True), "symrnn.lstm(peephole=True)"),
    Architecture("gru", gru, "symrnn.gru()"),
    Architecture("gru_reset_before", lambda: gru(reset_after=False),
                 "symrnn.gru(reset_after=False)"),
    Architecture("deep_bidirectional_lstm",
                 lambda: deep(bidirectional(lstm(), readout=False), 2, readout=True),
                 "symrnn.deep(symrnn.bidirectional(symrnn.lstm(), readout=False), layers=2, "
                 "readout=True)"),
)


def find(name: str) -> Architecture:
    """The architecture of a name. Raises KeyError with the names that there are."""
    for one in ARCHITECTURES:
        if one.name == name:
            return one
    raise KeyError(f"no architecture is called '{name}'; there are "
                   + ", ".join(one.name for one in ARCHITECTURES))

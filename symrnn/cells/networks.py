"""Networks of the lecture notes, composed of cells: deep, in two directions, and both."""

from __future__ import annotations

from dataclasses import replace

from symrnn.authoring import bidirectional, deep, register
from symrnn.cells.elman import elman
from symrnn.cells.lstm import lstm
from symrnn.program import Program

DEEP = ("A. Graves, A. Mohamed, G. Hinton, Speech recognition with deep recurrent neural networks, "
        "ICASSP 2013, equations (9) to (11)")
DEEP_BIBTEX = """@inproceedings{graves2013speech,
  title = {Speech Recognition with Deep Recurrent Neural Networks},
  author = {Graves, Alex and Mohamed, Abdel-rahman and Hinton, Geoffrey},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  pages = {6645--6649}, year = {2013}
}"""
BIDIRECTIONAL = ("M. Schuster, K. K. Paliwal, Bidirectional recurrent neural networks, IEEE "
                 "Transactions on Signal Processing 45 (1997)")
BIDIRECTIONAL_BIBTEX = """@article{schuster1997bidirectional,
  title = {Bidirectional Recurrent Neural Networks},
  author = {Schuster, Mike and Paliwal, Kuldip K.},
  journal = {IEEE Transactions on Signal Processing},
  volume = {45}, number = {11}, pages = {2673--2681}, year = {1997}
}"""


@register("deep_rnn", "Elman network, {layers}", tags="plain network classic nonlinear-dense")
def deep_rnn(layers: int = 3) -> Program:
    """Deep RNN: hidden layers one above the other, each with a memory of its own."""
    return _cited(deep(elman(readout=False), layers, readout=True), DEEP, DEEP_BIBTEX)


@register("bidirectional_rnn", "Elman network, bidirectional",
          tags="plain network classic nonlinear-dense")
def bidirectional_rnn() -> Program:
    """Two recurrences over the same inputs, both hidden layers into one output layer."""
    return _cited(bidirectional(elman(readout=False)), BIDIRECTIONAL, BIDIRECTIONAL_BIBTEX)


@register("deep_bidirectional_lstm", "Long short-term memory, bidirectional, {layers}",
          tags="gated network classic nonlinear-dense")
def deep_bidirectional_lstm(layers: int = 2) -> Program:
    """Layers of LSTMs in two directions; a layer sees both directions of the one below."""
    both = _cited(bidirectional(lstm(), readout=False), BIDIRECTIONAL, BIDIRECTIONAL_BIBTEX)
    return _cited(deep(both, layers, readout=True), DEEP, DEEP_BIBTEX)


def _cited(network: Program, source: str, bibtex: str) -> Program:
    """The network with who described it, behind who described its cell."""
    return replace(network, source=f"{network.source}; {source}",
                   bibtex=f"{network.bibtex.rstrip()}\n\n{bibtex}")

"""Who races: one adapter for each library, loaded when the library is there."""

from symrnn.bench.contenders.lineup import PEERS, Peer, line_up, versions
from symrnn.bench.contenders.trial import Trial

__all__ = ["PEERS", "Peer", "Trial", "line_up", "versions"]

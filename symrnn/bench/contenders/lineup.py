"""The libraries by name, how to install them, and where their adapters are."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from symrnn.bench.case import Case
from symrnn.bench.contenders.trial import Trial

HERE = "symrnn.bench.contenders"
EXTRA = 'pip install "symrnn[bench]"'


@dataclass(frozen=True)
class Peer:
    """A library: the module to import, those it needs beside it, and the adapter."""

    module: str
    adapter: str
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The modules that are not installed."""
        return tuple(one for one in (self.module, *self.needs)
                     if importlib.util.find_spec(one) is None)

    def trials(self, case: Case) -> Iterator[Trial]:
        """The contenders of this library that can run the case."""
        enter = importlib.import_module(f"{HERE}.{self.adapter}").trials
        return cast(Callable[[Case], Iterator[Trial]], enter)(case)


OURS = Peer("symrnn", "ours")
PEERS = (Peer("torch", "torch_modules"), Peer("torch", "torch_loop"),
         Peer("onnxruntime", "onnxruntime_session", ("onnx",)), Peer("jax", "jax_scan"),
         Peer("openvino", "openvino_model", ("onnx",)))


def line_up(case: Case) -> Iterator[Trial]:
    """All contenders that are installed and can run the case, symrnn first."""
    for peer in (OURS, *PEERS):
        if not peer.missing:
            yield from peer.trials(case)


def missing() -> tuple[str, ...]:
    """A sentence for each library that is not there."""
    absent = dict.fromkeys(name for peer in PEERS for name in peer.missing)
    return tuple(f"{name} is not installed and does not race; {EXTRA}" for name in absent)


def versions() -> dict[str, str]:
    """The version of every library that is there."""
    names = dict.fromkeys(("symrnn", "numpy", *(peer.module for peer in PEERS)))
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

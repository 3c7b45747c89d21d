"""What the machine can do: its best matrix product, and how fast it reads a matrix once.

The matrix is as large as half of each cache, so that it stays where it is meant to be.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from symrnn.bench import probes

SIDE, BYTES = 2048, probes.BYTES  # of the square matrices; of a float32
CACHES = {"L1": 32 << 10, "L2": 1 << 20, "L3": 16 << 20}  # where the system does not tell


@dataclass(frozen=True)
class Limits:
    """Floating point operations a second; bytes a second by place; the caches' sizes.

    ``sgemm`` is what an installed library reaches on large matrices, ``fma`` what multiplications
    and additions reach that wait for no memory. A library may have slower code for a machine than
    its vectors allow, so the limit is the larger.
    """

    sgemm: float
    fma: float
    bandwidth: dict[str, float]
    caches: dict[str, int]

    @property
    def peak(self) -> float:
        """Operations a second that no product can exceed."""
        return max(self.sgemm, self.fma)

    def reading(self, size: float) -> float:
        """The bandwidth of the first place that a working set of so many bytes fits into."""
        fitting = (name for name, bytes_ in self.caches.items() if size <= bytes_)
        return self.bandwidth[next(fitting, "memory")]


@dataclass(frozen=True)
class Product:
    """A library's product of two square matrices, and its multiplications and additions."""

    call: Callable[[], object]
    operations: float


def measured(threads: int, sgemm: Product, hurry: bool = False) -> Limits:
    """The limits of so many threads, ``sgemm`` among them; with ``hurry`` one short try each."""
    caches, tries = cache_sizes(), _tries(hurry)
    sizes = {name: size // 2 for name, size in caches.items()}
    sizes["memory"] = 8 << 20 if hurry else 6 * max(caches.values())
    bandwidth = {name: probes.reading(size, threads, tries) for name, size in sizes.items()}
    rounds = 20_000 if hurry else 2_000_000
    return Limits(sgemm.operations / probes.fastest(sgemm.call, tries),
                  probes.multiply_add(threads, tries, rounds), bandwidth, caches)


def cache_sizes() -> dict[str, int]:
    """The data caches of one core by level, as the system tells."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text().strip()
                             for name in ("type", "level", "size"))
        if kind != "Instruction" and size.endswith("K"):
            found[f"L{level}"] = int(size[:-1]) << 10
    return {name: found.get(name, size) for name, size in CACHES.items()}


def fastest_product(hurry: bool = False) -> Product:
    """The matrix product of whichever installed library is the fastest."""
    side = 256 if hurry else SIDE
    call = min(_products(side), key=lambda one: probes.fastest(one, _tries(hurry)))
    return Product(call, 2.0 * side**3)


def _tries(hurry: bool) -> int:
    return 1 if hurry else 5


def _products(side: int) -> Iterator[Callable[[], object]]:
    left = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    out = np.empty_like(left)
    yield lambda: np.matmul(left, left, out=out)
    if importlib.util.find_spec("torch") is not None:
        import torch

        other = torch.from_numpy(left)
        yield lambda: torch.mm(other, other)

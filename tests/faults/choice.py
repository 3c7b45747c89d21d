"""Which faults are planted: spread over files in proportion to what depends on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.in_c import in_c
from tests.faults.in_python import in_python
from tests.faults.written import written

# How much depends on what begins so; the first that fits counts. The numeric core comes first,
# looks of pages never.
WEIGHTS = (
    ("symrnn/program/prose", 0), ("symrnn/program/terminal", 0), ("symrnn/program/notation", 0.3),
    ("symrnn/adjoint/", 3), ("symrnn/program/", 2), ("symrnn/transforms/", 2.5),
    ("symrnn/schedule/", 3), ("symrnn/lowering/", 3), ("symrnn/loops/", 2),
    ("symrnn/recurrences/", 2), ("symrnn/parallel", 2),
    ("symrnn/backends/c", 2.5), ("symrnn/backends/simd", 2.5), ("symrnn/backends/numpy", 2.5),
    ("symrnn/backends/printer", 2), ("symrnn/backends/products", 2),
    ("symrnn/backends/memory", 2), ("symrnn/backends/lines", 1), ("symrnn/backends/onnx", 1),
    ("symrnn/backends/javascript", 1), ("symrnn/backends/", 0.4),
    ("symrnn/runtime/", 2), ("symrnn/storage/", 2), ("symrnn/costs", 1.5),
    ("symrnn/losses", 1.5), ("symrnn/optimisers", 1.5), ("symrnn/cells/", 0.3),
    ("symrnn/interop/", 0.6), ("symrnn/functional/", 0.8), ("symrnn/comparison/", 0.6),
    ("symrnn/training/", 0.6), ("symrnn/authoring/", 0.6), ("symrnn/cellfile/", 0.6),
    ("symrnn/packaging/", 0.4), ("symrnn/checking/", 0.8), ("templates/c/shared/", 4),
    ("templates/c/", 2), ("templates/numpy/", 2), ("templates/package/core/", 0.5))


def weight(path: str) -> float:
    """How much depends on a file."""
    return next((one for start, one in WEIGHTS if path.startswith(start)), 0.0)


def possible(root: Path, only: str = "") -> dict[str, tuple[Fault, ...]]:
    """All faults by file, in Python and in C, of the files whose names begin so."""
    found: dict[str, tuple[Fault, ...]] = {}
    for path in sorted((*(root / "symrnn").rglob("*"), *(root / "templates").rglob("*"))):
        name, reader = path.relative_to(root).as_posix(), READERS.get(path.suffix)
        if reader and weight(name) and name.startswith(only):
            found[name] = reader(name, path.read_text(encoding="utf-8"))
    return found


def chosen(root: Path, seed: int, only: str = "", by_hand: bool = True) -> list[Fault]:
    """All faults, those to plant first in front: written ones, then every file its share."""
    ranked: list[tuple[float, str, Fault]] = []
    for name, faults in possible(root, only).items():
        share = weight(name) * sqrt(len(faults))
        ranked += [((place + 0.5) / share, one.rank(seed), one)
                   for place, one in enumerate(_mixed(faults, seed))]
    own = written(root) if by_hand else []
    return [*own, *(one for _, _, one in sorted(ranked, key=lambda entry: entry[:2]))]


def _mixed(faults: tuple[Fault, ...], seed: int) -> Iterator[Fault]:
    """Faults by chance, but of every kind one before there is a second one."""
    kinds: dict[str, list[Fault]] = defaultdict(list)
    for one in sorted(faults, key=lambda one: one.rank(seed)):
        kinds[one.kind].append(one)
    while any(kinds.values()):
        yield from sorted((one.pop(0) for one in kinds.values() if one),
                          key=lambda one: one.rank(seed))


READERS = {".py": in_python, ".h": in_c, ".c": in_c, ".j2": in_c}

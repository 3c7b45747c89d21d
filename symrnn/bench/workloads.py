"""What is raced: workloads as data, the table of goals, and how a user chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symrnn.bench.kinds import Kind
from symrnn.catalogue import cell, find
from symrnn.cells.elman import elman
from symrnn.program import Program

FULL = "symrnn float32"  # symrnn's own, where weights are narrow
OWN_CELL = Path(__file__).with_name("mgu_layer_norm.cell")

# Cells under another form than `symrnn list` has, or not in it at all.
SUBJECTS: dict[str, Callable[[], Program]] = {
    "elman": partial(elman, readout=False),  # as torch and ONNX have it
    "mgu_layer_norm": partial(cell, OWN_CELL),
}


def network(name: str) -> Program:
    """The network of a name or a path. Raises UnknownName for one that is not there."""
    return SUBJECTS[name]() if name in SUBJECTS else find(name).build()

# Cells that together with those of other rows have every tag.
BY_TAG = ("mingru", "s6", "lru", "gla", "gated_deltanet", "qrnn", "indrnn", "rwkv4",
          "lstm_projection", "rhn", "multiplicative_lstm", "deep_rnn")


@dataclass(frozen=True)
class Goal:
    """How many times faster symrnn is to be than the best of some peers; of all, if none named.

    A peer is named by the beginning of its contenders' names: ``torch``, ``torch loop``. ``share``
    is the part of a library's sgemm that is to be reached too.
    """

    ratio: float
    against: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class Workload:
    """One race: a cell by name or path, what it does, its sizes, and what is to be reached.

    ``n`` inputs are as many as the ``m`` hidden units where it is 0, and so is every other size.
    ``weights`` is the narrow type of symrnn's, empty for float32.
    """

    cell: str
    kind: Kind
    m: int
    batch: int = 1
    steps: int = 100
    threads: int = 1
    n: int = 0
    goals: tuple[Goal, ...] = ()
    _: KW_ONLY
    weights: str = ""

    def program(self) -> Program:
        """The network. Raises UnknownName for a cell that is not there."""
        return network(self.cell)

    @property
    def sizes(self) -> str:
        """The sizes in one phrase."""
        steps = "" if self.kind is Kind.STEP else f"T={self.steps} "
        inputs = f" n={self.n}" if self.n not in (0, self.m) else ""
        weights = f" {self.weights}" if self.weights else ""
        return f"{steps}B={self.batch} m={self.m}{inputs}{weights}"

    def as_json(self) -> dict[str, Any]:
        """Plain data, for files and for child processes."""
        return {**asdict(self), "kind": self.kind.value}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Workload:
        """The workload that ``as_json`` wrote."""
        goals = tuple(Goal(one["ratio"], tuple(one["against"]), one["share"])
                      for one in data["goals"])
        return Workload(**{**data, "kind": Kind(data["kind"]), "goals": goals})


def row(cell: str, kind: Kind, sizes: Sequence[int], ratios: Sequence[float],
        against: Sequence[str] = (), shares: Mapping[int, float] = MappingProxyType({}),
        **rest: Any) -> tuple[Workload, ...]:
    """The workloads of one row of goals: a ratio for each hidden size, for some a share."""
    goals = (Goal(ratio, tuple(against), shares.get(m, 0.0))
             for m, ratio in zip(sizes, ratios, strict=True))
    return tuple(Workload(cell, kind, m, goals=(goal,), **rest)
                 for m, goal in zip(sizes, goals, strict=True))


def against_both(cell: str) -> tuple[Workload, ...]:
    """A cell that libraries lack, trained: against a loop in torch, and against JAX's scan."""
    goals = zip((32, 128, 512), (17, 4, 2.3), (2.5, 2, 1.5), strict=True)
    return tuple(Workload(cell, Kind.TRAINING, m, 32,
                          goals=(Goal(loop, ("torch",)), Goal(scan, ("jax",))))
                 for m, loop, scan in goals)


def narrow(cell: str) -> Iterator[Workload]:
    """Steps with narrow weights: against symrnn's own float32, and against ONNX Runtime."""
    for weights, ratio in (("bfloat16", 1.7), ("int8", 2.5)):
        goals = (Goal(ratio, (FULL,)), Goal(3, ("onnxruntime",)))
        yield from (Workload(cell, Kind.STEP, m, goals=goals, weights=weights)
                    for m in (256, 512, 1024))


def _goals() -> Iterable[Workload]:
    streaming, three, untuned = (16, 32, 64, 128, 256, 512), (32, 128, 512), (48, 100, 192, 384)
    ort, autograd = ("onnxruntime",), ("torch", "jax")
    yield from row("lstm", Kind.STEP, streaming, (20, 15, 9, 3.8, 2, 1.6), ort)
    for cell_name in ("gru", "elman"):
        yield from row(cell_name, Kind.STEP, streaming, (15, 12, 8, 3.5, 2, 1.5), ort)
    yield from row("lstm", Kind.SEQUENCE, three, (2.2, 1.45, 1.2))
    yield from row("lstm", Kind.SEQUENCE, three, (1.3, 1.05, 1.0), shares={512: 0.9}, batch=32)
    yield from row("lstm", Kind.SEQUENCE, untuned, (1.0,) * 4, batch=32)
    for cell_name in ("gru", "elman"):
        for batch in (1, 32):
            yield from row(cell_name, Kind.SEQUENCE, three, (1.2, 1.1, 1.0), batch=batch)
    yield from row("lstm", Kind.TRAINING, three, (2.1, 1.25, 1.1), shares={512: 0.9}, batch=32)
    yield from row("gru", Kind.TRAINING, three, (2.5, 1.3, 1.1), autograd, batch=32)
    yield from row("elman", Kind.TRAINING, three, (2.0, 1.3, 1.1), autograd, batch=32)
    yield from row("lstm", Kind.TRAINING, three, (6, 1.5, 1.15))
    yield from against_both("lstm_peephole")
    yield from against_both("mgu_layer_norm")
    yield from _other_sizes()
    for cell_name in BY_TAG:
        yield from row(cell_name, Kind.TRAINING, (32,), (1.0,), autograd, batch=8, steps=101)
    for cell_name, kind in product(("lstm", "gru", "elman"), (Kind.SEQUENCE, Kind.TRAINING)):
        yield from row(cell_name, kind, (128, 512), (1.05, 1.05), batch=32, threads=2)
    yield from row("mingru", Kind.SEQUENCE, (256,), (1.0,), steps=4096, threads=2)
    for cell_name in ("lstm", "gru"):
        yield from narrow(cell_name)


def _other_sizes() -> Iterable[Workload]:
    """Odd numbers of steps, and batches that are larger than most."""
    for kind in (Kind.SEQUENCE, Kind.TRAINING):
        for steps in (37, 101):
            yield from row("lstm", kind, (128,), (1.0,), batch=32, steps=steps)
        for cell_name, batch in product(("lstm", "gru", "elman"), (64, 256)):
            yield from row(cell_name, kind, (128,), (1.0,), batch=batch)


GOALS = tuple(_goals())
DEFAULT = Workload("lstm", Kind.SEQUENCE, 128)


@dataclass(frozen=True)
class Choice:
    """What a user asked for; an empty field leaves everything in."""

    cells: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    m: tuple[int, ...] = ()
    batch: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    threads: tuple[int, ...] = ()
    weights: tuple[str, ...] = ()


def chosen(choice: Choice) -> tuple[Workload, ...]:
    """The goals that fit a choice; the very workloads asked for where no goal fits.

    Raises UnknownName for a cell that is not there.
    """
    fitting = tuple(one for one in GOALS if _fits(one, choice))
    missing = [name for name in choice.cells if name not in {one.cell for one in fitting}]
    if not missing and fitting:
        return fitting
    made = made_up(choice, missing or ["lstm"])
    for one in made:
        one.program()
    return fitting + made


def made_up(choice: Choice, cells: Iterable[str]) -> tuple[Workload, ...]:
    """Workloads that stand in no table: every combination of what was asked for."""
    sizes = product(choice.kinds or tuple(Kind), choice.m or (DEFAULT.m,),
                    choice.batch or (DEFAULT.batch,), choice.steps or (DEFAULT.steps,),
                    choice.threads or (DEFAULT.threads,))
    made = (Workload(name, *one, weights=weights) for name, one, weights in product(
        cells, tuple(sizes), choice.weights or (DEFAULT.weights,)))
    return tuple(dict.fromkeys(  # a step is one step, however long a sequence is
        replace(one, steps=DEFAULT.steps) if one.kind is Kind.STEP else one for one in made))


def _fits(one: Workload, choice: Choice) -> bool:
    pairs: list[tuple[Any, Sequence[Any]]] = [
        (one.cell, choice.cells), (one.kind, choice.kinds), (one.m, choice.m),
        (one.batch, choice.batch), (one.steps, choice.steps), (one.threads, choice.threads),
        (one.weights, choice.weights)]
    return all(value in wanted for value, wanted in pairs if wanted)


def quick(workloads: Iterable[Workload]) -> tuple[Workload, ...]:
    """Each workload once at a small size: what runs at all, and whether the numbers agree."""
    small = (replace(one, m=min(one.m, 5), batch=min(one.batch, 3), steps=4, n=3)
             for one in workloads)
    return tuple(dict.fromkeys(replace(one, goals=()) for one in small))

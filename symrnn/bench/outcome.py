"""What came out of a race, as plain data that passes between processes and into files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from operator import truediv
from statistics import median
from typing import Any

from symrnn.bench.contenders.ours import NAME
from symrnn.bench.limits import Limits
from symrnn.bench.workloads import Goal, Workload


CROWD = 0.5  # a load that tells of somebody else


@dataclass(frozen=True)
class Outcome:
    """Seconds by contender and round, errors, the least possible seconds, symrnn's memory.

    ``memory`` is the peak of one call in bytes. ``notes`` say who could not race, and why.
    ``sgemm`` are the seconds that a library's sgemm would take for as many operations, at its
    pace in the same rounds.
    """

    workload: Workload
    samples: dict[str, list[float]]
    errors: dict[str, float]
    least: float
    memory: int
    notes: tuple[str, ...] = ()
    sgemm: tuple[float, ...] = ()

    @cached_property
    def seconds(self) -> dict[str, float]:
        """The median seconds of every contender."""
        return {name: median(found) for name, found in self.samples.items()}

    @property
    def own(self) -> float | None:
        """Symrnn's seconds."""
        return self.seconds.get(NAME)

    def over_own(self, seconds: Sequence[float]) -> float | None:
        """The median over rounds of somebody's seconds over symrnn's.

        A round is a few seconds. A machine that is slower for some minutes is so for both.
        """
        own = self.samples.get(NAME, [])
        return median(map(truediv, seconds, own)) if seconds and own else None

    @property
    def fraction(self) -> float | None:
        """The share of the machine's limit that symrnn reaches."""
        return self.least / self.own if self.own else None

    @property
    def of_sgemm(self) -> float | None:
        """Symrnn's operations a second over those of a library's sgemm."""
        return self.over_own(self.sgemm)

    def best_peer(self, goal: Goal = Goal(0)) -> str | None:  # noqa: B008  # frozen
        """The fastest contender that the goal is against."""
        peers = [name for name in self.seconds if name != NAME
                 and (not goal.against or name.startswith(goal.against))]
        return min(peers, key=lambda one: self.over_own(self.samples[one]) or self.seconds[one],
                   default=None)

    def ratio(self, goal: Goal = Goal(0)) -> float | None:  # noqa: B008  # frozen
        """The best peer's time over symrnn's."""
        peer = self.best_peer(goal)
        return self.over_own(self.samples[peer]) if peer else None

    def reaches(self, goal: Goal) -> bool | None:
        """True where the goal is reached, None where there is no goal or nobody to race."""
        ratio = self.ratio(goal)
        if not goal.ratio or ratio is None:
            return None
        return ratio >= goal.ratio and (self.of_sgemm or 0.0) >= goal.share

    def as_json(self) -> dict[str, Any]:
        """Plain data, with what follows from it for whoever reads the file."""
        goals = self.workload.goals or (Goal(0),)
        return {**asdict(self), "workload": self.workload.as_json(), "seconds": self.seconds,
                "fraction": self.fraction,
                "ratios": [self.ratio(goal) for goal in goals]}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Outcome:
        """The outcome that ``as_json`` wrote."""
        return Outcome(Workload.from_json(data["workload"]), data["samples"], data["errors"],
                       data["least"], data["memory"], tuple(data["notes"]),
                       tuple(data["sgemm"]))


@dataclass(frozen=True)
class Report:
    """All outcomes of a run with the machine's limits by thread count."""

    outcomes: tuple[Outcome, ...]
    limits: dict[int, Limits]
    missing: tuple[str, ...]
    load: float = 0.0  # processes that wanted to run when the first race began

    @property
    def crowded(self) -> tuple[str, ...]:
        """A warning where others were at work too."""
        if self.load < CROWD:
            return ()
        return (f"other processes kept the machine busy (load {self.load:.1f} at the start), so "
                "these times cannot be trusted; race on a quiet machine",)

    @property
    def wrong(self) -> tuple[str, ...]:
        """A sentence for each contender that computed other numbers."""
        return tuple(note for one in self.outcomes for note in one.notes)

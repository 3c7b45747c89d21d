"""What turns red in a run of pytest, which ends in time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)  # pytest keeps plugins in sets
class Red:
    """A plugin: it stops the run after so many seconds of work, and keeps what failed."""

    patience: float
    failed: list[str] = field(default_factory=list)
    unfinished: bool = False

    def __post_init__(self) -> None:
        self.end = _work() + self.patience

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_setup(self, item: Any) -> None:
        if _work() > self.end:
            self.unfinished = True
            item.session.shouldstop = "its time is over"

    def told(self) -> dict[str, str]:
        found = {"found": self.failed[0]} if self.failed else {}
        return {**found, "red": "\n".join(self.failed),
                **({"unfinished": "yes"} if self.unfinished else {})}


def _work() -> float:
    """Seconds of work of this process and those that it waited for: others do not count."""
    return sum(os.times()[:4])

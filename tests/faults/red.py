"""What turns red in a run of pytest, which ends in time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Red:
    """A plugin: it stops the run when time is over, and keeps the names of what failed."""

    patience: float
    failed: list[str] = field(default_factory=list)
    unfinished: bool = False

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.patience

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_setup(self, item: Any) -> None:
        if time.monotonic() > self.end:
            self.unfinished = True
            item.session.shouldstop = "its time is over"

    def told(self) -> dict[str, str]:
        found = {"found": self.failed[0]} if self.failed else {}
        return {**found, "red": "\n".join(self.failed),
                **({"unfinished": "yes"} if self.unfinished else {})}

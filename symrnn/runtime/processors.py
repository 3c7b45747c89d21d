"""How many cores this process may use, as the system tells."""

from __future__ import annotations

import os
from math import ceil
from pathlib import Path

SYSTEM = Path("/sys")


def cores(system: Path = SYSTEM) -> int:
    """Cores of the processors that the process may run on, and no more than its group is granted.

    Two processors that share a core share what multiplies, so that they count once.
    """
    own = processors()
    found = {_core(system, one) for one in own}
    granted = _granted(system)
    return max(1, len(found) if granted is None else min(len(found), granted))


def processors() -> frozenset[int]:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


def _core(system: Path, processor: int) -> tuple[str, ...]:
    """What tells the core of a processor from all others; the processor itself, if nothing does."""
    folder = system / f"devices/system/cpu/cpu{processor}/topology"
    files = [folder / name for name in ("physical_package_id", "core_id")]
    if not all(one.is_file() for one in files):
        return (str(processor),)
    return tuple(one.read_text(encoding="ascii").strip() for one in files)


def _granted(system: Path) -> int | None:
    """Processors that the group of processes is granted on average; None without a limit."""
    path = system / "fs/cgroup/cpu.max"
    if not path.is_file():
        return None
    quota, *period = path.read_text(encoding="ascii").split()
    return ceil(int(quota) / int(period[0])) if quota.isdigit() and period else None

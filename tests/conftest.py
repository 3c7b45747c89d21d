"""Set-up of every test run: no screen, kernels compiled once into pytest's own cache.

Sweeps repeat one test over every cell. By day each takes a third of them, another third for every
test, and not the largest network; SYMRNN_EXHAUSTIVE=1 takes all, every night.
"""

from __future__ import annotations

import gc
import os
from zlib import crc32

import pytest

PARTS = 3


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before workers start: they inherit it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("SYMRNN_CACHE", str(config.rootpath / ".pytest_cache" / "kernels"))
    config.addinivalue_line("markers", "sweep: every cell, most of them only nightly")
    gc.set_threshold(200_000, 50, 1000)  # expressions live long: there is little to find


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the night what only repeats itself on another cell."""
    if os.environ.get("SYMRNN_EXHAUSTIVE"):
        return
    for one in items:
        if one.get_closest_marker("sweep") and not by_day(one.name):
            one.add_marker(pytest.mark.skip(reason="runs nightly: SYMRNN_EXHAUSTIVE=1"))


def by_day(name: str) -> bool:
    """The same items whichever are asked for: their names tell."""
    return "deep_bidirectional_lstm" not in name and crc32(name.encode()) % PARTS == 0

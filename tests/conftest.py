"""Set-up of every test run: no screen, kernels compiled once into pytest's own cache.

Sweeps over every cell leave the largest network to the night: SYMRNN_EXHAUSTIVE=1.
"""

from __future__ import annotations

import gc
import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before workers start: they inherit it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("SYMRNN_CACHE", str(config.rootpath / ".pytest_cache" / "kernels"))
    config.addinivalue_line("markers", "sweep: every cell, the largest network only nightly")
    gc.set_threshold(200_000, 50, 1000)  # expressions live long: there is little to find


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes as long as all other cells together."""
    if os.environ.get("SYMRNN_EXHAUSTIVE"):
        return
    for one in items:
        if one.get_closest_marker("sweep") and "deep_bidirectional_lstm" in one.name:
            one.add_marker(pytest.mark.skip(reason="the largest network runs nightly"))

"""Set-up of every test run: no screen, kernels compiled once into pytest's own cache."""

from __future__ import annotations

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before workers start: they inherit it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("SYMRNN_CACHE", str(config.rootpath / ".pytest_cache" / "kernels"))

"""One package for all tests of this folder, and how to build and run its programs."""

from __future__ import annotations

from pathlib import Path

import pytest

import symrnn
from symrnn.packaging import package

SIZES = {"n": 16, "m": 32}


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The LSTM of the README, which learns."""
    folder = tmp_path_factory.mktemp("packaged")
    package(symrnn.lstm(), "lstm", SIZES, train="mean_squared_error").write(folder)
    return folder

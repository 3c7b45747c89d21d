"""Set-up of every test run: no screen, kernels compiled once into pytest's own cache.

Sweeps repeat one test over every cell. By day each takes an eighth of them, another eighth for
every test, and not the largest networks; of other sweeps the first part. SYMRNN_EXHAUSTIVE=1 takes
all, every night. What holds numbers of many cells compiles them at -O1 by day, where compiling
takes the time, and at the level that users get by night; tests of the C itself take that always.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext
from zlib import crc32

import pytest

from symrnn.cells import architectures
from symrnn.runtime.compiler import slightly_optimised

CELLS, PARTS = [one.name for one in architectures()], 8
LARGEST = ("deep_bidirectional_lstm", "rwkv7", "ltc", "convlstm")  # minutes to compile


NUMBERS = ("zoo", "torch", "jax", "transforms", "cellfile", "test_kernels", "test_hard_kernels",
           "test_zoo", "test_zoo_classic", "test_zoo_recent", "test_zoo_directions",
           "test_unusual_cells")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before workers start: they inherit it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("SYMRNN_CACHE", str(config.rootpath / ".pytest_cache" / "kernels"))
    config.addinivalue_line("markers", "sweep: every cell or part, most of them only nightly")
    gc.set_threshold(200_000, 50, 1000)  # expressions live long: there is little to find


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Leave to the night what only repeats itself on another cell."""
    if os.environ.get("SYMRNN_EXHAUSTIVE"):
        return
    for one in items:
        if one.get_closest_marker("sweep") and not by_day(one):
            one.add_marker(pytest.mark.skip(reason="runs nightly: SYMRNN_EXHAUSTIVE=1"))


@pytest.fixture(autouse=True)
def compiled_in_less_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same numbers from C that is optimised less, by day and where many cells are compiled."""
    places = request.module.__name__.split(".")
    quick = not {*places}.isdisjoint(NUMBERS) and not os.environ.get("SYMRNN_EXHAUSTIVE")
    with slightly_optimised() if quick else nullcontext():
        yield


def by_day(one: pytest.Function) -> bool:
    """The same items whichever are asked for; what is no architecture is no repetition.

    A sweep over something else is in parts, of which the first runs by day.
    """
    if "part" in one.callspec.params:
        return bool(one.callspec.params["part"] == 0)
    name, part = one.callspec.params["name"], crc32(one.originalname.encode())
    return name not in CELLS or (name not in LARGEST and (CELLS.index(name) + part) % PARTS == 0)

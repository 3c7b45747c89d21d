"""Set-up of every test run: no screen, kernels compiled once into pytest's own cache.

Sweeps repeat one test over every cell. By day each takes an eighth of them, another eighth for
every test, and not the largest networks; of other sweeps the first part. SYMRNN_EXHAUSTIVE=1 takes
all, every night. Compiling takes most of the time, so tests compile at -O0 by day, and at the level
that users get by night; tests of the C itself take that always, and `symrnn check` takes -O1.
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

# Without functions that nobody calls: they would want more than a kernel is linked with.
UNOPTIMISED = ("-O0", "-ffunction-sections", "-Wl,--gc-sections")

# What a compiler makes of the C is what these are about.
OF_THE_C = ("backends", "bench", "examples", "loops", "package", "schedule", "test_aarch64",
            "test_activations", "test_blas", "test_by_hand", "test_c_alone", "test_calls",
            "test_compiler", "test_generated_c", "test_portable", "test_saturation",
            "test_simd", "test_starts", "test_wheel")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before workers start: they inherit it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("SYMRNN_CACHE", str(config.rootpath / ".pytest_cache" / "kernels"))
    config.addinivalue_line("markers", "sweep: every cell or part, most of them only nightly")
    gc.set_threshold(200_000, 50, 1000)  # expressions live long: there is little to find


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Leave to the night what only repeats itself on another cell."""
    if by_night():
        return
    for one in items:
        if one.get_closest_marker("sweep") and not by_day(one):
            one.add_marker(pytest.mark.skip(reason="runs nightly: SYMRNN_EXHAUSTIVE=1"))


@pytest.fixture(autouse=True)
def compiled_in_less_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same numbers from C that is not optimised, by day."""
    quick = {*request.module.__name__.split(".")}.isdisjoint(OF_THE_C)
    with slightly_optimised(*UNOPTIMISED) if quick and not by_night() else nullcontext():
        yield


def by_night() -> bool:
    """True where everything is wanted."""
    return bool(os.environ.get("SYMRNN_EXHAUSTIVE"))


def by_day(one: pytest.Function) -> bool:
    """The same items whichever are asked for; what is no architecture is no repetition.

    A sweep over something else is in parts, of which the first runs by day.
    """
    if "part" in one.callspec.params:
        return bool(one.callspec.params["part"] == 0)
    name, part = one.callspec.params["name"], crc32(one.originalname.encode())
    return name not in CELLS or (name not in LARGEST and (CELLS.index(name) + part) % PARTS == 0)

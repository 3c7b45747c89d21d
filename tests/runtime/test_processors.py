"""How many cores a process may use, told by files as a system has them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.runtime import processors


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may run on four processors."""
    monkeypatch.setattr(processors, "processors", lambda: frozenset({0, 1, 4, 5}))


def put(system: Path, processor: int, package: int, core: int) -> None:
    folder = system / f"devices/system/cpu/cpu{processor}/topology"
    folder.mkdir(parents=True)
    (folder / "physical_package_id").write_text(f"{package}\n")
    (folder / "core_id").write_text(f"{core}\n")


@pytest.mark.usefixtures("four")
def test_two_processors_of_one_core_count_once(tmp_path: Path) -> None:
    for processor, place in {0: (0, 0), 1: (0, 1), 4: (0, 0), 5: (1, 0)}.items():
        put(tmp_path, processor, *place)
    assert processors.cores(tmp_path) == 3


@pytest.mark.usefixtures("four")
def test_a_system_that_tells_nothing_has_a_core_for_each_processor(tmp_path: Path) -> None:
    assert processors.cores(tmp_path) == 4


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(("limit", "wanted"), [
    ("max 100000", 4), ("150000 100000", 2), ("50000 100000", 1), ("900000 100000", 4), ("max", 4)])
def test_a_group_is_granted_less(limit: str, wanted: int, tmp_path: Path) -> None:
    (tmp_path / "fs/cgroup").mkdir(parents=True)
    (tmp_path / "fs/cgroup/cpu.max").write_text(limit + "\n")
    assert processors.cores(tmp_path) == wanted


def test_here_there_is_at_least_one() -> None:
    assert 1 <= processors.cores() <= len(processors.processors())


@pytest.mark.parametrize("found", [1, 2, 5])
def test_as_many_threads_as_cores_give_the_same_bits(
        found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.kernels.cores", lambda: found)
    net = symrnn.gru()
    alone, auto = (symrnn.compile(net, threads=threads) for threads in (1, "auto"))
    assert f"{found} thread" in repr(auto)
    draw = np.random.default_rng(0)
    params = {name: draw.normal(size=[{"n": 64, "m": 64}[axis] for axis in one.axes]) / 8
              for name, one in alone.parameters.items()}
    x = draw.normal(size=(3, 32, 64))
    runs = [kernel.forward(params, x) for kernel in (alone, auto)]
    assert np.array_equal(runs[0].y, runs[1].y)
    first, second = (kernel.backward(run, np.cos(run.y))
                     for kernel, run in zip((alone, auto), runs, strict=True))
    assert all(np.array_equal(array, second[name]) for name, array in first.items())


def test_scans_in_parallel_take_it_too() -> None:
    scan = symrnn.parallel_scan(symrnn.cell("mingru"), "c", threads="auto")
    assert "thread" in repr(scan.kernel)


def test_another_word_is_refused() -> None:
    with pytest.raises(ValueError, match=r"threads is 'all'; .* or \"auto\""):
        symrnn.compile(symrnn.gru(), threads="all")  # type: ignore[arg-type]


PLACED = """
import numpy as np, symrnn
from pathlib import Path
net = symrnn.gru()
kernel = symrnn.compile(net, threads=2)
kernel.infer(symrnn.random_parameters(net, n=192, m=192), np.ones((2, 32, 192), "float32"))
for one in Path("/proc/self/task").iterdir():
    print(*(line.split()[1] for line in (one / "status").read_text().splitlines()
            if line.startswith("Cpus_allowed_list")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir() or len(processors.processors()) < 2,
                    reason="needs Linux and two processors")
def test_threads_take_the_places_that_the_caller_tells() -> None:
    first, second, *_ = map(str, sorted(processors.processors()))
    found = subprocess.run([sys.executable, "-c", PLACED], capture_output=True, text=True,
                           check=True, timeout=300,
                           env={**os.environ, "OMP_PLACES": f"{{{first}}},{{{second}}}"})
    assert {first, second} <= set(found.stdout.split())

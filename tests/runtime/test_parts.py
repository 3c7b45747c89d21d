"""Code is compiled when it is first wanted, by several compilers, and whoever waits is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.backends.simd_parts import PARTS, parts_of, simd_parts
from symrnn.pipeline import derive
from symrnn.rendering import render
from symrnn.runtime import compiler, patience

NET = symrnn.gru(reset_after=False)


@pytest.fixture(autouse=True)
def afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path / "cache"))
    yield


def arrays(kernel: symrnn.Kernel) -> tuple[dict[str, Any], Any]:
    draw = np.random.default_rng(1)
    params = {name: draw.normal(size=[3] * len(one.axes))
              for name, one in kernel.parameters.items()}
    return params, draw.normal(size=(4, 2, 3))


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is compiled from now on, as it is."""
    found, real = [], compiler._compile

    def watched(files: Any, *rest: Any) -> Path:
        found.extend(Path(name).name for name in files if name.endswith(".c"))
        return real(files, *rest)

    monkeypatch.setattr(compiler, "_compile", watched)
    return found


def test_backward_and_step_are_compiled_when_they_are_asked_for(
        monkeypatch: pytest.MonkeyPatch) -> None:
    found = compiled(monkeypatch)
    kernel = symrnn.compile(NET, dtype="float64")
    params, x = arrays(kernel)
    run = kernel.forward(params, x)
    assert {"kernel_forward.c", "kernel_memory.c"} <= set(found)
    assert "kernel_backward.c" not in found and "kernel_step.c" not in found
    kernel.backward(run, run.y)
    assert "kernel_backward.c" in found and "kernel_step.c" not in found
    kernel.step(params, x[0])
    assert "kernel_step.c" in found and len(found) == len(set(found)) + 1  # tiles, twice


def test_parts_hold_every_function_once() -> None:
    header, parts = simd_parts(derive(NET), "net")
    texts = {part: render(one.source.template, one.source.content) for part, one in parts.items()}
    declared = [line.split("(")[0].split()[-1]
                for line in render(header.template, header.content).splitlines()
                if line.startswith(("void net_", "size_t net_"))]
    assert len(declared) > 10
    for name in declared:
        homes = [part for part, text in texts.items()
                 if f"\nvoid {name}(" in text or f"\nsize_t {name}(" in text]
        kind = name.removeprefix("net_simd_")
        assert len(homes) == 1 and homes[0] in parts_of(kind), name
    assert set(texts) == set(PARTS)


def test_threads_that_want_the_same_compile_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = compiled(monkeypatch)
    with ThreadPoolExecutor(4) as pool:
        kernels = list(pool.map(lambda _: symrnn.compile(NET, dtype="float64"), range(4)))
        params, x = arrays(kernels[0])
        runs = list(pool.map(lambda one: one.forward(params, x), kernels))
        made = list(pool.map(lambda run: run.kernel.backward(run, x), runs))
    assert found.count("kernel_backward.c") == found.count("kernel_forward.c") == 1
    assert all(np.array_equal(made[0][key], one[key]) for one in made for key in one)


FORKED = """
import os, threading
import numpy as np
import symrnn
from symrnn.runtime import cache, compiler

kernel = symrnn.compile(symrnn.gru())
params = {name: np.ones([3] * len(one.axes), "f4") for name, one in kernel.parameters.items()}
run = kernel.forward(params, np.ones((4, 2, 3), "f4"))
hold = threading.Event()
compiler.begun(lambda: hold.wait(60) and None)
for name in list(cache._LOCKS):
    cache._LOCKS[name].acquire()
child = os.fork()
if not child:
    kernel.backward(run, run.y)
    os._exit(0)
hold.set()
for lock in cache._LOCKS.values():
    lock.release()
assert os.waitpid(child, 0)[1] == 0
kernel.backward(run, run.y)
"""


def test_a_process_that_forks_while_others_compile() -> None:
    """No lock of a thread that the child does not have keeps it waiting."""
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True,
                           text=True, check=False, timeout=300, env=dict(os.environ))
    assert found.returncode == 0, found.stderr


def test_a_compiler_at_work_is_told_once_after_a_while(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0)
    kernel = symrnn.compile(NET)
    said = capsys.readouterr().err
    assert said == "symrnn: compiling gru (once; later runs take it from the cache)\n"
    params, x = arrays(kernel)
    run = kernel.forward(params, x)
    assert capsys.readouterr().err == ""
    kernel.backward(run, run.y)
    assert "compiling gru, backward (once" in capsys.readouterr().err


def test_nothing_is_told_where_the_cache_has_it_or_it_is_quick(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(patience, "SECONDS", 1000)
    symrnn.compile(NET)
    monkeypatch.setattr(patience, "SECONDS", 0)
    symrnn.compile(NET)
    assert capsys.readouterr().err == ""


def test_silence_is_kept(monkeypatch: pytest.MonkeyPatch,
                         capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0)
    with patience.silence():
        symrnn.compile(NET)
    assert capsys.readouterr().err == ""

"""One fault in a copy of the tree: planted, tried in processes of its own, taken out again."""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults import probe
from tests.faults.fault import Fault
from tests.faults.red import Red
from tests.faults.suites import DRIFT, GREEN, SLOW, suite

MEMORY = 8 << 30  # bytes; a fault may ask for more than there is
# Nothing of a probe, and no test, works for so many seconds or waits so long, on a machine that has
# other things to do, too.
HANGS, WAITS = 240, 1800
NIGHT = 7200  # seconds of work of all tests
OWN_CACHE = ("symrnn/runtime/compiler.py", "symrnn/runtime/cache.py")  # their faults hide in it

Told = dict[str, str]


@dataclass(frozen=True)
class Verdict:
    """What turned red, if anything, and how: numbers, error, tests, drift, time, or survived."""

    how: str
    by: str = ""


@dataclass(frozen=True)
class Tree:
    """A copy of the checkout, beside the kernels that were compiled before.

    Bytecode is held against the text of its source: a fault may be as long and as old as what it
    replaces. Kernels are named by all of their text, so those of another tree hide no fault; and
    each fault has a folder of its own for them.
    """

    root: Path
    patience: float  # seconds for the tests of a module
    whole: bool = False  # whether what survives those meets all other tests
    quick: bool = False  # the tests of a module first, then numbers; texts are not compared

    @classmethod
    def of(cls, checkout: Path, work: Path, patience: float, whole: bool = False,
           quick: bool = False) -> Tree:
        """A fresh copy of what git tracks or would track."""
        root = work / "tree"
        shutil.rmtree(root, ignore_errors=True)
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=checkout, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (checkout / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(checkout / name, root / name)
        (work / "kernels").mkdir(mode=0o700, exist_ok=True)
        compileall.compile_dir(root, quiet=2, invalidation_mode=(
            py_compile.PycInvalidationMode.CHECKED_HASH))
        return cls(root, patience, whole, quick)

    def tried(self, fault: Fault) -> Verdict:
        """What becomes of the copy with this fault in it."""
        found = None if self.quick else self._looked(fault, "numbers", self._probed)
        if found is None:
            found, finished = self._tested(fault, suite(fault.path), self.patience)
        if found is None:
            found = (self._looked(fault, "numbers", self._probed) if self.quick
                     else self._looked(fault, "drift", self._drifted))
        if found is None and self.whole:
            found, finished = self._tested(fault, ("tests",), NIGHT, "suite")
        return found or Verdict("survived", "" if finished else "not all of its tests had run")

    def _looked(self, fault: Fault, how: str, look: Callable[[Path], Told]) -> Verdict | None:
        with self._cache(fault.path) as cache, self._planted(fault):
            return _verdict(how, look(cache))

    def right(self) -> list[str]:
        """What is found without any fault: nothing, or no verdict would mean anything."""
        cache = self.root.parent / "kernels"
        return [told["found"] for told in (
            self._run(GREEN, (), cache, self.patience), self._probed(cache),
            self._drifted(cache)) if "found" in told]

    def _probed(self, cache: Path) -> Told:
        return self._apart(lambda: _first(probe.numbers()), cache, HANGS)

    def _drifted(self, cache: Path) -> Told:
        return self._apart(lambda: _first(probe.drift(self.root)), cache, HANGS)

    def _tested(self, fault: Fault, tests: Sequence[str], patience: float, how: str = "tests"
                ) -> tuple[Verdict | None, bool]:
        """The first test that is red with the fault and green without it; whether all were run."""
        red = [*DRIFT, *SLOW]
        while True:
            with self._cache(fault.path) as cache, self._planted(fault):
                told = self._run(tests, red, cache, patience)
            found = _verdict(how, told)
            if found is None or found.how != how or self._is_green(found.by):
                return found, "unfinished" not in told
            if found.by in red:  # it cannot even be collected, with the fault or without it
                return None, False
            red.append(found.by)

    def _is_green(self, test: str) -> bool:
        return "found" not in self._run([test], (), self.root.parent / "kernels", self.patience)

    def _run(self, tests: Sequence[str], without: Sequence[str], cache: Path, patience: float
             ) -> Told:
        left = [*(f"--deselect={one}" for one in without), "--ignore=tests/faults", "-x"]
        return self._apart(lambda: pytest_run(self.root, tests, left, patience), cache,
                           patience + HANGS)

    @contextmanager
    def _planted(self, fault: Fault) -> Iterator[None]:
        path = self.root / fault.path
        text = path.read_text(encoding="utf-8")
        path.write_text(fault.planted(text), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")

    @contextmanager
    def _cache(self, path: str) -> Iterator[Path]:
        """A folder of its own, with what was compiled before; afterwards others have its kernels.

        Not where the fault is in what fills it.
        """
        own, kernels = self.root.parent / "own", self.root.parent / "kernels"
        shared = path not in OWN_CACHE
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o700)
        if shared:
            _link(kernels, own)
        try:
            yield own
        finally:
            if shared:
                _link(own, kernels)
            shutil.rmtree(own, ignore_errors=True)

    def _apart(self, work: Callable[[], Told], cache: Path, limit: float) -> Told:
        """What a process of its own found; it has what is imported here, and no symrnn.

        Work is limited, and not time: the machine may have other things to do.
        """
        told, log = self.root.parent / "told.json", self.root.parent / "log"
        told.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            _inside(self.root, cache, work, told, log, int(limit))
        status = _waited(child, limit)
        if status == signal.SIGXCPU or status is None:
            return {"how": "time", "found": f"more than {limit:.0f} s"}
        if told.exists():
            return json.loads(told.read_text(encoding="utf-8"))
        return {"how": "error", "found": f"the process ended with {status}"}


def _inside(root: Path, cache: Path, work: Callable[[], Told], told: Path, log: Path,
            limit: int) -> None:
    """The life of the child."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    temporary = root.parent / "temporary"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    os.environ.update(SYMRNN_CACHE=str(cache), PYTHONPATH=str(root), TMPDIR=str(temporary),
                      PYTHONDONTWRITEBYTECODE="1")
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root))
    for name in [one for one in sys.modules if one.split(".")[0] in ("tests", "symrnn")]:
        del sys.modules[name]
    os.chdir(root)
    try:
        found = work()
    except BaseException as error:
        found = {"how": "error", "found": f"{type(error).__name__}: {error}"[:200]}
    told.write_text(json.dumps(found), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)


def _waited(child: int, limit: float) -> int | None:
    """The child's exit status; None where it had to be ended."""
    end, done, status = time.monotonic() + WAITS + limit, 0, 0
    try:
        while not done and time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0 if done else 0.02)
    finally:  # whoever interrupts a sitting ends what it started
        if not done:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return status if done else None


def _link(one: Path, other: Path) -> None:
    for kept in one.iterdir():
        if kept.is_file() and not (other / kept.name).exists():
            os.link(kept, other / kept.name)


def _first(found: Iterator[str]) -> Told:
    first = next(found, None)
    return {} if first is None else {"found": first}


def _verdict(how: str, told: Told) -> Verdict | None:
    return Verdict(told.get("how", how), told["found"]) if "found" in told else None


def pytest_run(root: Path, tests: Sequence[str], options: Sequence[str], patience: float) -> Told:
    """What pytest finds in a tree, within so many seconds.

    Raises RuntimeError where it did not run: silence of tests that never ran is no green.
    """
    import pytest

    red = Red(patience)
    status = pytest.main([*tests, f"--rootdir={root}", "-p", "no:cacheprovider", "-q", *options],
                         [red])
    if status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        raise RuntimeError(f"pytest itself ended with {status}")
    return red.told()

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
from tests.faults.suites import DRIFT, SLOW, suite

MEMORY = 8 << 30  # bytes; a fault may ask for more than there is
HANGS = 240  # seconds: nothing of a probe, and no test, takes so long
OWN_CACHE = ("symrnn/runtime/compiler.py", "symrnn/runtime/cache.py")  # their faults hide in it

Told = dict[str, str]


@dataclass(frozen=True)
class Verdict:
    """What turned red, if anything, and how: numbers, error, tests, drift, time, or survived."""

    how: str
    by: str = ""


@dataclass(frozen=True)
class Tree:
    """A copy of the checkout, and the kernels that it compiled before anything was wrong.

    Bytecode is held against the text of its source: a fault may be as long and as old as what it
    replaces. Kernels are named by all of their text, so those of the right tree hide no fault;
    each fault has a folder of its own for what it compiles itself.
    """

    root: Path
    patience: float  # seconds for the tests of a module

    @classmethod
    def of(cls, checkout: Path, work: Path, patience: float) -> Tree:
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
        return cls(root, patience)

    def tried(self, fault: Fault) -> Verdict:
        """What becomes of the copy with this fault in it."""
        path = self.root / fault.path
        text = path.read_text(encoding="utf-8")
        path.write_text(fault.planted(text), encoding="utf-8")
        try:
            with self._cache(fault.path) as cache:
                return self._verdict(fault, cache)
        finally:
            path.write_text(text, encoding="utf-8")

    def _verdict(self, fault: Fault, cache: Path) -> Verdict:
        return (self._probed(cache)
                or self._tested(suite(fault.path), cache)
                or self._drifted(cache)
                or Verdict("survived"))

    def _probed(self, cache: Path) -> Verdict | None:
        told = self._apart(lambda: _first(probe.numbers()), cache, HANGS)
        return _verdict("numbers", told)

    def _drifted(self, cache: Path) -> Verdict | None:
        return _verdict("drift", self._apart(lambda: _first(probe.drift(self.root)), cache, HANGS))

    def _tested(self, tests: Sequence[str], cache: Path) -> Verdict | None:
        known = self.red(tests)
        left = [f"--deselect={one}" for one in (*known, *DRIFT, *SLOW)]
        told = self._apart(lambda: pytest_run(self.root, tests, [*left, "-x"], self.patience),
                           cache, self.patience + HANGS)
        return _verdict("tests", told)

    def red(self, tests: Sequence[str]) -> list[str]:
        """The tests that fail without any fault, here and now; that also compiles kernels."""
        kept = self.root.parent / f"red {' '.join(tests)}".replace("/", ".")
        if not kept.exists():
            left = [f"--deselect={one}" for one in (*DRIFT, *SLOW)]
            told = self._apart(lambda: pytest_run(self.root, tests, left, 4 * self.patience),
                               self.root.parent / "kernels", 5 * self.patience + HANGS)
            kept.write_text(told.get("red", ""), encoding="utf-8")
        return kept.read_text(encoding="utf-8").splitlines()

    @contextmanager
    def _cache(self, path: str) -> Iterator[Path]:
        own, kernels = self.root.parent / "own", self.root.parent / "kernels"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o700)
        for one in kernels.iterdir() if path not in OWN_CACHE else ():
            if one.is_file():
                os.link(one, own / one.name)
        yield own
        shutil.rmtree(own, ignore_errors=True)

    def right(self) -> list[str]:
        """What the probe finds without any fault: nothing, or no verdict would mean anything."""
        cache = self.root.parent / "kernels"
        return [told["found"] for told in (
            self._apart(lambda: _first(probe.numbers()), cache, 4 * HANGS),
            self._apart(lambda: _first(probe.drift(self.root)), cache, HANGS)) if told]

    def _apart(self, work: Callable[[], Told], cache: Path, limit: float) -> Told:
        """What a process of its own found; it has what is imported here, and no symrnn."""
        told, log = self.root.parent / "told.json", self.root.parent / "log"
        told.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            _inside(self.root, cache, work, told, log)
        status, late = _waited(child, limit)
        if late:
            return {"how": "time", "found": f"{limit:.0f} s"}
        if told.exists():
            return json.loads(told.read_text(encoding="utf-8"))
        return {"how": "error", "found": f"the process ended with {status}"}


def _inside(root: Path, cache: Path, work: Callable[[], Told], told: Path, log: Path) -> None:
    """The life of the child."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
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


def _waited(child: int, limit: float) -> tuple[int, bool]:
    """The child's exit status, and whether it had to be ended."""
    end, late = time.monotonic() + limit, False
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done or late:
            return status, late
        if time.monotonic() > end:
            late = True
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return 0, True
        time.sleep(0.02)


def _first(found: Iterator[str]) -> Told:
    first = next(found, None)
    return {} if first is None else {"found": first}


def _verdict(how: str, told: Told) -> Verdict | None:
    return Verdict(told.get("how", how), told["found"]) if "found" in told else None


def pytest_run(root: Path, tests: Sequence[str], options: Sequence[str], patience: float) -> Told:
    """What pytest finds in a tree, within so many seconds."""
    import pytest

    red = Red(patience)
    pytest.main([*tests, f"--rootdir={root}", "-p", "no:cacheprovider", "-q", *options], [red])
    return red.told()

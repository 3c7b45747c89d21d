"""``python -m tests.covered``: the branches of ``symrnn/`` that tests take, folder by folder.

What a folder's tests took lies in a folder of its own under ``--data``, so that a run that was
ended goes on. PyTorch's compiler takes the place of what traces lines, for good: tests that use it
are left out. Tests that fill a small disk are, too, as it would hold the data as well.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
TOGETHER = 8  # files beside the folders
LEFT_OUT = {"torch": "not compile and not two_processes",
            "cli": "not disk_that_is_full and not cannot_be_written"}


def groups() -> Iterator[tuple[str, list[Path]]]:
    """Folders of tests, then the files beside them, some at a time, each with a name."""
    for folder in sorted({one.parent for one in TESTS.rglob("test_*.py")} - {TESTS}):
        yield "-".join(folder.relative_to(TESTS).parts), sorted(folder.glob("test_*.py"))
    files = sorted(TESTS.glob("test_*.py"))
    for first in range(0, len(files), TOGETHER):
        yield f"files-{first}", files[first:first + TOGETHER]


def coverage(data: Path, *words: str) -> int:
    """Coverage's command, with its data in this folder."""
    return subprocess.run([sys.executable, "-m", "coverage", *words], cwd=ROOT, check=False,
                          env={**os.environ, "COVERAGE_FILE": str(data / "taken"),
                               "PYTHONPATH": str(ROOT)}).returncode


def run(name: str, files: list[Path], data: Path) -> None:
    """Run one group, unless its data are there."""
    done, begun = data / f"{name}.done", time.monotonic()
    if done.exists():
        return
    (data / name).mkdir(exist_ok=True)
    chosen = ["-k", LEFT_OUT[name]] if name in LEFT_OUT else []
    code = coverage(data / name, "run", "-m", "pytest", "-q", "-n", "2", *chosen, *map(str, files))
    print(f"{name}: exit code {code} after {time.monotonic() - begun:.0f} s", flush=True)
    done.touch()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.covered", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "covered", help="a folder (covered)")
    parser.add_argument("--report", action="store_true", help="tell what was taken, run nothing")
    wanted = parser.parse_args()
    data = wanted.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    if not wanted.report:
        for name, files in groups():
            run(name, files, data)
    found = [str(one) for one in sorted(data.glob("*/taken.*"))]
    coverage(data, "combine", "-q", "--keep", *found)
    sys.exit(coverage(data, "report"))


if __name__ == "__main__":
    main()

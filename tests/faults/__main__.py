"""``python -m tests.faults``: plant faults, one at a time, and go on where it stopped."""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import islice
from pathlib import Path

import jinja2  # noqa: F401  every trial begins with these, so that it imports symrnn alone
import lark  # noqa: F401
import numpy  # noqa: F401
import pytest  # noqa: F401
import sympy  # noqa: F401

from tests.faults.choice import chosen
from tests.faults.fault import Fault
from tests.faults.report import report
from tests.faults.results import Result, keep, read, reasons
from tests.faults.trial import Tree

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    """The command."""
    wanted = arguments()
    if not wanted.report:
        only = wanted.only.partition(":")[0]
        sitting(due(chosen(ROOT, wanted.seed, only), wanted), wanted)
    found = chosen(ROOT, wanted.seed)
    there = {one.identity: one for one in found}
    results = {name: one for name, one in read().items()
               if name in there and one.is_of(there[name])}
    print("\n".join(report(results, reasons())))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=300, help="how many in all (300)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other faults")
    parser.add_argument("--only", default="", help="faults whose identity begins so")
    parser.add_argument("--again", action="store_true", help="also those that survived")
    parser.add_argument("--whole", action="store_true", help="survivors meet all tests (an hour)")
    parser.add_argument("--quick", action="store_true",
                        help="tests of the module before all else; no texts are compared")
    parser.add_argument("--minutes", type=float, default=600, help="begin none after that")
    parser.add_argument("--patience", type=float, default=60,
                        help="seconds of work for the tests of a module (60)")
    parser.add_argument("--jobs", type=int, default=1, help="this one of so many: see --part")
    parser.add_argument("--part", type=int, default=0, help="of --jobs processes, from 0 on")
    parser.add_argument("--work", type=Path, help="a folder to keep copies and kernels in")
    parser.add_argument("--report", action="store_true", help="tell results, plant nothing")
    return parser.parse_args()


def due(found: list[Fault], wanted: argparse.Namespace) -> list[Fault]:
    """The faults that have no verdict yet."""
    results = read()
    first = islice((one for one in found if one.identity.startswith(wanted.only)
                    and is_code(one)), wanted.faults)
    left = [one for one in first if not (
        one.identity in results and results[one.identity].is_of(one)
        and not (wanted.again and results[one.identity].verdict == "survived"))]
    return left[wanted.part::wanted.jobs]


def is_code(fault: Fault) -> bool:
    """False for what Python would not even read."""
    if not fault.path.endswith(".py"):
        return True
    try:
        compile(fault.planted((ROOT / fault.path).read_text(encoding="utf-8")), fault.path, "exec")
    except SyntaxError:
        return False
    return True


def sitting(faults: list[Fault], wanted: argparse.Namespace) -> None:
    """Try faults until all have a verdict, or time is over; every verdict is kept at once."""
    end = time.monotonic() + 60 * wanted.minutes
    with tempfile.TemporaryDirectory() as other:
        work = wanted.work or Path(other)
        work.mkdir(parents=True, exist_ok=True)
        tree = Tree.of(ROOT, work, wanted.patience, wanted.whole, wanted.quick)
        if wrong := tree.right():
            raise SystemExit(f"nothing is planted, as this tree is wrong already: {wrong}")
        for number, one in enumerate(faults):
            if time.monotonic() > end:
                break
            began = time.monotonic()
            verdict = tree.tried(one)
            text = (ROOT / one.path).read_text(encoding="utf-8")
            result = Result.of(one, text, verdict)
            keep(result)
            print(f"{number + 1}/{len(faults)} {time.monotonic() - began:.0f} s {one.identity} "
                  f"{result.verdict}: {result.by}", flush=True)


if __name__ == "__main__":
    main()

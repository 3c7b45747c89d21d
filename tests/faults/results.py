"""What became of every fault that was planted: one line each, in a file that grows."""

from __future__ import annotations

import fcntl
import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.trial import Verdict

FILE = Path(__file__).with_name("results.jsonl")
REASONS = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Result:
    """A fault and its verdict; the line is where it stood when it was tried."""

    fault: str
    kind: str
    line: int
    before: str
    after: str
    verdict: str
    by: str

    @classmethod
    def of(cls, fault: Fault, text: str, verdict: Verdict) -> Result:
        """The result of one trial."""
        return cls(fault.identity, fault.kind, fault.line(text), told(fault.before),
                   told(fault.after), verdict.how, told(verdict.by))

    @property
    def path(self) -> str:
        return self.fault.partition(":")[0]

    def is_of(self, fault: Fault) -> bool:
        """False where the text has changed since."""
        return (self.before, self.after) == (told(fault.before), told(fault.after))


def told(text: str) -> str:
    """A text in one short line."""
    return " ".join(text.split())[:120]


def read(file: Path = FILE) -> dict[str, Result]:
    """All results by the identity of their fault."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {one.fault: one for one in (Result(**json.loads(line)) for line in lines)}


def write(results: Iterable[Result], file: Path = FILE) -> None:
    """Keep results, sorted, so that two sittings give one file."""
    lines = [json.dumps(asdict(one), ensure_ascii=False)
             for one in sorted(results, key=lambda one: one.fault)]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def keep(result: Result, file: Path = FILE) -> None:
    """One more result; another process may do the same at this time."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write({**read(file), result.fault: result}.values(), file)


def reasons() -> dict[str, str]:
    """Why nobody can see a fault, by its identity."""
    found: dict[str, str] = tomllib.loads(REASONS.read_text(encoding="utf-8"))["equivalent"]
    return found

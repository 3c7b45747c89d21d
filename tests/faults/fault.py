"""One fault: where it stands, of which kind it is, and what the text is with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Fault:
    """``before``, from ``start`` to ``end`` of a file's text, is replaced by ``after``.

    ``where`` is the function that it stands in, ``ordinal`` counts those of one kind in it: so a
    fault keeps its identity while lines move above it.
    """

    path: str
    where: str
    kind: str
    start: int
    end: int
    before: str
    after: str
    ordinal: int = 0

    @property
    def identity(self) -> str:
        """What results are kept under."""
        return f"{self.path}:{self.where}:{self.kind}:{self.ordinal}"

    def planted(self, text: str) -> str:
        """The file with the fault in it."""
        return text[:self.start] + self.after + text[self.end:]

    def line(self, text: str) -> int:
        """The number of its line."""
        return text.count("\n", 0, self.start) + 1

    def rank(self, seed: int) -> str:
        """A place in an order that has nothing to do with what the fault is."""
        return hashlib.sha256(f"{seed}:{self.identity}".encode()).hexdigest()


def numbered(found: Iterable[Fault]) -> Iterator[Fault]:
    """Faults in the order of the text, each with its ordinal."""
    seen: Counter[tuple[str, str]] = Counter()
    for one in sorted(found, key=lambda one: (one.start, one.end, one.after)):
        yield replace(one, ordinal=seen[one.where, one.kind])
        seen[one.where, one.kind] += 1

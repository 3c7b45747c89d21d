"""Who shares a loop of a fast function: all of its threads, or those that have a part in a side."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.loops import Barrier, Expression, Field, Name

THREAD, THREADS = Name("thread"), Name("threads")


@dataclass(frozen=True)
class Team:
    """The threads that share a loop: all, or those of one ``part`` of them."""

    part: Name | None = None

    @property
    def thread(self) -> Expression:
        """The number of this thread among them."""
        return THREAD if self.part is None else Field(self.part, "thread")

    @property
    def threads(self) -> Expression:
        """How many they are."""
        return THREADS if self.part is None else Field(self.part, "threads")

    @property
    def meets(self) -> Barrier:
        """None of them goes on before all have come here."""
        return Barrier(self.part)


WHOLE_TEAM = Team()

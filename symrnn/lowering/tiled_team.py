"""Who shares a loop of a fast function: all of its threads, or those that have a part in a side."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.loops import Barrier, Body, Call, Expression, Field, Name, Run

THREAD, THREADS = Name("thread"), Name("threads")


@dataclass(frozen=True)
class Team:
    """The threads that share a loop: all, or those of one ``part`` of them.

    One that ``follows`` reads steps of the part before it; one that ``leads`` is read so.
    """

    part: Name | None = None
    follows: bool = False
    leads: bool = False

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

    def awaits(self, steps: Expression) -> Body:
        """They wait until the part before them has done so many steps."""
        return self._of_steps("AWAIT", steps) if self.follows else ()

    def tells(self, steps: Expression) -> Body:
        """They let the part behind them know that so many steps are done."""
        return self._of_steps("TELL", steps) if self.leads else ()

    def _of_steps(self, macro: str, steps: Expression) -> Body:
        assert self.part is not None  # nobody follows all threads
        return (Run(Call(macro, (self.part, steps))),)


WHOLE_TEAM = Team()

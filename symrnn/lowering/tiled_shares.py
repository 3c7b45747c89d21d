"""Which blocks of a fusion group, and which of its rows, belong to a thread."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.loops import (SIZE, ZERO, Body, Call, Declare, Expression, Field, If, Name,
                          Struct)
from symrnn.lowering.tiled_products import vectors_of
from symrnn.lowering.tiled_team import Team
from symrnn.schedule import FusionGroup

VECTORS, COUNT, FROM, TO, MINE = map(Name, ("vectors", "count", "from", "to", "mine"))
LOWER, UPPER = map(Name, ("lower", "upper"))  # the rows of a thread
LANE, LANES = Field(MINE, "lane"), Field(MINE, "lanes")


@dataclass(frozen=True)
class Share:
    """The share of a thread of a ``team`` in a group over so many ``units``.

    Threads share blocks. Where these do not go round they share the rows of each block too, in a
    group that is divisible: by numbers of rows, or where rows are cut at edges by whole parts.
    """

    group: FusionGroup
    units: Expression
    team: Team

    @property
    def by_parts(self) -> bool:
        """True where a thread takes some parts of all rows."""
        return self.group.divisible and bool(self.group.cuts)

    @property
    def _by_rows(self) -> bool:
        return self.group.divisible and not self.group.cuts

    def bounds(self, rows: Expression) -> tuple[Expression, Expression]:
        """Where the rows of this thread begin and end, among so many."""
        return (LOWER, UPPER) if self._by_rows else (ZERO, rows)

    def declared(self, shared: Expression, rows: Expression) -> Body:
        """The blocks of this thread, and its part of ``rows``, as ``shared`` rows are divided."""
        return (*self._blocks(shared), *self._rows(rows))

    @property
    def meeting(self) -> Body:
        """A barrier where rows are shared: then they are those of other threads later on."""
        return (If(LANES.compared(">", 1), (self.team.meets,)),) if self.group.divisible else ()

    def _blocks(self, rows: Expression) -> Body:
        all_blocks = (Declare(VECTORS.text, SIZE, vectors_of(self.group.gates)),
                      Declare(COUNT.text, SIZE, Call("blocks", (self.units, VECTORS))))
        thread, threads = self.team.thread, self.team.threads
        if not self.group.divisible:
            shares = [Call("share_from", (COUNT, one, threads)) for one in (thread, thread + 1)]
            return (*all_blocks, Declare(FROM.text, SIZE, shares[0]),
                    Declare(TO.text, SIZE, shares[1]))
        own = Declare(MINE.text, Struct("block_share"),
                      Call("share_of", (COUNT, rows, thread, threads)))
        return (*all_blocks, own, Declare(FROM.text, SIZE, Field(MINE, "from")),
                Declare(TO.text, SIZE, Field(MINE, "to")))

    def _rows(self, rows: Expression) -> Body:
        if not self._by_rows:
            return ()
        return (Declare(LOWER.text, SIZE, Call("row_from", (rows, LANE, LANES))),
                Declare(UPPER.text, SIZE, Call("row_from", (rows, LANE + 1, LANES))))

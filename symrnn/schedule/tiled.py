"""The tiled plan of a function: all that a fast kernel decides, as frozen data.

A schedule says which equations share a loop over time. A tiled plan says the rest: which stages
follow a scan chunk by chunk, which equations share a loop nest (:mod:`symrnn.schedule.fusion`),
what is computed ahead, where every value lives, which weights are packed and in which order. It
knows names of the program, sizes and steps, and no language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from symrnn.program import Delay, Equation
from symrnn.schedule.fusion import FusionGroup
from symrnn.schedule.places import Place, Schedule
from symrnn.schedule.products import Segment, Tile
from symrnn.schedule.stages import Order


class Walk(Enum):
    """How the groups of a stage run over time."""

    ONCE = "once"
    ROWS = "over the rows of all steps"
    STEPS = "step by step"
    CHUNKS = "by chunks of steps"
    STEP = "one step"


@dataclass(frozen=True)
class TiledStage:
    """A stage: its equations in fusion groups, and those ``after`` the loop over its steps.

    Where its threads go ``apart``, each takes its own units (or samples) through all steps: none
    reads what another one binds, so that they meet behind the last step and not behind each.
    """

    order: Order
    walk: Walk
    equations: tuple[Equation, ...]
    groups: tuple[FusionGroup, ...] = ()
    after: tuple[FusionGroup, ...] = ()
    apart: bool = False

    @property
    def every(self) -> tuple[FusionGroup, ...]:
        """All groups, in the order in which they run."""
        return (*self.groups, *self.after)


@dataclass(frozen=True)
class TiledChunk:
    """A stage, and those that ``join`` it chunk by chunk while its steps are in the cache.

    How many steps it has is chosen so that rows of the ``shared`` values, which the stage binds
    and others read, and of the sums of tiles that are computed ``ahead`` fit in the cache; where
    it ``reduces``, outer products over its rows want it long enough; ``stacked`` ones, which wait
    for the one before them, want it short. ``passing`` values live in its steps alone.
    ``number`` is its place among the chunks of the plan.
    """

    number: int
    stage: TiledStage
    joining: tuple[TiledStage, ...] = ()
    shared: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()
    ahead: tuple[Tile, ...] = ()
    reduces: bool = False
    stacked: bool = False

    @property
    def stages(self) -> tuple[TiledStage, ...]:
        """The stage and those that join it."""
        return (self.stage, *self.joining)

    @property
    def length_rule(self) -> str:
        """The function of the header that chooses how many steps it has."""
        rule = "stacked" if self.stacked else "together" if self.reduces else "ahead"
        return f"steps_{rule}"


@dataclass(frozen=True)
class Side:
    """A chunk beside others, and what tells how long a step of it takes some threads.

    ``work`` holds the axes of each loop of a step for one sample, ``weights`` those of the packed
    weights that every step reads; at so many places of a step (``meets``) its threads meet.
    """

    chunk: TiledChunk
    work: tuple[tuple[str, ...], ...]
    weights: tuple[tuple[str, ...], ...]
    meets: int


@dataclass(frozen=True)
class SideBySide:
    """Chunks that parts of a team may run at once, as none reads what another one binds.

    Or they are ``stacked``: each but the first reads of the one before it steps that this has come
    past, and waits for them. All threads meet behind them. Where parts are not worth it, the whole
    team takes one side after the other, in this order.

    All threads share what is ``joining`` stacked sides, every so many steps that rows of the
    ``shared`` values, which the last side binds, fit in the cache.
    """

    sides: tuple[Side, ...]
    stacked: bool = False
    joining: tuple[TiledChunk, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def chunks(self) -> tuple[TiledChunk, ...]:
        """Those of all sides, and what joins them."""
        return (*(one.chunk for one in self.sides), *self.joining)


@dataclass(frozen=True)
class Meeting:
    """Behind what threads meet: a chunk, a single step, or (Walk.ROWS) all steps.

    ``axes`` are those of the units that they share before it, where that is more than a step.
    So many threads meet behind all steps alone where each of them has one of so many ``sides``;
    0 where some scan runs beside no other one. Fewer do where one may have several, as they are
    ``stacked``.
    """

    behind: TiledChunk | Walk
    axes: tuple[str, ...] = ()
    sides: int = 0
    stacked: bool = False

    @property
    def fewest(self) -> int:
        """So many threads at least may take the sides at once."""
        return 2 if self.stacked else self.sides


@dataclass(frozen=True)
class Home:
    """Where a value lives, and in which chunk, where it lives in the steps of one."""

    name: str
    place: Place
    chunk: int | None = None


@dataclass(frozen=True)
class PackedWeights:
    """The weights of some gates for one operand, as panels as wide as a block of their group.

    ``width`` is the number of gates that set how many units a block has: those of the widest tile.
    """

    gates: tuple[str, ...]
    segment: Segment
    width: int


@dataclass(frozen=True, repr=False)
class TiledPlan:
    """Everything that is decided about one function of a fast kernel.

    ``runs`` are its chunks in the order in which they run, or some of them side by side. ``homes``
    are those of bound values and of the tape. ``packed`` are the weights in the order of their
    panels in memory; a plan that runs on the weights of another has its order.
    ``read_directly`` are given constants that some equation reads other than from panels.
    ``spare`` gradients have rows in a group that runs although nobody may want them, so that a
    place that nobody reads stands for theirs. ``cleared`` are reductions to which rows are added;
    ``cleared_if_empty`` those that a product sets, unless there are no rows. ``reduced_axes`` are
    the axes of right factors of reductions, for which each thread has a buffer. ``turns`` tells
    that a serpentine group needs to know which way the last step took. ``work`` holds the axes of
    each loop of a step, ``most_groups`` the number of groups of the longest step, ``meeting`` where
    threads meet: these tell how many threads are worth it.
    """

    schedule: Schedule
    runs: tuple[TiledChunk | SideBySide, ...]
    homes: tuple[Home, ...]
    packed: tuple[PackedWeights, ...]
    read_directly: tuple[str, ...]
    spare: tuple[str, ...]
    cleared: tuple[str, ...]
    cleared_if_empty: tuple[str, ...]
    reduced_axes: tuple[tuple[str, ...], ...]
    turns: bool
    work: tuple[tuple[str, ...], ...]
    most_groups: int
    meeting: Meeting

    def __repr__(self) -> str:
        return f"<TiledPlan of {self.schedule!r}: {len(self.groups)} fusion groups>"

    @cached_property
    def chunks(self) -> tuple[TiledChunk, ...]:
        """All chunks, those of sides one after the other."""
        return tuple(chunk for run in self.runs for chunk in (
            run.chunks if isinstance(run, SideBySide) else (run,)))

    @property
    def beside(self) -> tuple[SideBySide, ...]:
        """The chunks that run side by side."""
        return tuple(one for one in self.runs if isinstance(one, SideBySide))

    @cached_property
    def groups(self) -> tuple[FusionGroup, ...]:
        """The fusion groups in the order in which they run."""
        return tuple(group for chunk in self.chunks for stage in chunk.stages
                     for group in stage.every)

    @cached_property
    def _stacks(self) -> dict[int, SideBySide]:
        return {one.number: run for run in self.beside if run.stacked for one in run.chunks}

    def stack_of(self, chunk: TiledChunk) -> tuple[TiledChunk, ...]:
        """The chunks that have as many steps: a chunk alone, or all that are stacked with it."""
        run = self._stacks.get(chunk.number)
        return (chunk,) if run is None or not chunk.stacked else tuple(
            one.chunk for one in run.sides)

    def run_of(self, chunk: TiledChunk) -> SideBySide | None:
        """The run of sides in which a chunk is stacked, or which it joins."""
        return self._stacks.get(chunk.number)

    @cached_property
    def _homes(self) -> dict[str, Home]:
        return {one.name: one for one in self.homes}

    def home(self, name: str) -> Place | None:
        """Where a value lives; None for what is given, and for a delayed one, which is a view."""
        found = self._homes.get(name)
        return None if found is None else found.place

    def chunk_of(self, name: str) -> TiledChunk:
        """The chunk in whose steps alone a value lives. Raises LookupError for any other."""
        found = self._homes.get(name)
        if found is None or found.chunk is None:
            raise LookupError(f"{name} does not live in a chunk")
        return self.chunks[found.chunk]

    @property
    def edges(self) -> tuple[Delay, ...]:
        """The delays whose values before the first step, or behind the last, are read."""
        return self.schedule.edges


@dataclass(frozen=True)
class TiledPlans:
    """The functions of a network; ``step`` where it streams."""

    forward: TiledPlan
    infer: TiledPlan
    backward: TiledPlan
    step: TiledPlan | None

"""The tree that takes a block of samples at a time: portable loops over vectors of them.

Every function is made of four. One computes a block, all its steps, and adds nothing up over
lanes before its last one; one lets a thread take some of the blocks, which need nothing of each
other; one computes what no sample changes, before and behind them, and adds up the sums of blocks
in their order, so that the bits are the same for any number of threads; the last one is what
callers call.

A sequence may run in pieces, each of so many steps, with a state of its own before it: samples
like any other, but for where they lie. What one call gives to another of the same pieces need not
leave the lanes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.loops import (REAL, SIZE, VECTOR, ZERO, AddressOf, Argument, Assign, Body, Call,
                          Declare, Expression, Field, For, Function, Macro, Member, Name, Over,
                          Pointer, Return, Run, Struct, checked)
from symrnn.lowering.interface import WRITES, signature
from symrnn.lowering.portable import Interface
from symrnn.lowering.samples_block import OF, BlockFunction
from symrnn.lowering.samples_whole import WholeFunction
from symrnn.lowering.samples_turns import Turns
from symrnn.program import Program
from symrnn.schedule import Plan, Schedule

SIZES, WORK, LENGTH, LYING, THREADS = map(Name, ("sizes", "work", "length", "lying", "threads"))


@dataclass(frozen=True)
class InSamples:
    """The functions that make up one; those that tell its memory come first."""

    program: Program
    counts: tuple[Function, ...]
    block: Function
    functions: tuple[Function, ...]


def in_samples(plan: Plan, interface: Interface) -> dict[str, InSamples]:
    """The functions of one network by what they do. Raises ProgramError for sums read in steps."""
    inference = plan.inference
    schedules = {"forward": (plan, plan.forward), "infer": (inference, inference.forward),
                 "backward": (plan, plan.backward)}
    return {kind: _Functions(kind, of, schedule, interface).made()
            for kind, (of, schedule) in schedules.items()}


class _Functions:
    """Makes all functions of one kind."""

    def __init__(self, kind: str, plan: Plan, schedule: Schedule, interface: Interface) -> None:
        self.kind, self.interface, self.turns = kind, interface, Turns.of(schedule)
        self.name = f"{interface.prefix}_samples_{kind}"
        self.arguments = signature(kind, interface.prefix)
        self.block = BlockFunction(plan, schedule, interface, self.turns)
        self.whole = WholeFunction(plan, schedule, interface, self.turns)

    def made(self) -> InSamples:
        """All of them, each behind those that it calls."""
        whole = self.whole.body(self._team(), self.front, self.told("sums"))
        return InSamples(
            self.block.program, tuple(self._counts()),
            self.block.function(f"{self.name}_block", self.arguments),
            (self._function("thread", self._thread(), ("length", "lying", "thread", "threads")),
             self.whole.finished(f"{self.name}_pieces",
                                 self._with("length", "lying", "threads"), whole),
             self._function("", (Run(Call(f"{self.name}_pieces", (
                 *self.names, Member(SIZES, "T"), ZERO, THREADS))),), ("threads",))))

    @property
    def names(self) -> tuple[Expression, ...]:
        """The arguments as every function passes them on."""
        return tuple(Name(one.name) for one in self.arguments)

    def _with(self, *more: str) -> tuple[Argument, ...]:
        return (*self.arguments, *(Argument(one, SIZE) for one in more))

    def _function(self, part: str, body: Body, more: tuple[str, ...]) -> Function:
        name = f"{self.name}_{part}" if part else self.name
        return checked(Function(name, self._with(*more), body))

    def _counts(self) -> Sequence[Function]:
        """What tells the vectors of a block, the numbers that all share, the sums of a block."""
        counts = {"room": self.block.entries(self.block.own),
                  "shared": self.whole.entries(self.whole.shared),
                  "sums": self.whole.entries(self.whole.sums)}
        if self.kind == "forward":
            counts |= {"tape_room": self.block.entries(self.block.taped),
                       "tape_shared": self.whole.entries(self.whole.taped)}
        return [self.whole.finished(f"{self.name}_{what}", self.arguments[:1], (Return(one),), SIZE)
                for what, one in counts.items()]

    def told(self, what: str, of: Expression = SIZES) -> Expression:
        """What one of these functions tells."""
        return Call(f"{self.name}_{what}", (of,))

    def told_of_tape(self, what: str, of: Expression = SIZES) -> Expression:
        """The same of the tape, which forward writes."""
        return Call(f"{self.interface.prefix}_samples_forward_tape_{what}", (of,))

    @property
    def blocks(self) -> Expression:
        """How many blocks there are."""
        return Call("blocks_of", (Member(SIZES, "T"), Member(SIZES, "B"), LENGTH))

    @property
    def front(self) -> Expression:
        """The numbers in front of the sums of blocks, up to whole vectors."""
        return whole_vectors(self.told("shared"))

    def _thread(self) -> Body:
        """The blocks of one thread."""
        thread, block, blocks = Name("thread"), Name("block"), Name("blocks")
        piece, own, each = Name("piece"), Name("own"), Name("each")
        sizes = Struct(f"{self.interface.prefix}_sizes")
        room = WORK + self.front + whole_vectors(blocks * each)
        tapes = tuple(self._tapes(AddressOf(piece)))
        body: Body = (
            Declare(OF.text, Struct("samples"), Call("samples_of", (
                Member(SIZES, "T"), Member(SIZES, "B"), LENGTH, LYING, block))),
            Assign(Field(piece, "T"), Field(OF, "steps")),
            Run(Call(f"{self.name}_block", (*map(self._of_block, self.arguments), WORK,
                                            *([Name("tape")] if tapes else ()),
                                            Name("sums") + block * each, AddressOf(OF)))))
        of_piece = Call(f"{self.interface.prefix}_samples_of_steps", (SIZES, LENGTH))
        return (Declare(piece.text, sizes, of_piece, constant=False),
                Declare(blocks.text, SIZE, self.blocks),
                Declare(each.text, SIZE, self.told("sums")),
                Declare("sums", Pointer(REAL, fixed=True), WORK + self.front),
                Declare(own.text, Pointer(VECTOR, fixed=True), Call("vectors_at", (room,))
                        + thread * self.told("room", AddressOf(piece))),
                *tapes,
                For(block.text, blocks * (thread + 1) / THREADS, body, Over.BLOCKS,
                    start=blocks * thread / THREADS))

    def _tapes(self, piece: Expression) -> Sequence[Declare]:
        """Where the tapes of all blocks begin, and how many vectors each has."""
        if self.kind == "infer":
            return ()
        const = "tape" not in WRITES[self.kind]
        front = Name("tape") + whole_vectors(self.told_of_tape("shared"))
        return (Declare("tapes", Pointer(VECTOR, const, fixed=True),
                        Call("vectors_in" if const else "vectors_at", (front,))),
                Declare("taped", SIZE, self.told_of_tape("room", piece)))

    def _of_block(self, one: Argument) -> Expression:
        found: dict[str, Expression] = {
            "sizes": AddressOf(Name("piece")), "work": Name("own"),
            "tape": Name("tapes") + Name("block") * Name("taped")}
        return found.get(one.name, Name(one.name))

    def _team(self) -> Body:
        """Runs all blocks, by as many threads as they are worth."""
        thread = Macro(f"{self.name}_thread")
        return (Declare("blocks", SIZE, self.blocks),
                Declare("team", SIZE, Call("team_for", (
                    THREADS, Name("blocks"), self.told("room") * Member(SIZES, "B")))),
                Run(Call("TEAM", (thread, *self.names, LENGTH, LYING))))


def whole_vectors(entries: Expression) -> Expression:
    """A number of entries, up to whole vectors."""
    return Call("round_up", (entries, Macro("LANES")))

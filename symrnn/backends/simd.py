"""The fast C backend: blocks of units on packed weights, in vector extensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symrnn.backends.base import SHARED, Artefact, Printed
from symrnn.backends.c import c_names, fixed_sizes
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import CTree, TreeFormulas
from symrnn.backends.c_vector_tree import VectorFormulas, VectorTree
from symrnn.backends.c_words import RESERVED, SIMD, names_of_files
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.lines import deeper, flat, laid_out, rows
from symrnn.backends.text import TextPrinter, in_comment, lines_of_comment, text_of
from symrnn.loops import (REAL, SIZE, Argument, Call, Declare, Expression, Function, Macro, Name,
                          Names, Return, Run, Scalar, Whole, replaced, total)
from symrnn.lowering import (Locals, TiledFunction, TiledInterface, meetings_of, packing,
                             places_to_meet, signature, spared, tiled)
from symrnn.program import short_digest
from symrnn.schedule import Plan

THREADS = Argument("threads", SIZE)
THREAD_OF = (Argument("thread", SIZE), Argument("threads", SIZE))
PURPOSE = {
    "forward": "As {0}_forward, with the weights packed for it.",
    "infer": "The same with nothing saved for backward: less memory to write, none for a tape.",
    "backward": "As {0}_backward, with the weights packed for it.",
    "step": "As {0}_step, with the weights packed for forward.",
}


@dataclass(frozen=True)
class Dialect:
    """A way to spell the trees of tiled plans.

    ``tree`` makes its printer, of what prints formulas of numbers, of vectors, and equations;
    ``shared`` is the header that defines what the trees call, ``weights`` the type in panels.
    """

    tree: Callable[[CPrinter, VectorPrinter, TextPrinter], CTree] = VectorTree
    shared: str = SHARED
    weights: Scalar = REAL


@dataclass(frozen=True)
class Team:
    """A function that threads share: each runs ``of_thread``; ``counts`` tell how many pay.

    ``reduces`` where it sums products over all rows.
    """

    kind: str
    whole: Printed
    of_thread: Printed
    counts: tuple[Printed, ...]
    reduces: bool


@dataclass(frozen=True)
class SimdSource:
    """Everything that the two templates print."""

    name: str
    guard: str
    title: str
    shared: str
    narrow: bool
    math: tuple[tuple[str, str], ...]
    helpers: tuple[Helper, ...]
    by_lanes: tuple[str, ...]
    vector_helpers: tuple[Helper, ...]
    memories: tuple[Printed, ...]
    packings: tuple[Printed, ...]
    teams: tuple[Team, ...]
    equations: str


def simd_backend(plan: Plan, name: str, dialect: Dialect = Dialect()) -> tuple[Artefact, ...]:
    """Header and source of one network, beside those of the portable profile."""
    source = _Sources(plan, name, dialect).source()
    return (Artefact(f"{name}_simd.h", "c/simd_header.h.j2", source),
            Artefact(f"{name}_simd.c", "c/simd_source.c.j2", source))


class _Sources:
    def __init__(self, plan: Plan, name: str, dialect: Dialect = Dialect()) -> None:
        self.plan, self.name, self.dialect = plan, name, dialect
        fields = c_names(plan, name)
        fixed = fixed_sizes(plan, fields, name)
        self.names = Names(plan.programs, (*RESERVED, *names_of_files(name), *SIMD,
                                           *fixed.values()))
        interface = TiledInterface(name, self.names, Locals.choose(self.names), fixed, fields,
                                   weights=dialect.weights)
        self.makers = tiled(plan, interface)
        self.scalar, of_row = TreeFormulas(self.names, name), CPrinter(self.names, name)
        of_row.used_calls = self.scalar.used_calls
        self.vectors = VectorFormulas(self.names, name, of_row)
        self.trees: dict[TiledFunction, tuple[CTree, CTree]] = {}

    def source(self) -> SimdSource:
        """All parts of the two files."""
        teams = tuple(self._team(kind, one) for kind, one in self.makers.items())
        memories, packings = tuple(self._memories()), tuple(self._packings())
        helpers, math = Helpers(self.names, self.name, qualifier="MAYBE").made(
            sorted(self.scalar.used_calls))
        of_vectors = Helpers(self.names, self.name, VectorFormulas, "vec", "ALWAYS")
        vector, _ = of_vectors.made(sorted(self.vectors.used_calls))
        return SimdSource(self.name, f"{self.name.upper()}_SIMD_H",
                          in_comment(self.plan.program.title), self.dialect.shared,
                          self.dialect.weights.stored, math, helpers,
                          of_vectors.by_lanes, vector, memories, packings, teams,
                          short_digest(self.plan.program))

    def _printed(self, maker: TiledFunction, function: Function, *comment: str,
                 static: bool = False) -> Printed:
        outside, tree = self._trees(maker)
        return Printed(function.name, comment, laid_out(outside.signature(function, ";")),
                       laid_out(outside.signature(function, "", "static " * static)),
                       rows(deeper(tree.body(function.body))))

    def _trees(self, maker: TiledFunction) -> tuple[CTree, CTree]:
        """What prints signatures, whose numbers have the name in the header, and bodies."""
        if maker not in self.trees:
            text = text_of(maker.program)
            self.trees[maker] = (CTree(self.scalar, text, f"{self.name}_real"),
                                 self.dialect.tree(self.scalar, self.vectors, text))
        return self.trees[maker]

    def _team(self, kind: str, maker: TiledFunction) -> Team:
        prefix = f"{self.name}_simd_{kind}"
        arguments = signature(kind, self.name, self.dialect.weights)
        given = (*arguments, *meetings_of(maker.tiled))
        of_thread = maker.function(f"{prefix}_thread", (*given, *THREAD_OF))
        counts, worth = self._counts(prefix, maker, arguments[:1])
        names = (of_thread.name, *(each.name for each in given))
        team = Call(Macro("TEAM").text, tuple(map(Name, names)))  # runs it as so many threads
        body = (Declare("team", SIZE, worth), *places_to_meet(maker.tiled), Run(team))
        whole = Function(prefix, (*arguments, THREADS), body)
        return Team(kind, self._printed(maker, whole, PURPOSE[kind].format(self.name)),
                    self._printed(maker, of_thread, static=True),
                    tuple(self._printed(maker, one, static=True) for one in counts),
                    maker.memory.scratch is not None)

    def _counts(self, prefix: str, maker: TiledFunction, sizes: tuple[Argument, ...]
                ) -> tuple[list[Function], Expression]:
        """What counts how much there is to do, and how many threads are worth it."""
        def counting(what: str, count: Expression) -> Function:
            return maker.finished(f"{prefix}_{what}", sizes, (Return(count),), result=True)

        counts = [counting("multiplications", maker.multiplications())]
        threads, sides = Name("threads"), maker.tiled.meeting.sides
        worth: Expression = Call("team_of", (
            threads, Call(counts[0].name, (Name("sizes"),)),
            Macro("SHARE_OF_STEP" if maker.to.woken else "SHARE_OF_LOOP")))
        if sides:
            counts.append(counting("spared", spared(maker.tiled, maker.to)))
            fewest = Whole(maker.tiled.meeting.fewest)
            worth = Call("team_of_sides", (worth, threads, Whole(sides), fewest,
                                           Call(counts[1].name, (Name("sizes"),))))
        return counts, worth

    def _memories(self) -> list[Printed]:
        forward, backward = self.makers["forward"], self.makers["backward"]
        tape = [(forward.to.spaced(one), "every step", self.names[one.name])
                for one in self.plan.saved]
        found = [self._memory(forward, "tape", "what forward saves for backward",
                              total([count for count, _, _ in tape]), tape)]
        for kind, maker in (("forward", forward), ("backward", backward)):
            found.append(self._memory(maker, f"{kind}_packed", f"weights packed for {kind}",
                                      maker.memory.packed_entries()))
        for kind, maker in self.makers.items():
            rooms = [(one.count, one.kept, one.of) for one in maker.memory.rooms]
            found.append(self._memory(maker, f"{kind}_work", f"scratch memory of {kind}",
                                      maker.memory.entries(), rooms, maker.memory.scratch, True))
        return found

    def _memory(self, maker: TiledFunction, block: str, comment: str, count: Expression,
                rooms: Sequence[tuple[Expression, str, str]] = (),
                scratch: Expression | None = None, threads: bool = False) -> Printed:
        """A function that tells how many entries a block of memory needs, and for what."""
        details = self._details(maker, count, rooms, scratch)
        if scratch is not None:
            count = count + Name("threads") * scratch
        arguments = signature("forward", self.name)[:1] + ((THREADS,) if threads else ())
        function = maker.finished(f"{self.name}_simd_{block}_size", arguments, (Return(count),),
                                  result=True)
        lines = [f"Entries of {self.name}_real: {comment}: {self._told(maker, count)}.", *details]
        return self._printed(maker, function, *(part for line in lines
                                                for part in lines_of_comment(line)))

    def _details(self, maker: TiledFunction, count: Expression,
                 rooms: Sequence[tuple[Expression, str, str]], scratch: Expression | None
                 ) -> list[str]:
        of_each: dict[tuple[Expression, str], list[str]] = {}
        for entries, kept, name in rooms:
            of_each.setdefault((entries, kept), []).append(name)
        details = [f"  {', '.join(names)}: {self._told(maker, entries)}"
                   f"{' each' * (len(names) > 1)}, {kept}"
                   for (entries, kept), names in of_each.items()]
        if scratch is not None:
            told = self._told(maker, scratch)
            details.append(f"  factors of reductions for each thread: {told}")
        return details + [f"  {name}: {self._told(maker, steps)}"
                          for name, steps in maker.chunks_in(count)]

    def _told(self, maker: TiledFunction, count: Expression) -> str:
        """A count as a reader knows it."""
        padded = {maker.to.row_name(axis): Macro(f"padded {self.names.size(axis)}")
                  for axis in maker.axes}
        tree = self._trees(maker)[1]
        return flat(tree(replaced(count, lambda one: padded.get(one)
                                  if isinstance(one, Name) else None)))

    def _packings(self) -> list[Printed]:
        return [self._printed(self.makers[kind], packing(self.makers[kind], kind),
                              f"Packs the weights for {kind}, into as many entries as told above.")
                for kind in ("forward", "backward")]

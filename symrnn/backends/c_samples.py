"""Samples in the lanes of vectors: portable loops in C, which few units suit and many samples."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.base import Artefact, Printed
from symrnn.backends.c import c_names, fixed_sizes
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_math import CPrinter
from symrnn.backends.c_tree import CTree, TreeFormulas
from symrnn.backends.c_vector_tree import VectorFormulas, VectorTree
from symrnn.backends.c_words import RESERVED, SAMPLES, SIMD, names_of_files
from symrnn.backends.lines import deeper, laid_out, rows
from symrnn.backends.text import in_comment, text_of
from symrnn.loops import Function, Names
from symrnn.lowering import InSamples, Interface, Locals, in_samples
from symrnn.program import short_digest
from symrnn.schedule import Plan


@dataclass(frozen=True)
class SamplesKind:
    """The functions of one kind: ``public`` are those that callers call."""

    kind: str
    name: str
    functions: tuple[Printed, ...]
    public: tuple[Printed, ...]


@dataclass(frozen=True)
class SamplesSource:
    """Everything that the two templates print."""

    name: str
    guard: str
    title: str
    math: tuple[tuple[str, str], ...]
    helpers: tuple[Helper, ...]
    by_lanes: tuple[str, ...]
    vector_helpers: tuple[Helper, ...]
    kinds: tuple[SamplesKind, ...]
    streams: bool
    equations: str


def samples_backend(plan: Plan, name: str) -> tuple[Artefact, ...]:
    """Header and source of one network, beside those of the portable profile.

    Raises ProgramError for steps that read a sum over all samples.
    """
    source = _Sources(plan, name).source()
    return (Artefact(f"{name}_samples.h", "c/samples_header.h.j2", source),
            Artefact(f"{name}_samples.c", "c/samples_source.c.j2", source))


class _Sources:
    def __init__(self, plan: Plan, name: str) -> None:
        self.plan, self.name = plan, name
        fields = c_names(plan, name)
        fixed = fixed_sizes(plan, fields, name)
        self.names = Names(plan.programs, (*RESERVED, *names_of_files(name), *SIMD, *SAMPLES,
                                           *fixed.values()))
        interface = Interface(name, self.names, Locals.choose(self.names), fixed, fields=fields)
        self.made = in_samples(plan, interface)
        self.scalar, of_row = TreeFormulas(self.names, name), CPrinter(self.names, name)
        of_row.used_calls = self.scalar.used_calls
        self.vectors = VectorFormulas(self.names, name, of_row)

    def source(self) -> SamplesSource:
        """All parts of the two files."""
        kinds = tuple(self._kind(kind, one) for kind, one in self.made.items())
        helpers, math = Helpers(self.names, self.name, qualifier="MAYBE").made(
            sorted(self.scalar.used_calls))
        of_vectors = Helpers(self.names, self.name, VectorFormulas, "vec", "ALWAYS")
        vector, _ = of_vectors.made(sorted(self.vectors.used_calls))
        return SamplesSource(self.name, f"{self.name.upper()}_SAMPLES_H",
                             in_comment(self.plan.program.title), math, helpers,
                             of_vectors.by_lanes, vector, kinds, self.plan.streams,
                             short_digest(self.plan.program))

    def _kind(self, kind: str, one: InSamples) -> SamplesKind:
        thread, *public = one.functions
        printed = tuple(self._printed(one, each, "") for each in public)
        return SamplesKind(kind, public[-1].name, (
            *(self._printed(one, each, "static ") for each in (*one.counts, one.block, thread)),
            *printed), printed)

    def _printed(self, one: InSamples, function: Function, front: str) -> Printed:
        text = text_of(one.program)
        outside = CTree(self.scalar, text, f"{self.name}_real")
        inside = VectorTree(self.scalar, self.vectors, text)
        head = inside if front else outside
        return Printed(function.name, (), laid_out(outside.signature(function, ";"))
                       if not front else (), laid_out(head.signature(function, "", front)),
                       rows(deeper(inside.body(function.body))))

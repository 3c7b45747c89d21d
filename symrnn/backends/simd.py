"""The fast C backend: passes over blocks of units on packed weights, in vector extensions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symrnn.backends.base import Artefact
from symrnn.backends.c import c_names, fixed_sizes
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_words import RESERVED, SIMD, names_of_files
from symrnn.loops.scope import Names
from symrnn.lowering import Locals
from symrnn.backends.simd_function import SimdBody, SimdStepWriter, SimdWriter
from symrnn.backends.simd_layout import Layout, entries
from symrnn.backends.simd_lines import Lines, indented
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.simd_panels import Panels
from symrnn.backends.text import in_comment, lines_of_comment
from symrnn.schedule import Plan, TiledPlan

ARGUMENTS = {
    "forward": ("sizes", "parameters", "packed", "in", "initial", "out", "final", "tape", "work"),
    "backward": ("sizes", "parameters", "packed", "in", "initial", "out", "tape", "bars",
                 "gradients", "work"),
    "infer": ("sizes", "parameters", "packed", "in", "initial", "out", "final", "work"),
    "step": ("sizes", "parameters", "packed", "in", "state", "out", "next", "work"),
}


Costs = dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class SizeOf:
    """A function that tells how many entries a block of memory needs, and for what."""

    name: str
    comment: tuple[str, ...]
    arguments: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Packing:
    """A function that packs weights for one direction."""

    name: str
    comment: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Function(SimdBody):
    """A body under its name, with its arguments but the last, and what a step computes."""

    kind: str
    arguments: str
    team: SizeOf


@dataclass(frozen=True)
class SimdSource:
    """Everything that the two templates print."""

    name: str
    guard: str
    title: str
    math: tuple[tuple[str, str], ...]
    helpers: tuple[Helper, ...]
    vector_helpers: tuple[Helper, ...]
    memories: tuple[SizeOf, ...]
    packings: tuple[Packing, ...]
    teams: tuple[SizeOf, ...]
    forward: tuple[Function, ...]
    infer: tuple[Function, ...]
    backward: tuple[Function, ...]
    steps: tuple[Function, ...]


def simd_backend(plan: Plan, name: str) -> tuple[Artefact, ...]:
    """Header and source of one network, beside those of the portable profile."""
    source = _Sources(plan, name).source()
    return (Artefact(f"{name}_simd.h", "c/simd_header.h.j2", source),
            Artefact(f"{name}_simd.c", "c/simd_source.c.j2", source))


class _Sources:
    def __init__(self, plan: Plan, name: str) -> None:
        self.plan, self.name, self.fields = plan, name, c_names(plan, name)
        macros = fixed_sizes(plan, self.fields, name).values()
        reserved = (*RESERVED, *names_of_files(name), *SIMD, *macros)
        self.names = Names(plan.programs, reserved)
        self.local = Locals.choose(self.names)
        tiled = plan.tiled
        self.forward = self._writer(SimdWriter, plan, tiled.forward)
        self.backward = self._writer(SimdWriter, plan, tiled.backward)
        panels = self.forward.panels
        self.written = {
            "forward": self.forward,
            "infer": self._writer(SimdWriter, plan.inference, tiled.infer, panels),
            "backward": self.backward}
        if tiled.step is not None:
            self.written["step"] = self._writer(SimdStepWriter, plan, tiled.step, panels)

    def _writer(self, kind: type[SimdWriter], plan: Plan, tiled: TiledPlan,
                panels: Panels | None = None) -> SimdWriter:
        return kind(plan, tiled, self.names, self.fields, self.local, self.name, panels)

    def source(self) -> SimdSource:
        """All parts of the two files."""
        written = self.written
        bodies = {kind: one.write(ARGUMENTS[kind]) for kind, one in written.items()}
        scalar = {call for one in written.values() for call in one.scalar.used_calls}
        wide = {call for one in written.values() for call in one.printer.used_calls}
        helpers, math = Helpers(self.names, self.name, qualifier="MAYBE").made(sorted(scalar))
        vector, _ = Helpers(self.names, self.name, VectorPrinter, "vec", "ALWAYS").made(
            sorted(wide))
        functions = {kind: self._function(kind, written[kind], body)
                     for kind, body in bodies.items()}
        return SimdSource(
            self.name, f"{self.name.upper()}_SIMD_H", in_comment(self.plan.program.title), math,
            helpers, vector, self._memories(written, bodies), self._packings(),
            tuple(one.team for one in functions.values()),
            *(tuple(one for kind, one in functions.items() if kind == wanted)
              for wanted in ("forward", "infer", "backward", "step")))

    def _function(self, kind: str, writer: SimdWriter, body: SimdBody) -> Function:
        sizes = [line for line in writer.plain_sizes() if _is_used(line, body.step)]
        team = SizeOf(f"{self.name}_simd_{kind}_multiplications", (),
                      f"const {self.name}_sizes *sizes", (*sizes, f"return {body.step};"))
        return Function(**vars(body), kind=kind, arguments=", ".join(ARGUMENTS[kind]), team=team)

    def _memories(self, written: dict[str, SimdWriter],
                  bodies: dict[str, SimdBody]) -> tuple[SizeOf, ...]:
        layout = self.forward.layout
        of_each = {one.name: layout.spaced(one) for one in self.plan.saved}
        costs: Costs = {}
        for name, count in of_each.items():
            costs.setdefault((count, "every step"), []).append(self.names[name])
        tape = entries(list(of_each.values()))
        found = [self._memory("tape", "what forward saves for backward", tape, False, self.forward,
                              costs=costs)]
        for kind, writer in (("forward", self.forward), ("backward", self.backward)):
            found.append(self._memory(f"{kind}_packed", f"weights packed for {kind}",
                                      writer.memory.packed_entries(), False, writer))
        for kind, body in bodies.items():
            writer = written[kind]
            found.append(self._memory(f"{kind}_work", f"scratch memory of {kind}", body.work, True,
                                      writer, body.scratch, writer.memory.costs))
        return tuple(found)

    def _memory(self, block: str, comment: str, count: str, threads: bool, writer: SimdWriter,
                scratch: str = "", costs: Costs | None = None) -> SizeOf:
        details = [f"{', '.join(names)}: {one}{' each' * (len(names) > 1)}, {kept}"
                   for (one, kept), names in (costs or {}).items()]
        details += [f"factors of totals for each thread: {scratch}"] if scratch else []
        details += [f"chunk: {line.partition(' = ')[2].rstrip(';')}"
                    for line in writer.memory.chunk_lines() if _is_used(line, count)]
        count += f" + threads * {scratch}" if scratch else ""
        told = [_told(one, writer.layout) for one in (count, *details)]
        lines = [f"Entries of {self.name}_real: {comment}: {told[0]}.",
                 *(f"  {one}" for one in told[1:])]
        return self._size_of(f"{self.name}_simd_{block}_size",
                             tuple(part for line in lines for part in lines_of_comment(line)),
                             count, writer, threads, threads and not scratch)

    def _size_of(self, name: str, comment: tuple[str, ...], count: str, writer: SimdWriter,
                 threads: bool, void: bool) -> SizeOf:
        lines = writer.size_lines()
        declared = lines if any(_is_used(line, count) for line in lines) else []
        voids = [f"(void){_declared(line)};" for line in declared]
        voids += [] if declared else ["(void)sizes;"]
        voids += ["(void)threads;"] if void else []
        arguments = f"const {self.name}_sizes *sizes" + (", size_t threads" if threads else "")
        return SizeOf(name, comment, arguments, (*declared, *voids, f"return {count};"))

    def _packings(self) -> tuple[Packing, ...]:
        return tuple(Packing(f"{self.name}_simd_pack_{kind}", f"Packs the weights for {kind}",
                             self._pack(writer))
                     for kind, writer in (("forward", self.forward), ("backward", self.backward)))

    def _pack(self, writer: SimdWriter) -> tuple[str, ...]:
        lines: Lines = []
        for packed in writer.tiled.packed:
            gates, segment = packed.gates, packed.segment
            program, layout = writer.program, writer.layout
            units = layout.extent(program[gates[0]].axes)
            rows = []
            for one in segment.weights:
                columns = layout.extent((program[one.matrix].axes[1],))
                strides = f"1, {columns}" if one.transposed else f"{columns}, 1"
                rows.append(f"    {{parameters->{self.fields[one.matrix]}, {strides}, "
                            f"{writer.scalar(one.scale)}}},")
            lines += ["{", *indented([
                "const weights from[] = {", *rows, "};",
                f"packed = pack({units}, MOST_VECTORS({packed.width}), from, {len(gates)}, "
                f"{writer.panels.entries(segment)}, packed);"]), "}"]
        if not lines:
            return ("(void)sizes;", "(void)parameters;", "(void)packed;")
        declared = writer.plain_sizes()
        return (*declared, *(f"(void){_declared(line)};" for line in declared), *lines)


def _told(count: str, layout: Layout) -> str:
    """A count as a reader knows it."""
    for size in layout.padded_sizes:
        padded = f"padded {layout.names.size(size)}"
        count = re.sub(rf"\b{layout.row_name(size)}\b", padded, count)
    return count


def _declared(line: str) -> str:
    """The name that a line declares."""
    return line.split(" = ")[0].split()[-1]


def _is_used(line: str, text: str) -> bool:
    return _declared(line) in text.replace("(", " ").replace(")", " ").replace(",", " ").split()

"""The fast C backend: passes over blocks of units on packed weights, in vector extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.backends.base import Artefact
from symrnn.backends.c import c_names
from symrnn.backends.c_addresses import Locals
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_words import RESERVED, names_of_files
from symrnn.backends.names import Names
from symrnn.backends.simd_function import SimdBody, SimdStepWriter, SimdWriter
from symrnn.backends.simd_layout import entries
from symrnn.backends.simd_lines import Lines, indented
from symrnn.backends.simd_math import VectorPrinter
from symrnn.backends.text import in_comment
from symrnn.schedule import Plan, Schedule

WORDS = """
real vec mask whole unaligned where chosen splat load store load_part store_part dot total totals
total_of series operand weights product pack pack_block pack_along pack_across padded spaced SPACE
blocks least up_to tiles rows_of member members threads block vectors count own left rows steps
first done ahead begin end one v before packed scratch early copy_rows share_from steps_ahead
steps_together vectors_of even_part row_of stride_of together is_edge add_total tall_total
pack_left pack_right lanes_total MATH WIDE LANES WIDEST DEEP TALL MANY TILES TEAM BARRIER turn from
to square TILE ROWS_AT_ONCE MOST_ROWS MOST_VECTORS UNROLLED ALIGNED ALWAYS MAYBE LIKELY HOLD STEPS
SERIES ROUNDER work_scratch scratch_size scratch_for work_turn way FAR FAR_FOR_ROWS AHEAD LINE
TERMS TILE_AS ROW ROW_AS PIECE entry_of row_tiles first_row_tiles MOST_OF_ROW ALL_OF_ROW pair_2_1
pair_2_2 ROWS_OF_SIX ROWS_OF_EIGHT ALL_OF tile_function first_tiles turned_tiles share_of_tiles
tiles_of edge_of_tile tiles_alike add_tiles add_edge pile entries_of_all row_product rows_product
ahead_of MANY_ROWS NEAR reduced_expm1 power_of between vec_exp vec_fabs vec_sigmoid vec_tanh BLAS
SHARE_OF_LOOP SHARE_OF_STEP share team team_of multiplications blocks_together VECTOR_BYTES
BY_LANES SCALE EXPONENT_BIAS EXPONENT_BITS EXP_HIGHEST EXP_LOWEST LOG2_HIGH LOG2_LOW TANH_HIGHEST
SYMRNN_SIMD_H SYMRNN_BLAS_HEADER group some low sums products blocks_alike OF_ONE_ROW
TALL_DEEP LEFT_BYTES deepest FEWEST
""".split()
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
    comment: str
    details: tuple[str, ...]
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
        reserved = (*RESERVED, *names_of_files(name), *WORDS, *_pointers(plan))
        self.names = Names(plan.programs, reserved)
        self.local = Locals.choose(self.names)
        self.forward = self._writer(SimdWriter, plan, plan.forward)
        self.backward = self._writer(SimdWriter, plan, plan.backward)
        self.infer = self._writer(SimdWriter, plan.inference, plan.inference.forward)
        self.step = self._writer(SimdStepWriter, plan, plan.forward)
        for other in (self.infer, self.step):
            other.use(self.forward.panels)

    def _writer(self, kind: type[SimdWriter], plan: Plan, schedule: Schedule) -> SimdWriter:
        return kind(plan, schedule, self.names, self.fields, self.local, self.name)

    def source(self) -> SimdSource:
        """All parts of the two files."""
        written = {"forward": self.forward, "infer": self.infer, "backward": self.backward}
        written |= {"step": self.step} if self.plan.streams else {}
        bodies = {kind: one.write(ARGUMENTS[kind]) for kind, one in written.items()}
        scalar = {call for one in written.values() for call in one.scalar.used_calls}
        wide = {call for one in written.values() for call in one.printer.used_calls}
        helpers, math = Helpers(self.names, self.name).made(sorted(scalar))
        vector, _ = Helpers(self.names, self.name, VectorPrinter, "vec").made(sorted(wide))
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
        team = SizeOf(f"{self.name}_simd_{kind}_multiplications", "", (),
                      f"const {self.name}_sizes *sizes", (*sizes, f"return {body.step};"))
        return Function(**vars(body), kind=kind, arguments=", ".join(ARGUMENTS[kind]), team=team)

    def _memories(self, written: dict[str, SimdWriter],
                  bodies: dict[str, SimdBody]) -> tuple[SizeOf, ...]:
        layout = self.forward.layout
        of_each = {name: layout.spaced(self.plan.program[name]) for name in self.plan.tape}
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
        chunks = [line for line in writer.size_lines() if " = steps_" in line]
        details += [f"chunk: {line.partition(' = ')[2].rstrip(';')}" for line in chunks
                    if _is_used(line, count)]
        count += f" + threads * {scratch}" if scratch else ""
        return self._size_of(f"{self.name}_simd_{block}_size", f"{comment}: {_told(count)}",
                             tuple(map(_told, details)), count, writer, threads)

    def _size_of(self, name: str, comment: str, details: tuple[str, ...], count: str,
                 writer: SimdWriter, threads: bool = False) -> SizeOf:
        lines = writer.size_lines()
        declared = lines if any(_is_used(line, count) for line in lines) else []
        voids = [f"(void){_declared(line)};" for line in declared]
        voids += [] if declared else ["(void)sizes;"]
        voids += ["(void)threads;"] if threads and "threads" not in count else []
        arguments = f"const {self.name}_sizes *sizes" + (", size_t threads" if threads else "")
        return SizeOf(name, comment, details, arguments,
                      (*declared, *voids, f"return {count};"))

    def _packings(self) -> tuple[Packing, ...]:
        return tuple(Packing(f"{self.name}_simd_pack_{kind}", f"Packs the weights for {kind}",
                             self._pack(writer))
                     for kind, writer in (("forward", self.forward), ("backward", self.backward)))

    def _pack(self, writer: SimdWriter) -> tuple[str, ...]:
        lines: Lines = []
        for gates, segment, most in writer.memory.segments():
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
                f"packed = pack({units}, MOST_VECTORS({most}), from, {len(gates)}, "
                f"{writer.panels.entries(segment)}, packed);"]), "}"]
        if not lines:
            return ("(void)sizes;", "(void)parameters;", "(void)packed;")
        declared = writer.plain_sizes()
        return (*declared, *(f"(void){_declared(line)};" for line in declared), *lines)


def _pointers(plan: Plan) -> Iterator[str]:
    """Names that the units of a pass are reached by."""
    for program in plan.programs:
        yield from (f"{one.name}_{ending}" for one in program.variables
                    for ending in ("rows", "stride", "here"))
        yield from (f"row_{size.name}" for size in program.sizes)


def _told(count: str) -> str:
    """A count as a reader knows it."""
    return count.replace("row_", "padded ")


def _declared(line: str) -> str:
    """The name that a line declares."""
    return line.split(" = ")[0].split()[-1]


def _is_used(line: str, text: str) -> bool:
    return _declared(line) in text.replace("(", " ").replace(")", " ").replace(",", " ").split()

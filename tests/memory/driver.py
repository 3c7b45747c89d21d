"""A program in C that calls every function of one network, with memory of just the told sizes.

It runs over a table of sizes, no steps and no samples among them. Each array ends, and then
begins, at a page that nobody may touch; what is given may not be written; and all results must be
the same bits whatever the memory held before. Built for threads, many of them share one set of
packed parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path

from symrnn.backends.c import Struct, c_names, interface
from symrnn.backends.c_samples import samples_backend
from symrnn.pipeline import generate
from symrnn.program import Program
from symrnn.program.interpret import Interpreter
from symrnn.rendering import rendered
from symrnn.schedule import Plan

HERE = Path(__file__).resolve().parent
Shape = tuple[str, ...]


@dataclass(frozen=True)
class Sizes:
    """Steps, samples, and the first of all other sizes, of which so many differ."""

    steps: int
    batch: int
    smallest: int
    different: int = 5

    def of(self, program: Program) -> dict[str, int]:
        """Every size, computed ones too."""
        free = [one.name for one in program.sizes if one.value is None]
        each = {name: self.smallest + place % self.different for place, name in enumerate(free)}
        return dict(Interpreter(program, {}, {"T": self.steps, "B": self.batch, **each}).sizes)


FEW = (Sizes(0, 2, 3), Sizes(3, 0, 3), Sizes(0, 0, 1), Sizes(1, 1, 1, 1), Sizes(3, 2, 2))
EDGES = (*FEW, Sizes(2, 9, 15), Sizes(9, 1, 7), Sizes(1, 3, 33), Sizes(130, 1, 1, 1))

MAIN = """
#include "HEADER.h"
#include <pthread.h>
typedef NAME_real real;
#include "guarded.h"

#ifndef CROWD
#define CROWD 1 /* threads that call at the same time, with the same parameters */
#endif

typedef struct task {
    const size_t *count; /* entries of arrays, by the places of their shapes */
    NAME_sizes sizes;
    NAME_parameters parameters;
    real *packed, *packed_back;
    uint64_t result;
} task;

static void sequence(task *const the)
{
    const size_t *const count = the->count;
    const NAME_sizes sizes = the->sizes;
    const NAME_parameters parameters = the->parameters;
    const NAME_inputs in = { INPUTS };
    const NAME_outputs out = { OUTPUTS };
    const NAME_initial initial = { INITIAL };
    const NAME_state final = { FINAL };
    const NAME_cotangents bars = { COTANGENTS };
    const NAME_gradients gradients = { GRADIENTS }, no_gradients = { 0 };
    real *const tape = room(CALL_tape_size(&sizes));
    uint64_t seen = the->result;
    CALL_infer(&sizes, &parameters, PACKED &in, &initial, &out, &final,
               room(CALL_infer_work_size(&sizes MEMBERS)) MEMBERS);
    TELL_OUTPUTS
    TELL_FINAL
    CALL_infer(&sizes, &parameters, PACKED &in, NULL, &out, NULL,
               room(CALL_infer_work_size(&sizes MEMBERS)) MEMBERS);
    TELL_OUTPUTS
    CALL_forward(&sizes, &parameters, PACKED &in, &initial, &out, &final, tape,
                 room(CALL_forward_work_size(&sizes MEMBERS)) MEMBERS);
    TELL_OUTPUTS
    TELL_FINAL
    frozen(tape);
    FREEZE_OUTPUTS
    CALL_backward(&sizes, &parameters, BACK &in, &initial, &out, tape, &bars, &gradients,
                  room(CALL_backward_work_size(&sizes MEMBERS)) MEMBERS);
    TELL_GRADIENTS
    CALL_backward(&sizes, &parameters, BACK &in, NULL, &out, tape, &bars, &no_gradients,
                  room(CALL_backward_work_size(&sizes MEMBERS)) MEMBERS);
    the->result = seen;
}
STREAM
static void *called(void *argument)
{
    task *const the = argument;
    the->result = 14695981039346656037u;
    sequence(the);
    STEPS
    release();
    return NULL;
}

static uint64_t shared_by_all(const size_t *count)
{
    task all[CROWD];
    pthread_t threads[CROWD];
    const NAME_sizes sizes = { SIZES };
    const NAME_parameters parameters = { PARAMETERS };
    task first = { count, sizes, parameters, NULL, NULL, 0 };
    PACK
    for (int one = 0; one < CROWD; ++one) {
        all[one] = first;
        if (pthread_create(threads + one, NULL, called, all + one))
            exit(2);
    }
    for (int one = 0; one < CROWD; ++one) {
        pthread_join(threads[one], NULL);
        if (all[one].result != all[0].result) {
            printf("two threads got other numbers\\n");
            exit(1);
        }
    }
    release();
    return all[0].result;
}

int main(void)
{
    static const size_t counts[][COLUMNS] = { ROWS };
    for (size_t row = 0; row < sizeof counts / sizeof *counts; ++row) {
        uint64_t wanted = 0;
        for (int turn = 0; turn < TURNS; ++turn) {
            ends_at_guard = turn % 2 == 0, filled_with = turn < 2 ? 0xff : 0x3f;
            const uint64_t found = shared_by_all(counts[row]);
            if (turn > 0 && found != wanted) {
                printf("row %lu: results depend on what memory held\\n", (unsigned long)row);
                return 1;
            }
            wanted = found;
        }
    }
    puts("right");
    return 0;
}
"""
STREAM = """
static void stream(task *const the)
{
    const size_t *const count = the->count;
    const NAME_sizes sizes = the->sizes;
    const NAME_parameters parameters = the->parameters;
    const NAME_inputs in = { FIRST_INPUTS };
    const NAME_outputs out = { FIRST_OUTPUTS };
    const NAME_initial initial = { INITIAL };
    const NAME_state next = { FINAL };
    const NAME_initial again = { NEXT };
    const size_t entries = CALL_step_work_size(&sizes MEMBERS);
    real *const work = room(entries);
    uint64_t seen = the->result;
    any_parity(work, entries);
    CALL_step(&sizes, &parameters, PACKED &in, &initial, &out, &next, work MEMBERS);
    TELL_FIRST_OUTPUTS
    CALL_step(&sizes, &parameters, PACKED &in, &again, &out, &next, work MEMBERS);
    TELL_FIRST_OUTPUTS
    TELL_NEXT
    CALL_step(&sizes, &parameters, PACKED &in, NULL, &out, NULL, work MEMBERS);
    TELL_FIRST_OUTPUTS
    the->result = seen;
}
"""
PACK = """first.packed = room(CALL_forward_packed_size(&sizes));
    first.packed_back = room(CALL_backward_packed_size(&sizes));
    CALL_pack_forward(&sizes, &parameters, first.packed);
    CALL_pack_backward(&sizes, &parameters, first.packed_back);
    frozen(first.packed), frozen(first.packed_back);"""
WORDS = {
    "portable": {"HEADER": "NAME", "PACKED": "", "PACK": "", "BACK": "", "MEMBERS": "",
                 "CALL": "NAME"},
    "simd": {"HEADER": "NAME_simd", "PACKED": "the->packed,", "PACK": PACK,
             "BACK": "the->packed_back,", "MEMBERS": ", MEMBERS", "CALL": "NAME_simd"},
    "samples": {"HEADER": "NAME_samples", "PACKED": "", "PACK": "", "BACK": "",
                "MEMBERS": ", MEMBERS", "CALL": "NAME_samples"}}


class Counts:
    """Shapes, and the places of their numbers of entries in a row of the table."""

    def __init__(self) -> None:
        self.places: dict[Shape, int] = {}

    def __call__(self, shape: Shape) -> str:
        return f"count[{self.places.setdefault(shape, len(self.places))}]"

    def row(self, sizes: dict[str, int]) -> str:
        """The numbers for these sizes."""
        counts = [prod(int(axis) if axis.isdigit() else sizes[axis] for axis in shape)
                  for shape in self.places]
        return f"{{ {', '.join(map(str, counts))} }}"


@dataclass(frozen=True)
class Member:
    """A member of a struct and what counts its entries."""

    name: str
    count: str


def shapes_of(plan: Plan) -> dict[str, dict[str, Shape]]:
    """The shape behind every key of each struct."""
    program = plan.program
    own = {one.name: one.shape for one in program.variables}
    of_bars = {one.of or one.name: one.shape for one in plan.gradient.variables}
    states = {one.state: program[one.initial].shape for one in program.delays}
    return {"parameters": own, "inputs": own, "outputs": own, "cotangents": of_bars,
            "gradients": of_bars, "initial": states, "state": states}


def members(struct: Struct, shapes: dict[str, Shape], counts: Counts, one_step: bool = False
            ) -> list[Member]:
    """The members that are arrays; of sequences a single step where that is wanted."""
    def shape(key: str) -> Shape:
        return tuple(axis for axis in shapes[key] if not (one_step and axis == "T"))

    return [Member(one.name, counts(shape(one.key))) for one in struct.fields if one.key]


def program_text(plan: Plan, name: str, profile: str, table: Iterable[Sizes]) -> str:
    """The source of the program."""
    counts, shapes = Counts(), shapes_of(plan)
    structs = {one.kind: one for one in interface(plan, c_names(plan, name), name)}
    of = {kind: members(structs[kind], shapes[kind], counts) for kind in shapes}
    first = {kind: members(structs[kind], shapes[kind], counts, one_step=True)
             for kind in ("inputs", "outputs")}
    words = {
        "FIRST_INPUTS": made(first["inputs"], "given"),
        "TELL_FIRST_OUTPUTS": telling("out", first["outputs"]),
        "FIRST_OUTPUTS": made(first["outputs"], "room"),
        "TELL_OUTPUTS": telling("out", of["outputs"]), "TELL_FINAL": telling("final", of["state"]),
        "TELL_NEXT": telling("next", of["state"]),
        "TELL_GRADIENTS": telling("gradients", of["gradients"]),
        "FREEZE_OUTPUTS": "".join(f"frozen(out.{one.name});" for one in of["outputs"]),
        "NEXT": ", ".join(f"next.{one.name}" for one in of["state"]) or "0",
        **{kind.upper(): made(of[kind], "given")
           for kind in ("parameters", "inputs", "initial", "cotangents")},
        **{word: made(of[kind], "room") for word, kind in
           (("OUTPUTS", "outputs"), ("FINAL", "state"), ("GRADIENTS", "gradients"))},
        "SIZES": ", ".join(counts((one.key,)) for one in structs["sizes"].fields)}
    rows = [counts.row(one.of(plan.program)) for one in table]
    text = MAIN.replace("STREAM", STREAM if plan.streams else "").replace(
        "STEPS", "stream(the);" if plan.streams else "")
    text = text.replace("COLUMNS", str(len(counts.places))).replace("ROWS", ", ".join(rows))
    for word, meaning in {**words, **WORDS[profile]}.items():
        text = text.replace(word, meaning)
    return text.replace("NAME", name)


def made(of: list[Member], how: str) -> str:
    """An initialiser with new arrays."""
    return ", ".join(f"{how}({one.count})" for one in of) or "0"


def telling(struct: str, of: list[Member]) -> str:
    """What takes the results of a struct in."""
    return "\n    ".join(f'seen = told(seen, "{one.name}", {struct}.{one.name}, {one.count});'
                         for one in of)


def write(folder: Path, name: str, plan: Plan, profile: str, table: Iterable[Sizes] = EDGES
          ) -> tuple[str, ...]:
    """Write the program and its network; returns what is to be compiled."""
    files = generate(plan.program, name) | rendered(samples_backend(plan, name))
    for filename, text in files.items():
        (folder / filename).write_text(text, encoding="utf-8")
    (folder / "guarded.h").write_text((HERE / "guarded.h").read_text(encoding="utf-8"))
    (folder / "main.c").write_text(program_text(plan, name, profile, table), encoding="utf-8")
    return f"{name}.c" if profile == "portable" else f"{name}_{profile}.c", "main.c"

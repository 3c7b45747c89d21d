"""The generated C on ARM: cross-compiled, run by an emulator, held against NumPy."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn.backends.c import c_names, interface
from symrnn.cells import architectures
from symrnn.checking.numeric import relative_error
from symrnn.checking.reference import Case, random_case
from symrnn.kernels import compile
from symrnn.pipeline import derive, generate
from symrnn.program import Role, Span
from symrnn.rendering import shared
from symrnn.runtime.compiler import PORTABLE, SIMD
from tests.test_activations import FUNCTIONS, SOURCE, UNITS, worst

COMPILER = "aarch64-linux-gnu-gcc"
EMULATOR = next(filter(shutil.which, ("qemu-aarch64", "qemu-aarch64-static")), None)
CELLS = ["lstm", "gru", "lstm_layer_norm", "bidirectional_rnn", "mlstm", "lstm_peephole"]
BUILDERS = {one.name: one.build for one in architectures()}
FLAGS = {"portable": PORTABLE, "simd": SIMD}
STRICT = ("-Wall", "-Wextra", "-Werror")
BOUNDS = {"float32": 1e-5, "float64": 1e-12}

needs_arm = pytest.mark.skipif(
    not (shutil.which(COMPILER) and EMULATOR),
    reason="no ARM here: install gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user")

# Reads every array that is given, in the order of the structs, and writes every result.
MAIN = """
#include "HEADER.h"
#include <stdio.h>
#include <stdlib.h>
static NAME_real *room(size_t entries)
{
    return malloc((entries + 1) * sizeof(NAME_real));
}
static NAME_real *given(size_t entries)
{
    NAME_real *const made = room(entries);
    if (fread(made, sizeof *made, entries, stdin) != entries) exit(1);
    return made;
}
static void tell(const NAME_real *made, size_t entries)
{
    if (fwrite(made, sizeof *made, entries, stdout) != entries) exit(1);
}
int main(void)
{
    NAME_sizes sizes;
    NAME_parameters parameters;
    NAME_inputs inputs;
    NAME_outputs outputs, first;
    NAME_initial state;
    NAME_state final, next;
    NAME_cotangents bars;
    NAME_gradients gradients;
    (void)first, (void)next; /* there may be no step */
    GIVEN
    NAME_real *const tape = room(CALL_tape_size(&sizes));
    PACK
    CALL_forward(&sizes, &parameters, PACKED &inputs, &state, &outputs, &final, tape,
                 room(CALL_forward_work_size(&sizes MEMBERS)) MEMBERS);
    CALL_backward(&sizes, &parameters, BACK &inputs, &state, &outputs, tape, &bars, &gradients,
                  room(CALL_backward_work_size(&sizes MEMBERS)) MEMBERS);
    STEP
    TOLD
    return 0;
}
"""
STEP = """CALL_step(&sizes, &parameters, PACKED &inputs, &state, &first, &next,
              room(CALL_step_work_size(&sizes MEMBERS)) MEMBERS);"""
PACK = """NAME_real *const packed = room(CALL_forward_packed_size(&sizes));
    NAME_real *const back = room(CALL_backward_packed_size(&sizes));
    CALL_pack_forward(&sizes, &parameters, packed);
    CALL_pack_backward(&sizes, &parameters, back);"""
WORDS = {"portable": {"HEADER": "NAME", "PACKED": "", "PACK": "", "BACK": "", "MEMBERS": "",
                      "CALL": "NAME"},
         "simd": {"HEADER": "NAME_simd", "PACKED": "packed,", "PACK": PACK, "BACK": "back,",
                  "MEMBERS": ", 1", "CALL": "NAME_simd"}}

Values = dict[str, Mapping[str, Any]]


def given_values(case: Case) -> Values:
    """What goes into the program, by struct and member."""
    bars = {one.of: case.values[one.name]
            for one in case.plan.gradient.with_role(Role.COTANGENT)}
    return {"parameters": case.parameters, "inputs": case.inputs, "state": case.initial,
            "bars": bars}


def wanted_values(case: Case) -> Values:
    """What NumPy makes of it; one step reads the first of the sequence."""
    kernel = compile(case.plan.program, "numpy", "float64")
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    found: Values = {"outputs": run.outputs, "final": run.final,
                     "gradients": kernel.backward(run, case.y_bar, case.final_bar)}
    if not case.plan.streams:
        return found
    now = {name: one[0] if case.plan.program[name].span is Span.SEQUENCE else one
           for name, one in case.inputs.items()}
    _, following = kernel.step(case.parameters, now, case.initial)
    return {**found, "first": {name: one[0] for name, one in run.outputs.items()},
            "next": following}


def in_order(name: str, case: Case, values: Values) -> list[tuple[str, str, Any]]:
    """Every array of these structs, in the order of their members: where, its key, itself."""
    structs = {one.name.removeprefix(f"{name}_"): one.fields
               for one in interface(case.plan, c_names(case.plan, name), name)}
    kinds = {**structs, "final": structs["state"], "next": structs["state"],
             "first": structs["outputs"], "bars": structs["cotangents"]}
    return [(f"{kind}.{one.name}", one.key, arrays[one.key])
            for kind, arrays in values.items() for one in kinds[kind] if one.key]


def driver(name: str, profile: str, case: Case, given: Values, wanted: Values) -> str:
    """The C that calls one network, its sizes written in."""
    names = c_names(case.plan, name)
    (sizes, *_) = interface(case.plan, names, name)
    before = [f"sizes.{one.name} = {case.sizes[one.key]};" for one in sizes.fields]
    before += [f"{place} = given({one.size});" for place, _, one in in_order(name, case, given)]
    told = in_order(name, case, wanted)
    before += [f"{place} = room({one.size});" for place, _, one in told]
    after = [f"tell({place}, {one.size});" for place, _, one in told]
    text = MAIN.replace("STEP", STEP if case.plan.streams else "")
    text = text.replace("GIVEN", "\n    ".join(before)).replace("TOLD", "\n    ".join(after))
    for word, meaning in WORDS[profile].items():
        text = text.replace(word, meaning)
    return text.replace("NAME", name)


def arm_program(folder: Path, sources: Iterable[str], flags: Iterable[str]) -> list[str]:
    """The command that runs C sources, compiled for any 64-bit ARM, without ARM's libraries."""
    kept = [flag for flag in flags if flag not in ("-march=native", "-fPIC", "-shared")]
    run([COMPILER, *kept, *STRICT, "-march=armv8-a", "-static", *sources, "-o", "program", "-lm"],
        folder)
    return [str(EMULATOR), str(folder / "program")]


def run(command: list[str], folder: Path, given: bytes = b"") -> bytes:
    result = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for filename, text in files.items():
        (folder / filename).write_text(text, encoding="utf-8")


def rounded(case: Case, dtype: str) -> Case:
    """The same case with numbers that both types hold."""
    values = {key: np.float64(one.astype(dtype)) for key, one in case.values.items()}
    return replace(case, values=values)


@pytest.mark.sweep
@needs_arm
@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("profile", ["portable", "simd"])
@pytest.mark.parametrize("name", CELLS)
def test_arm_computes_what_numpy_does(name: str, profile: str, dtype: str,
                                      tmp_path: Path) -> None:
    drawn = random_case(derive(BUILDERS[name]()), seed=7, steps=3, batch=7, smallest=19)
    case = rounded(drawn, dtype)
    given, wanted = given_values(case), wanted_values(case)
    folder = tmp_path / name
    write(tmp_path, shared())
    write(folder, generate(case.plan.program, name))
    write(folder, {"main.c": driver(name, profile, case, given, wanted)})
    source = f"{name}_simd.c" if profile == "simd" else f"{name}.c"
    double = [f"-D{name.upper()}_DOUBLE"] if dtype == "float64" else []
    command = arm_program(folder, ("main.c", source), (*FLAGS[profile], *double))
    numbers = b"".join(one.astype(dtype).tobytes() for *_, one in in_order(name, case, given))
    results = np.frombuffer(run(command, folder, numbers), dtype)
    for place, key, one in in_order(name, case, wanted):
        got, results = results[:one.size].reshape(one.shape), results[one.size:]
        assert relative_error(got, one) < BOUNDS[dtype], f"{place} ({key})"
    assert not results.size


@needs_arm
def test_float32_activations_on_arm(tmp_path: Path) -> None:
    write(tmp_path, {**shared(), SOURCE.name: SOURCE.read_text(encoding="utf-8")})
    command = arm_program(tmp_path, [SOURCE.name], SIMD)
    for name in FUNCTIONS:
        error, argument = worst(command, name, 10007, 1)
        assert error <= UNITS, f"{name}({argument:.9g})"

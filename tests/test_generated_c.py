"""The generated C under strict compilers, from C++, under sanitizers, and in two precisions."""

import shutil
import subprocess
from pathlib import Path

import pytest

from symrnn import elman, lstm
from symrnn.backends.c import Field, c_names, interface
from symrnn.cells import architectures
from symrnn.pipeline import derive, generate
from symrnn.program import Program
from symrnn.schedule import Plan
from tests.cases import case

WARNINGS = "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Werror -O2".split()
STRICT = ["-std=c99", "-pedantic", *WARNINGS]
BY_NAME = {one.name: one for one in architectures()}
ODD_CHOICES = {
    "soft": elman(activation="softplus", output_activation="hard_sigmoid"),
    "elus": elman(activation=("elu", 0.3), output_activation="softsign"),
    "silu": lstm(gate_activation="hard_sigmoid", activation="silu", output_activation="relu"),
    "bare": elman(readout=False, activation="linear"),
    **{name: case(name) for name in ("input_before", "constant_beside_steps", "constant_norm",
                                     "constant_matrix", "far_numbers", "look_ahead")},
}

compilers = pytest.mark.parametrize("compiler", ["gcc", "clang"])


def written(folder: Path, name: str, program: Program) -> Path:
    for filename, text in generate(program, name).items():
        (folder / filename).write_text(text, encoding="utf-8")
    return folder / f"{name}.c"


def run(*command: str, cwd: Path) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


@pytest.mark.sweep
@compilers
@pytest.mark.parametrize("name", BY_NAME)
def test_no_compiler_has_anything_to_say(compiler: str, name: str, tmp_path: Path) -> None:
    written(tmp_path, name, BY_NAME[name].build())
    for define in ("-DPLAIN", f"-D{name.upper()}_DOUBLE"):
        run(compiler, *STRICT, define, "-c", f"{name}.c", "-o", "code.o", cwd=tmp_path)


@compilers
@pytest.mark.parametrize("name", ODD_CHOICES)
def test_every_activation_is_as_clean(compiler: str, name: str, tmp_path: Path) -> None:
    written(tmp_path, name, ODD_CHOICES[name])
    run(compiler, *STRICT, "-c", f"{name}.c", "-o", "code.o", cwd=tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("name", BY_NAME)
def test_the_header_serves_cpp(name: str, tmp_path: Path) -> None:
    written(tmp_path, name, BY_NAME[name].build())
    (tmp_path / "use.cpp").write_text(
        f'#include "{name}.h"\n#include "{name}.h"\n'
        f"int main() {{ {name}_sizes sizes = {name}_sizes(); "
        f"return {name}_tape_size(&sizes) < 100 ? 0 : 1; }}\n")
    run("gcc", *STRICT, "-c", f"{name}.c", "-o", "code.o", cwd=tmp_path)
    run("g++", "-std=c++11", "-pedantic", "-Wall", "-Wextra", "-Werror", "use.cpp", "code.o",
        "-lm", "-o", "use", cwd=tmp_path)
    run(str(tmp_path / "use"), cwd=tmp_path)


LIBM = ("exp", "tanh", "fabs", "log", "log1p", "expm1", "sin", "cos", "sqrt",
        "copysign")


@pytest.mark.sweep
@pytest.mark.parametrize("name", BY_NAME)
def test_there_is_no_allocation_and_no_state(name: str, tmp_path: Path) -> None:
    """The object file calls nothing but libm and holds no data."""
    written(tmp_path, name, BY_NAME[name].build())
    run("gcc", *STRICT, "-ffreestanding", "-c", f"{name}.c", "-o", "code.o", cwd=tmp_path)
    symbols = [line.split() for line in run("nm", "code.o", cwd=tmp_path).splitlines()]
    outside = {parts[-1] for parts in symbols if parts[-2] == "U"}
    assert outside <= {*(f"{one}f" for one in LIBM), "memset", "memcpy"}
    assert not [parts for parts in symbols if parts[-2].upper() in ("B", "D", "C")]


STEP = """NAME_step(&sizes, &parameters, &in, &initial, &out, &final,
              array(NAME_step_work_size(&sizes)));"""
SANITIZED = """
#include "NAME.h"
#include <stdlib.h>
static NAME_real *array(size_t entries)
{
    NAME_real *made = malloc(entries * sizeof *made);
    for (size_t k = 0; k < entries; ++k) made[k] = (NAME_real)(k % 7) / 7;
    return made;
}
int main(void)
{
    NAME_sizes sizes = { SIZES };
    NAME_parameters parameters = { PARAMETERS };
    NAME_inputs in = { INPUTS };
    NAME_outputs out = { OUTPUTS };
    NAME_initial initial = { STATE };
    NAME_state final = { STATE };
    NAME_cotangents bars = { COTANGENTS };
    NAME_gradients gradients = { GRADIENTS };
    NAME_real *tape = array(NAME_tape_size(&sizes));
    NAME_forward(&sizes, &parameters, &in, &initial, &out, &final, tape,
                 array(NAME_forward_work_size(&sizes)));
    NAME_backward(&sizes, &parameters, &in, &initial, &out, tape, &bars, &gradients,
                  array(NAME_backward_work_size(&sizes)));
    STEP
    return 0;
}
"""


SIMD_STEP = """NAME_simd_step(&sizes, &parameters, packed, &in, &initial, &out, &final,
                   array(NAME_simd_step_work_size(&sizes, 2)), 2);"""
SIMD_CALLS = """
    NAME_real *packed = array(NAME_simd_forward_packed_size(&sizes));
    NAME_real *packed_back = array(NAME_simd_backward_packed_size(&sizes));
    NAME_real *tape = array(NAME_simd_tape_size(&sizes));
    NAME_simd_pack_forward(&sizes, &parameters, packed);
    NAME_simd_pack_backward(&sizes, &parameters, packed_back);
    NAME_simd_forward(&sizes, &parameters, packed, &in, &initial, &out, &final, tape,
                      array(NAME_simd_forward_work_size(&sizes, 2)), 2);
    NAME_simd_backward(&sizes, &parameters, packed_back, &in, &initial, &out, tape, &bars,
                       &gradients, array(NAME_simd_backward_work_size(&sizes, 2)), 2);
"""


def sizes_of(program: Program, fields: tuple[Field, ...], fast: bool) -> dict[str, int]:
    """Sizes that all differ, derived ones computed; more than one vector where it is ``fast``."""
    sizes = {one.key: 2 + place + 17 * (fast and one.key not in "TB")
             for place, one in enumerate(fields)}
    for one in program.sizes:
        if one.value is not None:
            known = {symbol: sizes[symbol.name] for symbol in one.value.free_symbols}
            sizes[one.name] = int(one.value.subs(known))
    return sizes


def shapes_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The shape behind every key of a struct."""
    program = plan.program
    return ({one.of or one.name: one.shape for one in plan.gradient.variables}
            | {one.name: one.shape for one in program.variables}
            | {f"state {one.state}": program[one.initial].shape for one in program.delays})


def arrays(kind: str, fields: tuple[Field, ...], shapes: dict[str, tuple[str, ...]],
           sizes: dict[str, int]) -> str:
    """A C initialiser with an array of just the right size for every field."""
    keys = [f"state {one.key}" if kind == "state" else one.key for one in fields if one.key]
    counts = [" * ".join(str(sizes[axis]) for axis in shapes[key]) or "1" for key in keys]
    return ", ".join(f"array({count})" for count in counts) or "0"


def as_simd(text: str) -> str:
    """The program that calls the fast profile."""
    start = text.index("    NAME_real *tape"), text.index("    STEP")
    return text[:start[0]] + SIMD_CALLS + text[start[1]:]


@pytest.mark.sweep
@pytest.mark.parametrize("profile", ["portable", "simd"])
@pytest.mark.parametrize("name", BY_NAME)
def test_every_block_is_as_large_as_told(name: str, profile: str, tmp_path: Path) -> None:
    """Under address and undefined-behaviour sanitizers, arrays of exactly the told sizes."""
    plan = derive(BY_NAME[name].build())
    fast = profile == "simd"
    written(tmp_path, name, plan.program)
    structs = {one.name.removeprefix(f"{name}_"): one.fields
               for one in interface(plan, c_names(plan, name), name)}
    sizes, shapes = sizes_of(plan.program, structs["sizes"], fast), shapes_of(plan)
    text = as_simd(SANITIZED).replace("NAME.h", "NAME_simd.h") if fast else SANITIZED
    text = text.replace("SIZES", ", ".join(str(sizes[one.key]) for one in structs["sizes"]))
    for kind in ("parameters", "inputs", "outputs", "state", "cotangents", "gradients"):
        made = arrays(kind, structs[kind], shapes, sizes)
        text = text.replace(f" {kind.upper()} ", f" {made} ")
    step = (SIMD_STEP if fast else STEP) if plan.streams else ""
    (tmp_path / "main.c").write_text(text.replace("STEP", step).replace("NAME", name))
    run("gcc", "-std=c99", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
        f"{name}_simd.c" if fast else f"{name}.c", "main.c", "-lm", "-o", "sanitized",
        cwd=tmp_path)
    run("env", "ASAN_OPTIONS=detect_leaks=0", str(tmp_path / "sanitized"), cwd=tmp_path)

"""Variables and axes called like words of C, of its headers and of the generated code."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import symrnn
from symrnn import Cell, Program, activation, t
from symrnn.backends import c, simd
from symrnn.backends.c_words import MACROS, RESERVED, SIMD, SYSTEM
from symrnn.loops.scope import Names
from symrnn.checking import check_kernel
from symrnn.pipeline import derive, generate
from symrnn.rendering import render, shared

tanh = activation("tanh")
AXES = ("for", "int", "float", "double", "static", "inline", "restrict", "sizeof", "NULL", "NAN",
        "INFINITY", "bool", "asm", "typeof", "unix", "linux", "in", "work", "s", "at", "j")
WORDS = ("NULL", "NAN", "INFINITY", "HUGE_VAL", "FP_NAN", "MATH_ERRNO", "math_errhandling", "asm",
         "typeof", "unix", "linux", "M_PI", "isnan", "wchar_t", "nullptr", "this", "signgam",
         "Q_H", "Q_DOUBLE", "q_real", "q_sizes", "q_parameters", "q_forward", "q_tape_size", "q")


def named(axis: str, weights: str) -> Program:
    with Cell("q", "Hostile names") as cell:
        x, h = cell.input("x[n]", "input"), cell.state(f"h[{axis}]", "state")
        W = cell.parameter(f"{weights}[{axis},n]", "weights")
        U = cell.parameter(f"U_U[{axis},{axis}]", "weights")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
    return cell.build("h")


def compiled(program: Program, folder: Path) -> None:
    """Strict C in the GNU dialect, and the header from C++."""
    for name, text in generate(program, "q").items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "use.cpp").write_text('#include <cmath>\n#include "q.h"\nint main() { return 0; }\n')
    for command in ("gcc -std=gnu99 -Wall -Wextra -Wshadow -Werror -c q.c",
                    "g++ -std=gnu++17 -Wall -Wextra -Werror -c use.cpp"):
        if shutil.which(command.split()[0]) is None:
            pytest.skip("no gcc")
        result = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True,
                                check=False)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("axis", AXES)
def test_an_axis_may_have_any_name(axis: str, tmp_path: Path) -> None:
    compiled(named(axis, "W"), tmp_path)
    assert [str(one) for one in check_kernel(named(axis, "W"), "c", "float64")] == []


@pytest.mark.parametrize("word", WORDS)
def test_a_variable_may_have_any_name(word: str, tmp_path: Path) -> None:
    compiled(named("m", word), tmp_path)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def test_all_that_the_shared_header_defines_is_reserved() -> None:
    """Its macros for members of structs too; functions, types and constants in its own kernels."""
    text = without_comments(shared()["symrnn_simd.h"])
    macros = set(re.findall(r"#\s*define (\w+)", text))
    functions = set(re.findall(r"^(?:ALWAYS|MAYBE) [\w\s*]*?(\w+)\(", text, re.MULTILINE))
    by_lanes = {f"vec_{one}" for one in re.findall(r"^BY_LANES\((\w+)\)", text, re.MULTILINE)}
    types = set(re.findall(r"^\} (\w+);", text, re.MULTILINE))
    types |= set(re.findall(r"^typedef \w+ (\w+)(?: __attribute__.*)?;", text, re.MULTILINE))
    constants = {one for body in re.findall(r"enum \{([^}]*)\}", text)
                 for one in re.findall(r"(\w+) =", body)}
    tables = set(re.findall(r"(\w+)\[(?:WIDEST|MOST_OF_ROW)\]", text))
    assert {"BARRIER", "where"} <= macros and {"load", "team_of", "pack"} <= functions
    assert "vec_sqrt" in by_lanes and {"vec", "series"} <= types and "LANES" in constants
    assert macros <= {*MACROS} and {*MACROS} <= {*RESERVED}
    assert functions | by_lanes | types | constants | tables <= {*RESERVED, *SIMD}


NETWORKS = {"lstm": symrnn.lstm(peephole=True), "two": symrnn.bidirectional(symrnn.gru()),
            "norm": symrnn.cell("lstm_layer_norm"), "clip": symrnn.elman(activation="elu")}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_identifier_of_the_generated_c_comes_from_the_scope_or_is_reserved(
        name: str) -> None:
    """So nothing is put together behind its back, in templates or in printers."""
    plan = derive(NETWORKS[name])
    fast, plain = simd._Sources(plan, name), c._Sources(plan, name, c.Chosen())
    sources = {"c/source.c.j2": (plain.source(), plain.names),
               "c/header.h.j2": (plain.source(), plain.names),
               "c/simd_source.c.j2": (fast.source(), fast.names),
               "c/simd_header.h.j2": (fast.source(), fast.names)}
    for template, (content, names) in sources.items():
        found = words(render(template, content)) - members(plain.names, names)
        assert found <= names.taken | LITERAL, (template, found - names.taken - LITERAL)


# Directives, and the arguments of macros and of helpers.
LITERAL = frozenset("define ifdef ifndef endif number x e alpha beta __cplusplus __restrict "
                    "__has_include C from to given room entry entries value".split())


def words(text: str) -> set[str]:
    """The identifiers of a file; a number's letters are none, nor is a header's name or a message.
    """
    code = re.sub(r"#(include|error|if __has_include).*", " ", without_comments(text))
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", code))


def members(fields: Names, names: Names) -> frozenset[str]:
    """Names of the header's structs, which the fast kernels read as members."""
    return frozenset(fields.taken - {*SYSTEM})

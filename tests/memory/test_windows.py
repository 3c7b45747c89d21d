"""The portable C by the rules of Windows: what clang can tell of them without that machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.cells import architectures
from symrnn.pipeline import generate
from tests.memory.building import by_night, needs, nightly, said

BUILDERS = {one.name: one.build for one in architectures()}
DAY = ("lstm_layer_norm", "mlstm", "bidirectional_rnn")
# The headers of C that the files include, as far as they use them.
MATH = "".join(f"double {name}(double x); float {name}f(float x);\n" for name in (
    "exp", "tanh", "fabs", "log", "log1p", "expm1", "sin", "cos", "sqrt")) + """
double copysign(double x, double sign); float copysignf(float x, float sign);
"""
STRING = """#include <stddef.h>
void *memset(void *to, int value, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
"""
RULES = ("-fsyntax-only", "-fms-compatibility", "-fms-extensions", "-ffreestanding", "-nostdinc",
         "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wvla",
         "-Wmicrosoft", "-Werror")


@pytest.mark.parametrize("language", ["c", "c++"])
@pytest.mark.parametrize("name", [
    pytest.param(one, marks=() if one in DAY else nightly) for one in BUILDERS])
def test_windows_has_nothing_to_say(name: str, language: str, tmp_path: Path) -> None:
    needs("clang")
    files = {**generate(BUILDERS[name](), name), "math.h": MATH, "string.h": STRING}
    if language == "c++":
        files |= {one: f'extern "C" {{\n{files[one]}}}\n' for one in ("math.h", "string.h")}
    for filename, text in files.items():
        (tmp_path / filename).write_text(text, encoding="utf-8")
    own = said(tmp_path, "clang", "-print-resource-dir").stdout.strip()
    for target in ("x86_64-pc-windows-msvc", "i686-pc-windows-msvc")[:1 + by_night]:
        done = said(tmp_path, "clang", f"--target={target}", *RULES, "-isystem", f"{own}/include",
                    "-I.", "-x", language, "-std=c99" if language == "c" else "-std=c++17",
                    f"{name}.c")
        assert done.returncode == 0, done.stderr

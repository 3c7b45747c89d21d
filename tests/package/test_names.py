"""A package bears the name that it is given, and declares what is built and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.packaging import package
from symrnn.program import ProgramError
from tests.package.building import WARNINGS, numbers, run, sources

SIZES = {"n": 2, "m": 3}
NAMES = ("left", "right")
BOTH = """
#include "left_model.h"
#include "right_model.h"
#include <stdio.h>

static left_stream one;
static right_stream other;

int main(void)
{
    const float x[2] = {0.5f, -1.0f};
    float first[3], second[3];
    left_stream_reset(&one);
    right_stream_reset(&other);
    left_stream_step(&one, &left_weights, x, first);
    right_stream_step(&other, &right_weights, x, second);
    for (int k = 0; k < 3; ++k)
        printf("%.9g\\n%.9g\\n", (double)first[k], (double)second[k]);
    return 0;
}
"""


def called(*words: str) -> str:
    result = CliRunner().invoke(cli.app, ["package", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two packages of the LSTM with other weights, as the command writes them, and a program."""
    folder = tmp_path_factory.mktemp("two")
    for seed, name in enumerate(NAMES):
        symrnn.save(symrnn.lstm(), weights(seed), folder / f"{name}.npz")
        called(f"{folder / name}.npz", "-o", str(folder / name), "--name", name, "--for",
               "cmake")
    (folder / "main.c").write_text(BOTH)
    return folder


def weights(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.normal(size=[SIZES[axis] for axis in one.axes]).astype(np.float32)
            for name, one in symrnn.compile(symrnn.lstm(), "numpy").parameters.items()}


def agrees(told: str) -> None:
    """Each network has its own weights."""
    found, x = np.array(numbers(told)).reshape(3, 2), np.array([[[0.5, -1.0]]])
    for seed in range(2):
        kernel = symrnn.compile(symrnn.lstm(), "numpy", "float64")
        assert np.allclose(found[:, seed], kernel.forward(weights(seed), x).y[0, 0], atol=1e-6)


def test_two_packages_of_one_cell_are_linked_into_one_program(two: Path, tmp_path: Path) -> None:
    parts = [one for name in NAMES for one in sources(two / name)]
    run("gcc", "-std=c99", *WARNINGS, *(f"-I{two / name}/src" for name in NAMES), *parts,
        str(two / "main.c"), "-lm", "-o", "main", cwd=tmp_path)
    agrees(run(str(tmp_path / "main"), cwd=tmp_path))


def test_cmake_takes_both_into_one_project(two: Path, tmp_path: Path) -> None:
    """Targets, tests and installed files of the two have names of their own."""
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\nenable_testing()\n" + "".join(
            f"add_subdirectory({two / name} {name})\n" for name in NAMES) +
        f"add_executable(app {two / 'main.c'})\n"
        "target_link_libraries(app left::left right::right)\n")
    run("cmake", "-S", ".", "-B", "b", "-DCMAKE_BUILD_TYPE=Debug", cwd=tmp_path)
    run("cmake", "--build", "b", cwd=tmp_path)
    agrees(run(str(tmp_path / "b/app"), cwd=tmp_path))
    run("cmake", "--install", "b", "--prefix", "in", cwd=tmp_path)
    for name in NAMES:
        assert f"-l{name} -lm" in next((tmp_path / "in").rglob(f"{name}.pc")).read_text()


def test_the_name_begins_every_symbol(packaged: Path, tmp_path: Path) -> None:
    """Those of the trainer too, whose optimisers are the same equations for every network."""
    run("gcc", "-std=c99", "-c", *sources(packaged), cwd=tmp_path)
    told = run("nm", "--defined-only", "-g", *(one.name for one in sorted(tmp_path.glob("*.o"))),
               cwd=tmp_path)
    symbols = [line.split()[2] for line in told.splitlines() if len(line.split()) == 3]
    assert len(symbols) > 10
    assert {one for one in symbols if not one.startswith("lstm_")} == set()


@pytest.mark.parametrize(("name", "told"), [
    ("2x", "a letter first"), ("a-b", "letters from A to Z"), ("math", "another name"),
    ("test", "a target that comes with CMake"), ("INSTALL", "a target that comes with CMake")])
def test_a_name_that_c_or_a_toolchain_cannot_bear_is_refused(name: str, told: str,
                                                             tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=told):
        called("elman", "-o", str(tmp_path / "out"), "--fix", "n=2,m=3,p=2", "--name", name)
    assert not list(tmp_path.iterdir())


def test_a_name_of_cmakes_is_free_where_cmake_is_not() -> None:
    assert "src/test.c" in package(symrnn.lstm(), "test", SIZES, kinds=["zephyr"]).files


@pytest.mark.parametrize(("fix", "told"), [
    ("n=2,m=3,T=5", "a package fixes no T"), ("n=2,m=3,B=2", "a package fixes no B"),
    ("n=2,m=3,q=2", "of n, m$"), ("n=2,m=0", "sizes from 1 on")])
def test_sizes_that_a_package_does_not_fix_are_refused(fix: str, told: str,
                                                       tmp_path: Path) -> None:
    """The number of steps and of sequences is told by each call, and macros size its memory."""
    with pytest.raises(ValueError, match=told):
        called("lstm", "-o", str(tmp_path / "out"), "--fix", fix)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fix", [{"T": 5}, {"q": 2}, {"m": 0}, {"m": 2.5}, {"m": "3"}])
def test_sizes_in_python_are_refused_alike(fix: dict[str, int]) -> None:
    with pytest.raises(ProgramError, match="lstm"):
        package(symrnn.lstm(), "net", {"n": 2, "m": 3, **fix})


def structs(header: str) -> set[str]:
    return set(re.findall(r"^typedef struct net_(\w+) \{", header, re.MULTILINE))


def test_a_header_declares_what_is_built() -> None:
    made = package(symrnn.lstm(), "net", SIZES, train="mean_squared_error", kinds=["zephyr"]).files
    plain = str(package(symrnn.lstm(), "net", SIZES, kinds=["zephyr"]).files["src/net.h"])
    used = {"sizes", "parameters", "inputs", "outputs", "initial", "state"}
    assert structs(plain) == used and plain == made["src/net.h"]
    assert re.search("cotangent|gradient|backward|derivative|tape|Delta", plain) is None
    learning = str(made["src/net_train.h"])
    assert structs(learning) == {f"train_{one}" for one in (*used, "cotangents", "gradients")}
    assert structs(str(made["src/net_adam.h"])) == {f"adam_{one}" for one in used}

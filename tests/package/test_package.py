"""A package builds with what people have, and passes its own vectors and its own lesson."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.losses import LOSSES
from symrnn.packaging import KINDS, package
from symrnn.rendering import is_ours
from symrnn.targets import LOSSES as NAMED
from symrnn.targets import PACKAGES
from tests.package.building import (COMPILERS, EMULATORS, needs, nightly, program, run,
                                    sources)

BY_NAME = {one.name: one for one in architectures()}
SMALL = ("bidirectional_rnn", "deep_bidirectional_lstm", "lru", "rwkv4", "lstm_layer_norm", "mlstm",
         "elman", "clockwork", "s6")
compilers = pytest.mark.parametrize("compiler", COMPILERS)


@compilers
def test_it_passes_its_vectors(compiler: str, packaged: Path, tmp_path: Path) -> None:
    check = program(compiler, packaged, "check", tmp_path)
    assert "right" in run(*check, cwd=tmp_path)
    assert "right" in run(*check, str(packaged / "weights/lstm.bin"), cwd=tmp_path)


@compilers
def test_it_learns_what_the_host_learns(compiler: str, packaged: Path, tmp_path: Path) -> None:
    told = run(*program(compiler, packaged, "learn", tmp_path), cwd=tmp_path)
    assert "right" in told.splitlines()[-1]
    lesson = (packaged / "tests/lstm_lesson.h").read_text(encoding="utf-8")
    assert "#define LESSON_TOLERANCE 1e-06 " in lesson
    for name in ("sgd", "momentum", "adam"):
        losses = [float(one) for one in re.findall(rf"{name}, round \d+: loss (\S+)", told)]
        assert losses == sorted(losses, reverse=True)
        assert losses[-1] < 0.95 * losses[0]


def test_wrong_weights_are_found(packaged: Path, tmp_path: Path) -> None:
    check = program("gcc", packaged, "check", tmp_path)
    wrong = bytearray((packaged / "weights/lstm.bin").read_bytes())
    wrong[64:68] = np.float32(0.5).tobytes()
    (tmp_path / "wrong.bin").write_bytes(wrong)
    assert "WRONG" in run(*check, "wrong.bin", cwd=tmp_path, code=1)
    (tmp_path / "short.bin").write_bytes(wrong[:-4])
    run(*check, "short.bin", cwd=tmp_path, code=2)
    run(*check, "none.bin", cwd=tmp_path, code=2)


def test_what_is_no_number_is_wrong_wherever_it_stands(packaged: Path, tmp_path: Path) -> None:
    """A right number behind it hides nothing."""
    shutil.copytree(packaged, tmp_path, dirs_exist_ok=True)
    for name, header, array in (("check", "vectors", "wanted_h"),
                                ("learn", "lesson", "sgd_losses")):
        lines = (tmp_path / f"tests/lstm_{header}.h")
        text = lines.read_text(encoding="utf-8")
        head, begin, rest = text.partition(f"{array}[] = {{\n")
        assert begin
        lines.write_text(f"{head}{begin}(0.0f / 0.0f){rest[rest.index(','):]}", encoding="utf-8")
        told = run(*program("gcc", tmp_path, name, tmp_path), cwd=tmp_path, code=1)
        assert re.search(r"-?nan( at most)?, WRONG", told.splitlines()[-1])


def test_its_programs_are_cpp_too(packaged: Path, tmp_path: Path) -> None:
    for one in ("check", "learn"):
        run("g++", "-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", f"-I{packaged}/src",
            *sources(packaged), f"{packaged}/tests/{one}.c", "-lm", "-o", one, cwd=tmp_path)
        assert "right" in run(str(tmp_path / one), cwd=tmp_path)


def test_nothing_is_allocated(packaged: Path, tmp_path: Path) -> None:
    run("gcc", "-std=c99", "-O2", "-c", *sources(packaged), cwd=tmp_path)
    told = run("nm", "-u", *(str(one) for one in sorted(tmp_path.glob("*.o"))), cwd=tmp_path)
    wanted = {line.split()[1] for line in told.splitlines() if line.strip().startswith("U ")}
    foreign = {one for one in wanted if not one.startswith("lstm_")}
    assert foreign <= {"expf", "tanhf", "expm1f", "sqrtf", "memset", "memcpy",
                       "_GLOBAL_OFFSET_TABLE_", "__stack_chk_fail"}


def test_cmake_builds_tests_installs_and_is_found(packaged: Path, tmp_path: Path) -> None:
    installed, build = tmp_path / "installed", str(tmp_path / "build")
    run("cmake", "-S", str(packaged), "-B", build, cwd=tmp_path)
    run("cmake", "--build", build, cwd=tmp_path)
    assert "100% tests passed, 0 tests failed out of 3" in run("ctest", "--test-dir", build,
                                                              cwd=tmp_path)
    run("cmake", "--install", build, "--prefix", str(installed), cwd=tmp_path)
    app = tmp_path / "app"
    app.mkdir()
    (app / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\n"
        "find_package(lstm 1.0 CONFIG REQUIRED)\nadd_executable(app app.c)\n"
        "target_link_libraries(app lstm::lstm)\n")
    (app / "app.c").write_text(
        '#include <lstm_model.h>\nint main(void) { static lstm_stream stream; lstm_real x[16] = '
        "{0}, h[32]; lstm_stream_reset(&stream); lstm_stream_step(&stream, &lstm_weights, x, h); "
        "return !(h[0] == h[0]); }\n")
    run("cmake", "-S", str(app), "-B", str(app / "b"), f"-DCMAKE_PREFIX_PATH={installed}",
        cwd=app)
    run("cmake", "--build", str(app / "b"), cwd=app)
    run(str(app / "b" / "app"), cwd=app)


def test_what_is_installed_is_found_where_it_lies(packaged: Path, tmp_path: Path) -> None:
    """By pkg-config, whatever --prefix said; the class for plug-ins is installed too."""
    build, installed = str(tmp_path / "build"), tmp_path / "installed"
    run("cmake", "-S", str(packaged), "-B", build, "-DCMAKE_INSTALL_LIBDIR=lib/here",
        "-DBUILD_TESTING=OFF", cwd=tmp_path)
    run("cmake", "--build", build, cwd=tmp_path)
    run("cmake", "--install", build, "--prefix", str(installed), cwd=tmp_path)
    (tmp_path / "app.cpp").write_text(
        "#include <lstm.hpp>\nint main() { static Lstm one; const float x[16] = {0}; float h[32]; "
        "one.process(x, h); return !(h[0] == h[0]); }\n")
    flags = run("pkg-config", "--cflags", "--libs",
                str(installed / "lib/here/pkgconfig/lstm.pc"), cwd=tmp_path).split()
    run("g++", "-std=c++11", "app.cpp", *flags, "-o", "app", cwd=tmp_path)
    run(str(tmp_path / "app"), cwd=tmp_path)


def test_a_folder_of_libraries_elsewhere_is_told_as_it_is(packaged: Path, tmp_path: Path) -> None:
    run("cmake", "-S", str(packaged), "-B", "b", "-DCMAKE_INSTALL_LIBDIR=/opt/lib",
        "-DCMAKE_INSTALL_PREFIX=/usr", cwd=tmp_path)
    told = (tmp_path / "b/lstm.pc").read_text(encoding="utf-8")
    assert "\nprefix=/usr\nlibdir=/opt/lib\nincludedir=${prefix}/include\n" in told


def test_firmware_takes_the_folder_without_its_tests(packaged: Path, tmp_path: Path) -> None:
    """On a board that has no printf a test would not even link."""
    needs("arm-none-eabi-gcc")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(firmware C)\n"
        f"add_subdirectory({packaged} lstm)\nadd_executable(firmware main.c)\n"
        "target_link_options(firmware PRIVATE -nostartfiles)\n"
        "target_link_libraries(firmware lstm::lstm)\n")
    (tmp_path / "main.c").write_text(
        "#include <lstm_model.h>\nstatic lstm_stream stream;\n"
        "void _start(void) { lstm_stream_reset(&stream); }\n")
    run("cmake", "-S", ".", "-B", "b", "-DCMAKE_SYSTEM_NAME=Generic",
        "-DCMAKE_C_COMPILER=arm-none-eabi-gcc", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
        "-DCMAKE_C_FLAGS=-mcpu=cortex-m4 -mthumb", cwd=tmp_path)
    run("cmake", "--build", "b", cwd=tmp_path)
    assert (tmp_path / "b/firmware").is_file() and not (tmp_path / "b/lstm/lstm_check").exists()


@pytest.mark.parametrize("compiler", [
    "clang", "zig", "aarch64", pytest.param("s390x", marks=nightly)])
def test_cmake_builds_and_tests_with_other_compilers(compiler: str, packaged: Path,
                                                     tmp_path: Path) -> None:
    wrapper, build = tmp_path / "compiler", str(tmp_path / "build")
    needs(COMPILERS[compiler][0])
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join(COMPILERS[compiler])} "$@"\n')
    wrapper.chmod(0o755)
    emulator = [f"-DCMAKE_CROSSCOMPILING_EMULATOR={one}" for one in EMULATORS.get(compiler, ())
                if shutil.which(one)][:1]
    cross = ["-DCMAKE_SYSTEM_NAME=Linux", *emulator] if compiler in EMULATORS else []
    run("cmake", "-S", str(packaged), "-B", build, f"-DCMAKE_C_COMPILER={wrapper}", *cross,
        cwd=tmp_path)
    run("cmake", "--build", build, cwd=tmp_path)
    assert "100% tests passed, 0 tests failed out of 3" in run("ctest", "--test-dir", build,
                                                              cwd=tmp_path)


def test_meson_builds_and_tests(packaged: Path, tmp_path: Path) -> None:
    run("meson", "setup", str(tmp_path / "b"), str(packaged), cwd=tmp_path)
    assert re.search(r"Ok: +3", run("meson", "test", "-C", str(tmp_path / "b"), cwd=tmp_path))


@nightly
@pytest.mark.parametrize(("name", "loss"), [
    *((name, "mean_squared_error") for name in SMALL), *(("gru", loss) for loss in LOSSES)])
def test_other_cells_pass_and_learn_alike(name: str, loss: str, tmp_path: Path) -> None:
    network = BY_NAME[name].build()
    sizes = {one.name: 2 + place for place, one in enumerate(network.sizes) if one.value is None}
    package(network, name, sizes, train=loss, window=4).write(tmp_path)
    for one in ("check", "learn"):
        assert "right" in run(*program("gcc", tmp_path, one, tmp_path), cwd=tmp_path)


def test_every_file_is_ours_and_the_same_again(tmp_path: Path) -> None:
    made = package(symrnn.gru(), "gru", {"n": 2, "m": 3})
    files = made.files
    assert files == package(symrnn.gru(), "gru", {"n": 2, "m": 3}).files
    made.write(tmp_path)
    assert made.write(tmp_path) == ()  # over its own files alone
    assert [name for name in files if not is_ours(tmp_path / name)] == []
    assert json.loads(files["library.json"])["name"] == "gru"


def test_a_network_of_two_directions_has_no_stream(tmp_path: Path) -> None:
    network = BY_NAME["bidirectional_rnn"].build()
    sizes = {one.name: 2 for one in network.sizes if one.value is None}
    files = package(network, "both", sizes).files
    assert "both_stream" not in str(files["src/both_model.h"])
    assert not [name for name in files if name.startswith(("audio", "wasm", "examples"))]
    with pytest.raises(symrnn.ProgramError, match="no single steps"):
        package(network, "both", sizes, kinds=["audio"])


def test_weights_that_are_given_are_those_of_the_package() -> None:
    params = {name: np.full([2, 3][:len(one.axes)] if name == "W" else [2] * len(one.axes), 0.25)
              for name, one in symrnn.compile(symrnn.elman(readout=False), "numpy"
                                              ).parameters.items()}
    files = package(symrnn.elman(readout=False), "net", params=params).files
    assert np.frombuffer(files["weights/net.bin"][64:], "<f4").tolist() == [0.25] * (6 + 4 + 2)


@pytest.mark.parametrize(("change", "told"), [
    ({"fix": {"n": 2}}, "the size m is not fixed"),
    ({"name": "2"}, "name"),
    ({"train": "mean"}, "there is no loss 'mean'"),
    ({"kinds": ["make"]}, "there is no kind of package 'make'"),
    ({"params": {"W_z": np.ones((3, 2))}}, "no weights for"),
])
def test_what_makes_no_package_is_said(change: dict[str, object], told: str) -> None:
    with pytest.raises(symrnn.ProgramError, match=told):
        package(symrnn.gru(), **{"name": "gru", "fix": {"n": 2, "m": 3}, **change})


def test_the_command_line_knows_the_same_names() -> None:
    assert tuple(one.name for one in KINDS) == PACKAGES
    assert tuple(LOSSES) == NAMED


def test_sizes_that_contradict_the_weights_are_refused() -> None:
    net = symrnn.lstm()
    weights = symrnn.random_parameters(net, n=3, m=4)
    assert package(net, "own", {"n": 3}, weights).files
    with pytest.raises(symrnn.ProgramError, match="n is 5 by --fix and 3 in the weights"):
        package(net, "own", {"n": 5}, weights)

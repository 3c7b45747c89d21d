"""The compiler: found, fallen back from, missing; the cache by content."""

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.checking import check_kernel
from symrnn.runtime import CompilerFailed, CompilerMissing, compiler, programs


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test finds its compiler anew and has a cache of its own."""
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path / "cache"))
    compiler.find_compiler.cache_clear()
    yield
    compiler.find_compiler.cache_clear()


def hide_system_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda command: None)


def run_elman() -> np.ndarray:
    kernel = symrnn.compile(symrnn.elman(readout=False, activation="linear"), dtype="float64")
    ones = {name: np.ones([2] * len(one.axes)) for name, one in kernel.parameters.items()}
    return np.asarray(kernel.forward(ones, np.ones((2, 1, 2))).y)


def test_without_a_system_compiler_zig_serves_and_is_named(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ziglang")
    hide_system_compilers(monkeypatch)
    assert run_elman().tolist() == [[[3, 3]], [[9, 9]]]
    assert "using the one in the ziglang wheel" in capsys.readouterr().err


def test_without_any_compiler_the_error_says_how_to_get_one(
        monkeypatch: pytest.MonkeyPatch) -> None:
    hide_system_compilers(monkeypatch)
    monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CompilerMissing, match=r"symrnn\[cc\]"):
        run_elman()


def test_a_compiler_that_refuses_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "gcc -Dvoid=nonsense")
    with pytest.raises(CompilerFailed, match=r"^gcc .* \(.*error.*\); name another") as caught:
        run_elman()
    assert "\n" not in str(caught.value)


def test_the_environment_chooses_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "gcc -DCHOSEN")
    assert compiler.find_compiler() == ("gcc", "-DCHOSEN")


def test_the_second_time_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_elman()

    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(f"compiled again: {arguments}")

    monkeypatch.setattr(compiler, "_compile", refuse)
    assert np.array_equal(first, run_elman())


def test_what_the_compiler_says_is_told() -> None:
    with pytest.raises(RuntimeError, match="could not compile"):
        compiler.shared_library({"kernel.c": "int broken(\n"}, ())
    assert not list(compiler.cache_folder().glob("*.so"))


@pytest.mark.parametrize("slip", [
    "int slip(float *from) { int *to = from; return *to; }",
    "int slip(float *from) { long number = from; return (int)number; }",
    "int slip(void) { return nowhere_declared(1); }"])
def test_pointers_that_do_not_match_are_errors(slip: str) -> None:
    """C lets a name that means another thing pass with a warning, and computes wrong."""
    with pytest.raises(CompilerFailed, match="could not compile"):
        compiler.shared_library({"kernel.c": slip + "\n"}, ())


def test_a_half_written_library_is_never_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compiler, "told", interrupted)
    monkeypatch.setattr(compiler, "version", lambda command: "")
    with pytest.raises(KeyboardInterrupt):
        compiler.shared_library({"kernel.c": "int whole(void) { return 1; }\n"}, ())
    assert list(compiler.cache_folder().iterdir()) == []


def test_a_compiler_that_hangs_ends_in_one_sentence(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is ended with what it has started, which would go on writing."""
    script, witness = tmp_path / "slow", tmp_path / "witness"
    script.write_text(f"#!/bin/sh\ncase $* in *--version) exit;; esac\n"
                      f"(sleep 4; touch {witness}) & wait\n")
    script.chmod(0o700)
    monkeypatch.setenv("CC", str(script))
    monkeypatch.setattr(programs, "MINUTES", 0.02)
    begun = time.monotonic()
    with pytest.raises(CompilerFailed, match=r"slow did not end within .* minutes and was stopped"):
        compiler.shared_library({"kernel.c": "int hung(void) { return 1; }\n"}, ())
    assert time.monotonic() - begun < 4
    time.sleep(4)
    kept = compiler.cache_folder().iterdir()  # also for threads of other tests that are at work
    assert not witness.exists() and [one for one in kept if b"hung" in one.read_bytes()] == []


@pytest.mark.parametrize("profile", ["portable", "simd"])
def test_a_check_compiles_the_same_code_with_less_effort(
        profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    real = compiler._compile

    def watched(files: Mapping[str, str], command: list[str], *rest: Any) -> Path:
        if any(one.startswith("kernel") for one in files):  # threads of other tests may be at work
            commands.append([one for one in command if one.startswith("-O")])
        return real(files, command, *rest)

    monkeypatch.setattr(compiler, "_compile", watched)
    with compiler.slightly_optimised():
        assert check_kernel(symrnn.elman(), "c", "float64", profile=profile) == []
    assert commands and all(one == ["-O1"] for one in commands)  # in threads of their own too
    slight = len(commands)
    assert check_kernel(symrnn.elman(), "c", "float64", profile=profile) == []
    assert len(commands) > slight and all(one != ["-O1"] for one in commands[slight:])


def test_a_compiler_that_does_not_tell_its_machine_is_asked_no_more() -> None:
    assert compiler._native(("false",)) == ""

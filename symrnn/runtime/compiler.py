"""Compiling generated C into a cache: the system's compiler, or the one in the ziglang wheel."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from ctypes import CDLL
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread

from symrnn.runtime.cache import CompilerFailed, cache_folder, kept
from symrnn.runtime.patience import at_work
from symrnn.runtime.programs import MINUTES, TooLong, told

# What compilers may let pass, though a call or an assignment then means something else.
STRICT = ("-Werror=incompatible-pointer-types", "-Werror=int-conversion",
          "-Werror=implicit-function-declaration")
PORTABLE = ("-std=c99", "-O3", "-fPIC", "-shared")
SIMD = ("-std=c99", "-O2", "-ftree-vectorize", "-march=native", "-ffp-contract=fast",
        "-fno-math-errno", "-fPIC", "-shared")
FULL, SLIGHT = ("-O2", "-O3"), "-O1"

_LEVEL: ContextVar[tuple[str, ...]] = ContextVar("level", default=())  # in place of a full one


@dataclass(frozen=True)
class Toolchain:
    """A compiler that is asked for by name; ``machine`` are flags in place of this very one's."""

    command: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()

    def flags(self, given: Sequence[str]) -> list[str]:
        """The flags for its machine."""
        return [new for one in given for new in
                (self.machine if self.machine and one == NATIVE else (one,))]


NATIVE = "-march=native"
FOUND = Toolchain()  # whatever compiler is found, for this machine
_TOOLCHAIN: ContextVar[Toolchain] = ContextVar("toolchain", default=FOUND)


class CompilerMissing(RuntimeError):
    """There is no C compiler; the message says how to get one."""


@cache
def find_compiler() -> tuple[str, ...]:
    """The command of a C compiler: ``$CC``, else cc, gcc or clang, else zig's.

    Says on standard error when it falls back on zig. Raises CompilerMissing.
    """
    named = os.environ.get("CC", "").split()
    if named and shutil.which(named[0]):
        return tuple(named)
    for command in ("cc", "gcc", "clang"):
        if shutil.which(command):
            return (command,)
    if importlib.util.find_spec("ziglang"):
        print("symrnn: no C compiler found, using the one in the ziglang wheel", file=sys.stderr)
        return (sys.executable, "-m", "ziglang", "cc")
    raise CompilerMissing("there is no C compiler: install gcc or clang, or `pip install "
                          "symrnn[cc]`; backend=\"numpy\" needs none")


@contextmanager
def slightly_optimised(*level: str) -> Iterator[None]:
    """Inside, the same code is compiled at -O1: for few numbers, where compiling takes the time.

    Other flags than ``"-O1"`` may be given. None lets a compiler change what portable C computes.
    """
    token = _LEVEL.set(level or (SLIGHT,))
    try:
        yield
    finally:
        _LEVEL.reset(token)


@contextmanager
def compiled_by(toolchain: Toolchain) -> Iterator[None]:
    """Inside, this compiler is taken in place of the one that is found."""
    token = _TOOLCHAIN.set(toolchain)
    try:
        yield
    finally:
        _TOOLCHAIN.reset(token)


def shared_library(files: Mapping[str, str], defines: Sequence[str],
                   flags: Sequence[str] = PORTABLE, objects: Sequence[Path] = (),
                   libraries: Sequence[str] = ()) -> Path:
    """Compile C files into a shared library, unless the cache has it already.

    ``objects`` are compiled parts that many libraries share, ``libraries`` flags that must stand
    behind what needs them. The cache is addressed by content,
    compiler, flags and the machine that they mean, and written atomically. Raises
    CompilerMissing, or CompilerFailed with the compiler's first complaint.
    """
    return _cached(files, defines, flags, [str(one) for one in objects], "so", libraries)


def object_file(files: Mapping[str, str], defines: Sequence[str], flags: Sequence[str]) -> Path:
    """Compile one C file into a part of libraries, cached alike. Raises as they do."""
    return _cached(files, defines, ["-c", *(one for one in flags if one != "-shared")], (), "o")


def _cached(files: Mapping[str, str], defines: Sequence[str], flags: Sequence[str],
            parts: Sequence[str], ending: str, libraries: Sequence[str] = ()) -> Path:
    if level := _LEVEL.get():
        flags = [new for one in flags for new in (level if one in FULL else (one,))]
    flags = _TOOLCHAIN.get().flags(flags)
    command = (*_compiler(), *STRICT, *flags, *(f"-D{one}" for one in defines))
    known = (sorted(files.items()), command, [Path(one).name for one in parts], tuple(libraries),
             version(_compiler()), target(tuple(flags)))
    key = hashlib.sha256(repr(known).encode()).hexdigest()[:32]
    return kept(f"{key}.{ending}",
                lambda folder: _compile(files, [*command, *parts], libraries, folder))


def begun(make: Callable[[], Path]) -> Future[Path]:
    """What is made from now on, in a thread of its own."""
    found, context = Future[Path](), copy_context()

    def run() -> None:
        try:
            found.set_result(context.run(make))
        except BaseException as error:  # whoever asks for the result is told
            found.set_exception(error)

    thread = Thread(target=run)
    try:
        thread.start()
    except RuntimeError:  # Python is closing down, or has no thread left
        run()
    return found


def loaded(library: Path) -> CDLL:
    """A shared library, ready to be called. Raises CompilerFailed."""
    try:
        return CDLL(str(library))
    except OSError as error:
        raise CompilerFailed(f"a compiled kernel cannot be loaded ({error}); name another folder "
                             f"for the cache in $SYMRNN_CACHE, or use backend=\"numpy\"") from None


def _compile(files: Mapping[str, str], command: Sequence[str], libraries: Sequence[str],
             folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    at_work()
    sources = [str(folder / name) for name in files if name.endswith(".c")]
    library = folder / "compiled"
    result = _told([*command, *sources, "-o", str(library), *libraries, "-lm"])
    if result.returncode:
        raise CompilerFailed(f"{' '.join(_compiler())} could not compile the kernel "
                             f"({_complaint(result.stderr)}); name another compiler in $CC, or "
                             f"use backend=\"numpy\", which needs none")
    return library


def _told(command: Sequence[str]) -> CompletedProcess[str]:
    """What a compiler says. Raises CompilerFailed where it does not start, or does not end."""
    try:
        return told(command)
    except TooLong:
        raise CompilerFailed(f"{command[0]} did not end within {MINUTES} minutes and was stopped; "
                             f"name another compiler in $CC, or use backend=\"numpy\"") from None
    except OSError as error:
        raise CompilerFailed(f"{command[0]} cannot be started ({error.strerror}); name another "
                             f"compiler in $CC, or use backend=\"numpy\"") from None


def _complaint(words: str) -> str:
    """The first line that tells an error, without the folder."""
    lines = words.splitlines() or ["it says nothing"]
    first = next((line for line in lines if "error" in line), lines[-1])
    return first.rpartition(os.sep)[2].strip()


@cache
def version(command: tuple[str, ...]) -> str:
    """What a compiler says of itself."""
    return _told([*command, "--version"]).stdout


def _compiler() -> tuple[str, ...]:
    return _TOOLCHAIN.get().command or find_compiler()


def target(flags: tuple[str, ...]) -> str:
    """What the compiler takes the machine for, where the flags leave that to it."""
    return _native(_compiler()) if NATIVE in flags else ""


@cache
def _native(compiler: tuple[str, ...]) -> str:
    command = [*compiler, NATIVE, "-dM", "-E", "-x", "c", os.devnull]
    return _told(command).stdout


__all__ = ["FOUND", "PORTABLE", "SIMD", "CompilerFailed", "CompilerMissing", "Toolchain", "begun",
           "cache_folder", "compiled_by", "find_compiler", "loaded", "object_file",
           "shared_library", "slightly_optimised", "target", "version"]

"""What a package can be for: one row and one folder of templates for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A toolchain, and the files that it needs beside the sources: template by path.

    A path may hold ``{name}``. Names that are ``taken``, in small letters, no package may bear.
    """

    name: str
    title: str
    files: tuple[tuple[str, str], ...]
    streams: bool = False  # whether it is of use for streams alone
    taken: frozenset[str] = frozenset()


CORE = Kind("core", "C99", (
    ("model.h", "src/{name}_model.h"), ("model.c", "src/{name}_model.c"),
    ("weights.c", "src/{name}_weights.c"), ("vectors.h", "tests/{name}_vectors.h"),
    ("check.c", "tests/check.c")))
FAST = Kind("core", "one sample at a time", (
    ("fast.h", "src/{name}_fast.h"), ("fast.c", "src/{name}_fast.c")), streams=True)
LEARNS = Kind("training", "training", (
    ("trainer.h", "src/{name}_trainer.h"), ("trainer.c", "src/{name}_trainer.c"),
    ("lesson.h", "tests/{name}_lesson.h"), ("learn.c", "tests/learn.c")))
KINDS = (
    Kind("cmake", "CMake, pkg-config and Meson", (
        ("CMakeLists.txt", "CMakeLists.txt"), ("Config.cmake.in", "cmake/{name}Config.cmake.in"),
        ("package.pc.in", "{name}.pc.in"), ("meson.build", "meson.build"),
        ("package.wrap", "{name}.wrap")), taken=frozenset((
            "all", "all_build", "check", "clean", "dist", "edit_cache", "experimental", "help",
            "install", "learn", "nightly", "continuous", "package", "package_source", "preinstall",
            "rebuild_cache", "run_tests", "test", "zero_check"))),
    Kind("arduino", "Arduino library", (
        ("library.properties", "library.properties"),
        ("Stream.ino", "examples/Stream/Stream.ino")), streams=True),
    Kind("platformio", "PlatformIO library", (("library.json", "library.json"),)),
    Kind("zephyr", "Zephyr module", (
        ("module.yml", "zephyr/module.yml"), ("CMakeLists.txt", "zephyr/CMakeLists.txt"),
        ("Kconfig", "zephyr/Kconfig"))),
    Kind("wasm", "WebAssembly", (
        ("wasm.c", "wasm/{name}_wasm.c"), ("wrapper.mjs", "wasm/{name}.mjs"),
        ("build.sh", "wasm/build.sh")), streams=True),
    Kind("audio", "audio plug-ins in C++", (("audio.hpp", "audio/{name}.hpp"),), streams=True),
)

"""The same package for other toolchains: audio plug-ins, a browser, Arduino, Zephyr."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import symrnn
from symrnn.packaging import package
from symrnn.packaging.drawn import drawn_parameters
from tests.package.building import needs, numbers, run, sources

WARNINGS = "-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -O2".split()
AUDIO = """
#include "amp.hpp"
#include <cstdio>
#include <cstdlib>
#include <new>
void *operator new(std::size_t) { std::abort(); }
int main()
{
    static struct { char odd; Amp left, right; } at;
    Amp &left = at.left, &right = at.right;
    const float samples[5] = {0.5f, -0.25f, 0.125f, 0.75f, -1.0f};
    static_assert(noexcept(left.process(samples[0])), "the audio thread throws nothing");
    for (float sample : samples)
        std::printf("%.9g\\n", static_cast<double>(left.process(sample)));
    float block[5];
    right.process(samples, block, 5);
    for (float sample : block)
        std::printf("%.9g\\n", static_cast<double>(sample));
    Amp again(right);
    again = left;
    left.reset();
    std::printf("%.9g\\n", static_cast<double>(left.process(samples[0])));
    std::printf("%.9g\\n", static_cast<double>(again.process(samples[0])));
}
"""
PAGE = """<!doctype html><title>wait</title><script type="module">
import { load } from "./lstm.mjs";
const network = await load(fetch("lstm.wasm"));
const step = () => Array.from(network.step({x: [0.5, -1]}).h);
const told = {first: step(), second: step()};
network.reset();
told.again = step();
try { network.step({x: [1]}); } catch (error) { told.error = error.message; }
document.body.textContent = JSON.stringify(told);
document.title = "done";
</script><body></body>"""
SIZES = {"n": 2, "m": 3}


@pytest.mark.parametrize("network, narrow", [
    (symrnn.readout(symrnn.gru()), ""), (symrnn.readout(symrnn.gru()), "int8"),
    (symrnn.readout(symrnn.lstm(layer_norm=True)), "")],
    ids=["vectors", "narrow", "portable"])
def test_a_plugin_computes_sample_by_sample_and_allocates_nothing(
        network: symrnn.Program, narrow: str, tmp_path: Path) -> None:
    """Also where objects lie at no address of a vector, and where they are copied."""
    sizes = {"n": 1, "m": 4, "p": 1}
    package(network, "amp", sizes, kinds=["audio"], weights_as=narrow, tolerance=1).write(tmp_path)
    (tmp_path / "main.cpp").write_text(AUDIO)
    watched = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
    for one in sources(tmp_path):
        run("gcc", "-std=c99", "-O2", *watched, "-c", one, cwd=tmp_path)
    objects = [one.name for one in sorted(tmp_path.glob("*.o"))]
    run("g++", "-std=c++11", *WARNINGS, *watched, "-Isrc", "-Iaudio", "main.cpp", *objects, "-o",
        "main", cwd=tmp_path)
    found = numbers(run(str(tmp_path / "main"), cwd=tmp_path))
    x = np.array([0.5, -0.25, 0.125, 0.75, -1.0, 0.5]).reshape(6, 1, 1)
    y = symrnn.compile(network, "numpy", "float64").forward(drawn_parameters(network, sizes), x).y
    calls_fast = "amp_fast_step" in (tmp_path / "audio/amp.hpp").read_text()
    assert calls_fast == (narrow == "" and network.name.startswith("gru"))
    wanted = [*y.ravel()[:5], *y.ravel()[:5], y[0, 0, 0], y[5, 0, 0]]
    assert np.allclose(found, wanted, atol=0.02 if narrow else 1e-6)


def test_arduino_compiles_the_sources_as_they_lie(tmp_path: Path) -> None:
    """Its sketches are C++, with what the board's headers declare."""
    package(symrnn.lstm(), "lstm", SIZES, kinds=["arduino", "platformio"]).write(tmp_path)
    (tmp_path / "main.cpp").write_text(
        "struct { void begin(long) {} void println(double, int) {} } Serial;\n"
        "static const int A0 = 0;\nstatic int analogRead(int) { return 512; }\n"
        "static void delay(int) {}\n"
        '#include "examples/Stream/Stream.ino"\nint main() { setup(); loop(); }\n')
    run("g++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-Isrc", "-c", "main.cpp",
        cwd=tmp_path)
    told = dict(line.split("=", 1) for line in
                (tmp_path / "library.properties").read_text().splitlines()[1:])
    assert told["name"] == "lstm" and told["includes"] == "lstm_model.h"
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    described = json.loads((tmp_path / "library.json").read_text())
    assert (tmp_path / described["build"]["srcDir"] / described["headers"]).is_file()


def test_zephyr_compiles_every_source(packaged: Path) -> None:
    """Its CMake and Kconfig are read by Zephyr alone; what they name is here."""
    text = (packaged / "zephyr/CMakeLists.txt").read_text()
    named = {(packaged / "zephyr" / one).resolve() for one in re.findall(r"\S+\.c\b", text)}
    assert named == {Path(one).resolve() for one in sources(packaged)}
    assert "kconfig: zephyr/Kconfig" in (packaged / "zephyr/module.yml").read_text()
    assert "config LSTM\n\tbool " in (packaged / "zephyr/Kconfig").read_text()


def built(folder: Path, **chosen: str) -> subprocess.CompletedProcess[str]:
    """What build.sh says with a compiler, of which there may be none on the path."""
    package(symrnn.lstm(), "lstm", SIZES, kinds=["wasm"]).write(folder)
    return subprocess.run(["/bin/sh", "wasm/build.sh"], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, **chosen}, check=False)


def clang_for_wasm() -> str:
    """A clang that links for WASI; skips where there is none."""
    needs("clang", "wasm-ld")
    start = run("clang", "-target", "wasm32-wasi", "-print-file-name=crt1-reactor.o", cwd=Path())
    if not Path(start).is_absolute():
        pytest.skip("clang has no libraries of WASI")
    return "clang"


@pytest.fixture(scope="module", params=["zig", "clang"])
def wasm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the network as WebAssembly, and a page that runs it."""
    folder = tmp_path_factory.mktemp("wasm")
    done = built(folder, **({"CLANG": clang_for_wasm()} if request.param == "clang" else
                            {"ZIG": f"{sys.executable} -m ziglang"}))
    assert done.returncode == 0, done.stderr
    (folder / "wasm/index.html").write_text(PAGE)
    return folder / "wasm"


def test_clang_is_taken_where_there_is_no_zig(tmp_path: Path) -> None:
    """The path holds nothing but clang and what it calls."""
    clang_for_wasm()
    places = [Path(shutil.which(name) or "") for name in ("clang", "wasm-ld", "dirname")]
    linkers = sorted(places[1].parent.glob("wasm-ld-*"))  # Debian's clang calls that of its number
    for one in (*places, *linkers):
        (tmp_path / one.name).symlink_to(one)
    done = built(tmp_path / "net", PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "net/wasm/lstm.wasm").read_bytes()[:4] == b"\0asm"
    in_node(tmp_path / "net/wasm")


def test_it_says_what_compilers_it_takes(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    done = built(tmp_path / "net", PATH=str(tmp_path))
    assert done.returncode == 2 and "there is neither zig nor clang" in done.stderr
    assert not (tmp_path / "net/wasm/lstm.wasm").exists()


@pytest.fixture
def address(wasm: Path) -> Iterator[str]:
    """Where a browser finds it."""
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(wasm)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_it_runs_in_a_browser(wasm: Path, address: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium",
                                         args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        page.wait_for_function("document.title == 'done'")
        told = json.loads(page.inner_text("body"))
        browser.close()
    right(told)


def test_it_runs_in_node(wasm: Path) -> None:
    in_node(wasm)


def in_node(wasm: Path) -> None:
    """Node computes what the page does."""
    script = PAGE.partition('"module">')[2].partition("</script>")[0]
    script = script.replace('fetch("lstm.wasm")', 'readFile("lstm.wasm")').replace(
        "document.body.textContent = ", "const text = ").replace(
        'document.title = "done"', "console.log(text)")
    (wasm / "main.mjs").write_text('import { readFile } from "node:fs/promises";\n' + script)
    right(json.loads(run("node", "main.mjs", cwd=wasm)))


def right(told: dict[str, object]) -> None:
    """What a page was told is what NumPy says."""
    x = np.tile([0.5, -1.0], (2, 1, 1))
    kernel = symrnn.compile(symrnn.lstm(), "numpy", "float64")
    h = kernel.forward(drawn_parameters(symrnn.lstm(), SIZES), x).y[:, 0]
    assert np.allclose(np.array([told["first"], told["second"]]), h, atol=1e-6)
    assert told["again"] == told["first"] != told["second"]
    assert told["error"] == "step needs x with 2 numbers"

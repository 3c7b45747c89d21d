"""The package as people install it: built, installed elsewhere, run outside of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

COMPUTES = """
import sys
import numpy as np
import symrnn

net = symrnn.elman(activation="linear", output_activation="linear")
kernel = symrnn.compile(net, backend=sys.argv[1])
ones = {name: np.ones((2, 2)) for name in "WUV"} | {"b": np.zeros(2), "b_y": np.zeros(2)}
x = np.array([[[1, 1]], [[1, 1]], [[2, 2]]])
run = kernel.forward(ones, x)
assert run.y.tolist() == [[[4, 4]], [[12, 12]], [[32, 32]]], run.y
gradients = kernel.backward(run, np.ones_like(run.y))
assert set(gradients) == {"W", "U", "b", "V", "b_y", "x", "initial.h"}, set(gradients)
print(symrnn.__file__)
"""


def build(kind: str, folder: Path, root: Path = ROOT) -> Path:
    """A wheel or an sdist of the checkout, or of another one; needs no network."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
                   cwd=root, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wheel = build("wheel", tmp_path_factory.mktemp("wheel"))
    target = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
                    "--disable-pip-version-check", "--target", str(target), str(wheel)],
                   check=True, capture_output=True)
    return target


def outside(installed: Path, folder: Path, *command: str) -> str:
    """Run Python in an empty folder with the installed package alone on its path."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1",
                   "COLUMNS": "200", "SYMRNN_CACHE": str(folder / "cache")}
    result = subprocess.run([sys.executable, *command], cwd=folder, env=environment,
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def relative_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.xdist_group("wheel")
def test_wheel_holds_the_templates(installed: Path) -> None:
    assert relative_files(installed / "symrnn" / "templates") == relative_files(ROOT / "templates")
    assert (installed / "symrnn" / "py.typed").is_file()
    for name in ("README.md", "CONTRIBUTING.md"):  # recipes of pages
        shown = installed / "symrnn" / "documents" / "reference" / name
        assert shown.read_bytes() == (ROOT / name).read_bytes()
    assert not (installed / "tests").exists()


@pytest.mark.xdist_group("wheel")
@pytest.mark.parametrize("command", [("-m", "symrnn"), ("bin/symrnn",)], ids=["module", "script"])
def test_installed_command_lists(installed: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    name = [str(installed / one) if one.startswith("bin/") else one for one in command]
    text = outside(installed, tmp_path, *name, "list")
    assert "elman" in text
    assert "deep_bidirectional_lstm" in text


@pytest.mark.xdist_group("wheel")
def test_installed_command_generates_what_the_checkout_holds(
        installed: Path, tmp_path: Path) -> None:
    outside(installed, tmp_path, "-m", "symrnn", "generate", "elman", "--output", "made")
    wanted = ROOT / "generated" / "elman"
    assert relative_files(tmp_path / "made" / "elman") == relative_files(wanted)
    for name in relative_files(wanted):
        assert (tmp_path / "made" / "elman" / name).read_bytes() == (wanted / name).read_bytes()


@pytest.mark.xdist_group("wheel")
@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_installed_kernel_computes(installed: Path, tmp_path: Path, backend: str) -> None:
    where = outside(installed, tmp_path, "-c", COMPUTES, backend)
    assert Path(where.strip()).is_relative_to(installed)


@pytest.mark.xdist_group("wheel")
def test_sdist_is_complete(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    for folder in ("symrnn", "templates", "tests", "generated"):
        kept = {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*")
                if path.is_file() and "__pycache__" not in path.parts}
        assert kept
        assert kept <= names, kept - names
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= names


@pytest.mark.xdist_group("wheel")
def test_a_wheel_has_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    """From two copies, with another hash seed, time zone, locale and mask of permissions."""
    source, found = build("sdist", tmp_path / "source"), []
    for name, mask, settings in (
            ("one", 0o022, {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"}),
            ("two", 0o077, {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Taipei"})):
        with tarfile.open(source) as archive:
            archive.extractall(tmp_path / name, filter="data")
        (copied,) = (tmp_path / name).iterdir()
        code = (f"import os, runpy, sys; os.umask({mask}); sys.argv = ['hatchling', 'build', "
                f"'-t', 'wheel']; runpy.run_module('hatchling', run_name='__main__')")
        subprocess.run([sys.executable, "-c", code], cwd=copied, check=True, capture_output=True,
                       env={**os.environ, **settings})
        (wheel,) = (copied / "dist").iterdir()
        found.append(wheel.read_bytes())
    assert found[0] == found[1]

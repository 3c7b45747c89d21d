"""A release: one version, names that stay, types that reach callers, the same bytes twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

import symrnn
from tests.release import client
from tests.release.public import public, released
from tests.test_wheel import COMPUTES, ROOT, build

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OF_DEVELOPERS = {"test", "bench", "browser", "dev"}
nightly = pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                             reason="runs nightly: SYMRNN_EXHAUSTIVE=1")

SAVES = """
import numpy as np
import symrnn

net = symrnn.elman()
symrnn.save(net, {name: np.ones([2] * len(one.axes)) for name, one in
                  symrnn.compile(net, "numpy").parameters.items()}, "elman.safetensors")
assert symrnn.load("elman.safetensors").network == net
"""

TORCH = """
import symrnn
import torch

symrnn.torch.module(symrnn.gru(), n=2, m=3)(torch.ones(4, 1, 2))[0].sum().backward()
"""
JAX = """
import jax
import jax.numpy as jnp
import symrnn

net = symrnn.gru()
params = {name: jnp.asarray(one) for name, one in symrnn.random_parameters(net, n=2, m=3).items()}
jax.grad(lambda params: symrnn.jax.kernel(net)(params, jnp.ones((4, 1, 2)))[0].sum())(params)
"""
KERAS = """
import os
os.environ["KERAS_BACKEND"] = "torch"
import keras
from symrnn.exchange import from_keras

layers = [keras.layers.Input((None, 2)), keras.layers.GRU(3, return_sequences=True)]
assert from_keras(keras.Sequential(layers)).difference < 1e-5
"""

# What each extra is for, as Python in a fresh environment.
USES = {
    "": "", "cc": "import symrnn; symrnn.compile(symrnn.gru())",
    "docs": "import symrnn; symrnn.diagram(symrnn.gru()).svg()",
    "examples": "import matplotlib, sklearn",
    "safetensors": SAVES,
    "accuracy": "import symrnn; symrnn.accuracy(symrnn.elman())",
    "fuzz": "from symrnn.fuzzing import Campaign; Campaign(1).run()",
    "onnx": "import symrnn; symrnn.to_onnx(symrnn.gru(), {}, 'gru.onnx', sizes={'n': 2, 'm': 3})",
    "keras": KERAS, "torch": TORCH, "jax": JAX,
}


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)[0]
    assert newest == symrnn.__version__


def test_generated_files_hold_no_version() -> None:
    """A new version must not change what equations give."""
    for path in sorted((ROOT / "generated").rglob("*.*")):
        assert symrnn.__version__ not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("name", released())
def test_a_released_name_takes_what_it_took(name: str) -> None:
    """It leaves only by the rule of CONTRIBUTING.md: a version that warns comes first."""
    assert released()[name] <= public().get(name, set())
    assert name in public()


def test_the_client_runs(tmp_path: Path) -> None:
    assert len(client.trained(client.network())) == 42
    assert "a_h[t] = W x[t] + U h[t-1] + b" in client.told(client.own_cell(), tmp_path)


def test_types_reach_the_client() -> None:
    pytest.importorskip("mypy")
    found = subprocess.run([sys.executable, "-m", "mypy", "--strict", "tests/release/client.py"],
                           cwd=ROOT, env={**os.environ, "MYPYPATH": str(ROOT)},
                           capture_output=True, text=True, check=False)
    assert found.stdout == "Success: no issues found in 1 source file\n", found.stderr


def test_wheel_and_sdist_are_the_same_bytes_wherever_and_whenever_they_are_built(
        tmp_path: Path) -> None:
    """The second time from what the first sdist holds: other folder, times and permissions."""
    sdist, wheel = build("sdist", tmp_path / "sdist"), build("wheel", tmp_path / "wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "elsewhere", filter="data")
    (copy,) = (tmp_path / "elsewhere").iterdir()
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(path.stat().st_mode & 0o700)
    for kind, first in (("sdist", sdist), ("wheel", wheel)):
        again = build(kind, tmp_path / f"again-{kind}", copy)
        assert (again.name, again.read_bytes()) == (first.name, first.read_bytes())


def test_every_extra_for_users_has_a_use() -> None:
    assert {*EXTRAS} - OF_DEVELOPERS <= {*USES}


@nightly
@pytest.mark.parametrize("extra", ["", *(one for one in EXTRAS if one not in OF_DEVELOPERS)])
def test_the_wheel_installs_with_each_extra(extra: str, tmp_path: Path) -> None:
    install(sys.executable, extra, tmp_path)


@nightly
@pytest.mark.parametrize("version", [one.rpartition(" ")[2] for one in PROJECT["classifiers"]
                                     if re.search(r":: 3\.\d+$", one)])
@pytest.mark.parametrize("extra", ["", "jax"])
def test_the_wheel_installs_on_every_python(extra: str, version: str, tmp_path: Path) -> None:
    """With JAX, of which each Python gets another version, and compiles its header."""
    found = shutil.which(f"python{version}")
    if not found or subprocess.run([found, "-c", "import ensurepip"], check=False).returncode:
        pytest.skip(f"there is no Python {version} here")
    install(found, extra, tmp_path)


def install(python: str, extra: str, folder: Path) -> None:
    """Into a fresh environment, by pip and its index; then run what was installed."""
    wheel = build("wheel", folder / "wheel")
    own = str(folder / "fresh" / "bin" / "python")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for command in ([python, "-m", "venv", str(folder / "fresh")],
                    [own, "-m", "pip", "install", "--quiet", f"{wheel}[{extra}]" if extra
                     else str(wheel)],
                    [own, "-m", "pip", "check"], [own, "-m", "symrnn", "list"],
                    [own, "-c", COMPUTES, "numpy"], [own, "-c", USES[extra]]):
        found = subprocess.run(command, cwd=folder, env=environment, capture_output=True,
                               text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr

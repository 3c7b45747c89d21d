"""What the README shows, run: each block of Python by itself, and the commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line.partition("#")[0].split() for block in SHELL for line in block.splitlines()
            if line.startswith("symrnn ")]
LONG = ("check", "bench", "--install-completion")  # tested elsewhere


def test_there_is_something_to_run() -> None:
    assert len(BLOCKS) >= 6 and len(COMMANDS) >= 8
    assert all(one[0] == "symrnn" for one in COMMANDS)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_block_of_python_runs_alone(block: str, tmp_path: Path) -> None:
    """In a process and a folder of its own, as somebody who copies it would."""
    if "import torch" in block:
        pytest.importorskip("torch")
    found = subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=tmp_path, text=True,
                           capture_output=True, check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("words", [one for one in COMMANDS if one[1] not in LONG], ids=shlex.join)
def test_every_command_runs(words: list[str], tmp_path: Path,
                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if words[1] == "import":
        a_model(tmp_path / words[2])
    found = CliRunner().invoke(cli.app, words[1:])
    assert found.exit_code == (1 if words[1] == "compare" else 0), found.output
    assert found.stdout


def a_model(path: Path) -> None:
    """An LSTM of ones as an ONNX model: what somebody else may have left there."""
    net, sizes = symrnn.lstm(), {"n": 3, "m": 4}
    params = {name: np.ones([sizes[axis] for axis in one.axes])
              for name, one in symrnn.compile(net, "numpy").parameters.items()}
    symrnn.to_onnx(net, params, path)


def test_what_grad_prints_stands_in_the_readme() -> None:
    found = CliRunner().invoke(cli.app, ["grad", "elman", "--wrt", "U"])
    assert found.stdout in README


def test_the_cell_file_works(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```\n(cell my\n.*?)^```", README, re.MULTILINE | re.DOTALL)
    path = tmp_path / "my.cell"
    path.write_text(text, encoding="utf-8")
    found = CliRunner().invoke(cli.app, ["show", str(path)])
    assert found.exit_code == 0 and "f[t] = σ(" in found.stdout

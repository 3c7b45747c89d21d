"""Every example as a command, in small: it runs, says what it found, and draws its picture."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from examples.notebooks import cells

FOLDER = Path(__file__).resolve().parents[2] / "examples"
ROOT = FOLDER.parent
# What each needs besides NumPy and matplotlib, and what it must say.
EXAMPLES = {
    "digits": ("sklearn", r"1437 training images, 360 held out: \d+\.\d% right"),
    "characters": ("torch", r"cross-entropy: 4\.\d\d at first, [34]\.\d\d in the end\nThe "),
    "slots": ("matplotlib", r"bidirectional LSTM +\d+\.\d% of the slots right;  Taipei: \w+"),
    "adding": ("matplotlib", r"LSTM +mean squared error on new sequences: 0\.\d+\nalways the mean"),
    "invented": ("matplotlib", r"<Fitted surprise: 2 epochs; loss 0\.\d+, validation 0\.\d+"),
    "sensor": ("matplotlib", r"\d+ bytes for the trainer, \d+ for Adam"),
    "rnnoise": ("pyrnnoise",
                r"exact functions: \d\.\de-0[3-9]; with RNNoise.s own: \d\.\de-0[4-9]"),
}


def run(name: str, *arguments: str, lacking: str = "", code: int = 0) -> str:
    """What an example says; without a package where ``lacking`` names one."""
    start = (f"import runpy, sys; sys.modules[{lacking!r}] = None; sys.argv = sys.argv[1:]; "
             f"sys.path[0] = {str(FOLDER)!r}; runpy.run_path(sys.argv[0], run_name='__main__')")
    command = ["-c", start] if lacking else []
    done = subprocess.run(
        [sys.executable, *command, str(FOLDER / f"{name}.py"), *arguments], text=True,
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


def needs(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


def test_there_is_a_test_for_every_example() -> None:
    assert {*EXAMPLES, "support", "notebooks"} == {one.stem for one in FOLDER.glob("*.py")}


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_runs_and_draws(name: str, tmp_path: Path) -> None:
    package, told = EXAMPLES[name]
    needs("matplotlib")
    needs(package)
    found = run(name, "--quick", "--output", str(tmp_path))
    assert re.search(told, found), found
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert [one.name for one in tmp_path.iterdir()] == [f"{name}.png"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_notebook_is_that_of_the_script_and_its_picture_is_shown(name: str) -> None:
    """Whoever changes an example runs it again: python examples/notebooks.py NAME."""
    made = json.loads((FOLDER / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    found = [(one["cell_type"], "".join(one["source"])) for one in made["cells"]]
    assert found == [*cells((FOLDER / f"{name}.py").read_text(encoding="utf-8"))]
    assert any("image/png" in one.get("data", {}) for cell in made["cells"]
               for one in cell.get("outputs", ()))


@pytest.mark.parametrize(("name", "lacking", "told"), [
    ("digits", "sklearn", "scikit-learn, which is not installed; pip install \"symrnn[examples]\""),
    ("characters", "torch", "PyTorch, which is not installed; pip install \"symrnn[torch]\"")])
def test_a_missing_package_is_one_sentence(name: str, lacking: str, told: str) -> None:
    assert run(name, lacking=lacking, code=1) == f"this example needs {told}\n"


def test_a_picture_into_no_folder_is_refused_before_training() -> None:
    assert "/none is no folder; make it first" in run("adding", "--output", "/none", code=2)


@pytest.mark.skipif(not os.environ.get("SYMRNN_EXHAUSTIVE"),
                    reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
def test_digits_are_recognised(tmp_path: Path) -> None:
    needs("sklearn")
    found = re.search(r"(\d+\.\d)% right", run("digits", "--output", str(tmp_path)))
    assert found and float(found[1]) >= 95

"""The steps of a night: their modules are there, and one that fails is told."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.nightly import STEPS, Step, run


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_what_a_step_runs_is_there(step: Step) -> None:
    module, *words = step.words.split()
    assert importlib.util.find_spec(module)
    assert all(Path(one).is_dir() for one in words if one.startswith("tests/"))


@pytest.mark.parametrize(("words", "held", "told"), [
    ("json.tool --help", True, "exit code 0"), ("json.tool nowhere", False, "No such file")])
def test_how_a_step_ends_is_told(words: str, held: bool, told: str, tmp_path: Path,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Step("one", words), tmp_path) is held
    assert told in capsys.readouterr().out and (tmp_path / "one.log").read_text()

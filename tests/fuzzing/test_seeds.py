"""Sittings of random cells add up, and a cell that is wrong is kept out of what held."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from symrnn.fuzzing.campaign import NUMPY, Made
from symrnn.runtime.compiler import Toolchain
from tests.fuzzing import seeds


@pytest.fixture
def in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "daily_kernels", lambda: (NUMPY,))
    monkeypatch.setattr(seeds, "CELLS", 2)


@pytest.mark.usefixtures("in_numpy")
def test_a_sitting_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    file = tmp_path / "held.jsonl"
    for commit in ("one", "two"):
        first = seeds.following(seeds.read(file))
        assert seeds.sitting(range(first, first + 2), commit, file)[1] is None
    one, two = seeds.read(file)
    assert (one.first, one.seeds, two.first, two.end) == (1000, 2, 1002, 1004)
    assert 0 < one.cells <= 4 and (one.commit, two.commit) == ("one", "two")
    assert seeds.told([one, two]) == (f"{one.cells + two.cells} cells of 4 seeds held against "
                                      "their equations, none wrong")


@pytest.mark.usefixtures("in_numpy")
def test_what_is_wrong_ends_the_sitting_and_is_not_kept(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "held.jsonl"
    assert seeds.sitting(range(7, 8), "one", file)[1] is None
    broken = Made("C by false", "c", "portable", toolchain=Toolchain(("false",)))
    monkeypatch.setattr(seeds, "daily_kernels", lambda: (broken,))
    found, report = seeds.sitting(range(8, 10), "two", file)
    assert not found.seeds and report is not None and "false could not compile" in report.failure
    assert [one.end for one in seeds.read(file)] == [8]


def test_kernels_that_are_named_are_tried_and_not_kept(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeds, "FILE", tmp_path / "held.jsonl")
    monkeypatch.setattr(seeds, "all_kernels", lambda: (NUMPY,))
    monkeypatch.setattr(seeds.subprocess, "run", lambda *given, **options: SimpleNamespace(
        stdout="one"))
    monkeypatch.setattr("sys.argv", ["seeds", "--seeds", "1", "--kernels", "NumPy"])
    seeds.main()
    monkeypatch.setattr("sys.argv", ["seeds", "--kernels", "tcc"])
    with pytest.raises(SystemExit, match="no kernel is called so: NumPy"):
        seeds.main()
    assert "cells of 1 seeds held" in capsys.readouterr().out and not [*tmp_path.iterdir()]


def test_no_seed_is_counted_twice() -> None:
    held = sorted(seeds.read(), key=lambda one: one.first)
    assert all(one.end <= other.first for one, other in pairwise(held))
    assert all(0 < one.cells <= seeds.CELLS * one.seeds for one in held)

"""Random cells: all kernels hold; a planted fault is found, and shown in a small cell."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from symrnn.cellfile import parse
from symrnn.fuzzing import Campaign, campaign
from symrnn.fuzzing.campaign import KERNELS, NUMPY, Made
from symrnn.fuzzing.lengths import Lengths, lengths
from symrnn.fuzzing.toolchains import all_kernels, daily_kernels
from symrnn.program import Role
from symrnn.runtime.compiler import Toolchain
from tests.memory.building import nightly

CELLS, PARTS = 200, 20
ELMAN = """cell elman
input x[n]
state h[m]
param W[m,n]
param U[m,m]
output h
h[t] = tanh(W @ x[t] + U @ h[t-1])
"""


@pytest.mark.parametrize("part", range(PARTS))
def test_kernels_of_random_cells_are_what_the_equations_say(part: int) -> None:
    report = Campaign(CELLS // PARTS, seed=part, kernels=daily_kernels()).run()
    assert not report.failure, str(report)
    assert report.refused + report.incomparable <= report.tried / 2, str(report)


def test_every_kernel_has_its_share_of_the_cells() -> None:
    """All that is asked of a kernel on demand is asked by day of some cells."""
    texts = [f"cell number {number}" for number in range(3200)]
    for one in daily_kernels():
        share = sum(one.has(text) for text in texts) * one.every
        assert 2400 < share < 4000, one
    for one in KERNELS:
        assert any(each.backend == one.backend and each.profile == one.profile
                   and each.rungs == one.rungs for each in daily_kernels())


def test_all_compilers_of_this_machine_are_taken() -> None:
    named = [one.name for one in all_kernels()]
    assert len(named) == len({*named})
    assert {"C, simd, gcc -O0", "C, fast, 2 threads"} <= {*named} or not shutil.which("gcc")


@nightly
def test_other_compilers_compute_the_same() -> None:
    chosen = tuple(one for one in all_kernels() if one.toolchain.command or one.threads > 1)
    report = Campaign(20, seed=1, kernels=chosen).run()
    assert not report.failure, str(report)


def test_a_chosen_compiler_is_the_one_that_compiles() -> None:
    """A toolchain that fails is told as a failure: none is silently replaced by another."""
    broken = Made("C by false", "c", "portable", toolchain=Toolchain(("false",)))
    report = Campaign(3, seed=1, kernels=(broken,)).run()
    assert "false could not compile" in report.failure


def test_a_fault_of_a_kernel_that_few_cells_have_comes_as_a_small_cell_too() -> None:
    """Smaller cells are held against that kernel, whatever their share would be."""
    broken = Made("C by false", "c", "portable", toolchain=Toolchain(("false",)), every=7)
    report = Campaign(60, seed=1, kernels=(broken,)).run()
    assert "false could not compile" in report.failure
    assert len(parse(report.text).equations) <= 8, report.text


def test_a_planted_fault_comes_as_a_small_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    right = campaign.compile

    def wrong(program: Any, *arguments: Any, **options: Any) -> Any:
        kernel = right(program, *arguments, **options)
        step = kernel.step
        if program.with_role(Role.PARAMETER)[0].axes == ("m", "n"):
            object.__setattr__(kernel, "step", lambda p, x, s: step(
                {name: array * 1.01 for name, array in p.items()}, x, s))
        return kernel

    monkeypatch.setattr(campaign, "compile", wrong)
    report = Campaign(20, kernels=(NUMPY,)).run()
    assert "steps" in report.failure
    assert len(parse(report.text).equations) <= 8, report.text


def test_a_fault_of_long_arrays_is_found_and_told_with_the_least_lengths(
        monkeypatch: pytest.MonkeyPatch) -> None:
    right = campaign.compile

    def wrong(program: Any, *arguments: Any, **options: Any) -> Any:
        kernel = right(program, *arguments, **options)
        forward = kernel.forward

        def of_few_steps(p: Any, x: Any, *others: Any, **named: Any) -> Any:
            run = forward(p, x, *others, **named)
            if run.given.sizes.known["T"] > 6:
                for one in run.outputs.values():
                    one[6] = 0
            return run
        object.__setattr__(kernel, "forward", of_few_steps)
        return kernel

    monkeypatch.setattr(campaign, "compile", wrong)
    monkeypatch.setattr(campaign, "cells", lambda: st.just(ELMAN))
    report = Campaign(60, kernels=(NUMPY,)).run()
    assert "forward" in report.failure
    assert report.lengths == Lengths(7, 2, 2), report.lengths
    assert "wrong, with T=7, B=2, sizes from 2 on:" in str(report)


def test_lengths_of_all_kinds_are_drawn() -> None:
    found = set[tuple[int, int, int]]()

    @seed(0)
    @settings(max_examples=300, database=None)
    @given(lengths())
    def every(one: Lengths) -> None:
        found.add((one.steps, one.samples, one.smallest))
    every()
    for place, wanted in enumerate(({1, 3, 20}, {1, 2, 9}, {1, 2, 17})):
        assert wanted <= {one[place] for one in found}

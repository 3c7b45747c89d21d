"""Cells with gates that are saturated, and those that rounding spoils there."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.checking.reference import Case, random_case
from symrnn.pipeline import derive
from symrnn.program.interpret import Array
from symrnn.rounding import measure
from symrnn.rounding.exact import Exact, middles

HERE = Path(__file__).parent
SEEDS = (3, 4)
SHARE = 1e-12  # of an array's largest entry
LEAST = 1e-280  # far below what trains anything: what a fast kernel takes for 0, carried on


def saturated(name: str, seed: int) -> Case:
    """Pre-activations to about 1,500, and inputs near 1e-160."""
    plan = derive(symrnn.cell(name))
    case = random_case(plan, seed, steps=3)
    told = {one.name for one in plan.program.variables if one.drawn is not None}
    values = dict(case.values)
    for one in plan.program.variables:
        if one.name in case.parameters and one.name not in told and one.axes:
            values[one.name] = values[one.name] * 700
        if one.name in case.inputs and one.name not in told and seed % 2:
            values[one.name] = values[one.name] * 1e-160
    return replace(case, values=values)


def missed() -> dict[tuple[str, int], str]:
    """Why a cell misses 1e-12 of an array's largest entry, by name and seed."""
    table = tomllib.loads((HERE / "missed.toml").read_text(encoding="utf-8"))
    return {(name, int(seed)): f"{table['why'][one['why']]} Measured: {one['measured']}."
            for name, seeds in table["cell"].items() for seed, one in seeds.items()}


def cases() -> list[Any]:
    """Every cell with every seed; those that miss are expected to, until they no longer do."""
    reasons = missed()
    return [pytest.param(one.name, seed, marks=[
                pytest.mark.xfail(strict=True, reason=reasons[one.name, seed])]
                if (one.name, seed) in reasons else [])
            for one in architectures() for seed in SEEDS]


def misses(found: dict[str, Array], wanted: Exact) -> dict[str, float]:
    """By how much of its largest entry each array is off, of those that miss."""
    told = dict[str, float]()
    for key, one in wanted.items():
        size = float(np.max(np.abs(middles(one)), initial=0.0))
        error = float(np.max(measure.errors(found[key], one), initial=0.0))
        if not error <= max(SHARE * size, LEAST):
            told[key] = error / size if size else np.inf
    return told

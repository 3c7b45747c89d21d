"""Imports run one way. The table is the architecture; a new package needs a line in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import symrnn

PACKAGE = Path(symrnn.__file__).resolve().parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# A layer imports itself and layers of a lower rank; never another layer of its own rank.
RANKS = {
    "program": 0, "titles": 0,
    "adjoint": 1, "schedule": 1, "transforms": 1,
    "backends": 2, "authoring": 2,
    "rendering": 3, "cellfile": 3, "cells": 3, "losses": 3,
    "catalogue": 4, "runtime": 4,
    "pipeline": 5,
    "checking": 6, "presentation": 6, "interop": 6,
    "comparison": 7, "bench": 7,
    "workflow": 8,
    "cli": 9,
    "api": 10,
    "__init__": 11,
    "__main__": 12,
}

# A library that serves one purpose is imported in one place. The benchmark has its own probe of
# the machine and a process for each thread count; nothing but the benchmark knows its peers.
HOMES = {
    "jinja2": {"rendering"},
    "lark": {"cellfile"},
    "typer": {"cli"},
    "rich": {"cli"},
    **{peer: {"bench"} for peer in "torch onnxruntime onnx jax openvino matplotlib".split()},
    "ctypes": {"runtime", "bench"},
    "subprocess": {"runtime", "bench"},
}


def layer(path: Path) -> str:
    """The package or top-level module that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: relative import"
            assert node.module
            if node.module == "symrnn":
                yield from (f"symrnn.{alias.name}" for alias in node.names)
            else:
                yield node.module


def used_layers(path: Path) -> Iterator[str]:
    """The layers that a file imports; ``from symrnn import elman`` is the package itself."""
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "symrnn":
            yield rest[0] if rest and rest[0] in RANKS else "__init__"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = layer(path)
    assert own in RANKS, f"{own} belongs to no layer: give it a line in RANKS"
    for other in used_layers(path):
        assert other == own or RANKS[other] < RANKS[own], f"{own} may not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_used_in_its_place(path: Path) -> None:
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or layer(path) in homes, f"{name} belongs into {homes}"


def test_every_rank_is_in_use() -> None:
    assert {layer(path) for path in MODULES} == set(RANKS)

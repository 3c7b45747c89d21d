"""Imports run one way. The table is the architecture; a new package needs a line in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import symrnn

PACKAGE = Path(symrnn.__file__).resolve().parent
MODULES = sorted(PACKAGE.rglob("*.py"))
REFERENCE = re.compile(r"symrnn(\.\w+)+:\w+")

# A layer imports itself and layers of a lower rank; never another layer of its own rank.
RANKS = {
    "program": 0, "titles": 0, "tags": 0,
    "adjoint": 1, "schedule": 1, "transforms": 1, "loops": 1,
    "lowering": 2, "authoring": 2, "costs": 2, "recurrences": 2,
    "backends": 3,
    "rendering": 4, "cellfile": 4, "cells": 4, "losses": 4, "optimisers": 4,
    "runtime": 5, "diagrams": 5,
    "targets": 6, "storage": 6,
    "pipeline": 7, "catalogue": 7,
    "kernels": 8,
    "checking": 9, "presentation": 9, "interop": 9, "functional": 9, "handles": 9,
    "learner": 9, "parallel": 9,
    "comparison": 10, "torch": 10, "jax": 10, "gradients": 10, "jacobians": 10,
    "rounding": 10,
    "bench": 11, "documents": 11, "exchange": 11, "training": 11,
    "packaging": 12, "fuzzing": 12,
    "workflow": 13,
    "cli": 14,
    "api": 15,
    "__init__": 16,
    "__main__": 17,
}

# The one way up: a notebook asks a program how it looks, and printers are loaded then.
WAYS_UP = {("symrnn.program.form", "symrnn.presentation")}

# A library that serves one purpose is imported in one place. The benchmark has its own probe of
# the machine and a process for each thread count; its peers are known to nothing else, but for
# those that symrnn works in.
HOMES = {
    "jinja2": {"rendering"}, "markupsafe": {"rendering"},
    "pygments": {"documents"}, "markdown_it": {"documents"},
    "typst": {"documents"},
    "lark": {"cellfile", "backends"},  # cells, and formulas in notes
    "fast_sugiyama": {"diagrams"},
    "typer": {"cli"},
    "rich": {"cli", "training"},  # bars
    "jax": {"bench", "jax"}, "openvino": {"bench"},
    "matplotlib": {"bench", "jacobians"},
    "onnx": {"bench", "backends", "exchange"},  # a model is printed, read and run
    "torch": {"bench", "exchange", "torch"}, "onnxruntime": {"bench", "exchange"},
    "keras": {"exchange"}, "h5py": {"exchange"},
    "safetensors": {"storage"},
    "hypothesis": {"fuzzing"},
    "flint": {"rounding"},
    "ctypes": {"runtime", "bench", "jax"},
    "subprocess": {"runtime", "bench"},
}


def layer(path: Path) -> str:
    """The package or top-level module that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    """The module that a file holds; a package is its ``__init__.py``."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {named(path) for path in MODULES}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, in full: at its top, in a function, for types alone.

    A reference such as ``"symrnn.backends.c:c_backend"`` is an import too.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: relative import"
            assert node.module
            for alias in node.names:
                part = f"{node.module}.{alias.name}"
                yield part if node.module == "symrnn" or part in KNOWN else node.module
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))
        elif isinstance(node, ast.Constant) and REFERENCE.fullmatch(str(node.value)):
            yield str(node.value).partition(":")[0]


def used_layers(path: Path) -> Iterator[str]:
    """The layers that a file imports; ``from symrnn import elman`` is the package itself."""
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "symrnn":
            yield rest[0] if rest and rest[0] in RANKS else "__init__"


def test_the_way_up_is_taken_inside_a_method_alone() -> None:
    for lower, upper in WAYS_UP:
        (path,) = [one for one in MODULES if named(one) == lower]
        nodes = ast.parse(path.read_text(encoding="utf-8")).body
        assert upper not in [one.module for one in nodes if isinstance(one, ast.ImportFrom)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = layer(path)
    assert own in RANKS, f"{own} belongs to no layer: give it a line in RANKS"
    for other in used_layers(path):
        if (named(path), f"symrnn.{other}") in WAYS_UP:
            continue
        assert other == own or RANKS[other] < RANKS[own], f"{own} may not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_used_in_its_place(path: Path) -> None:
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or layer(path) in homes, f"{name} belongs into {homes}"


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Modules of which each is imported by the next, around to the first; empty without one."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_module_leads_back_to_itself() -> None:
    edges = {named(path): {one for one in imports(path) if one in KNOWN} for path in MODULES}
    for lower, upper in WAYS_UP:
        edges[lower].remove(upper)
    assert "symrnn.api" in edges["symrnn"]
    assert "symrnn.runtime.core" in edges["symrnn.runtime.online"]
    assert not circle(edges), " <- ".join(circle(edges))


@pytest.mark.parametrize(("text", "found"), [
    ("from symrnn.runtime import core", True), ("import symrnn.runtime.core", True),
    ("from symrnn.runtime.core import Core", True), ("from symrnn.runtime import Kernel", False),
    ("def f():\n    from symrnn.runtime import core", True),
    ("if TYPE_CHECKING:\n    from symrnn.runtime.core import Core", True),
    ("import_module('symrnn.runtime.core')", True), ("'symrnn.runtime.core'", False),
    ("Row('a', 'symrnn.runtime.core:Core')", True),
])
def test_imports_of_every_kind_count(text: str, found: bool, tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text(text, encoding="utf-8")
    assert ("symrnn.runtime.core" in imports(path)) is found


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}
    assert circle({"a": {"a"}}) == ["a", "a"]


def test_every_rank_is_in_use() -> None:
    assert {layer(path) for path in MODULES} == set(RANKS)

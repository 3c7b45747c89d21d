"""The laws of the house that a machine can hold, and the same bytes everywhere."""

from __future__ import annotations

import ast
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

import symrnn
from symrnn.cells import architectures
from symrnn.rendering.render import environment

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(symrnn.__file__).resolve().parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
GENERATED = sorted(path for path in (ROOT / "generated").rglob("*") if path.is_file())

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
each_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))

FUNCTION_LINES, MODULE_LINES = 50, 300

# Who may call what. Everything else goes through these modules.
ALLOWED = {
    "diff": {"adjoint/rules.py", "program/functions.py"},
    "exec": {"runtime/numpy_engine.py"},
    **{name: set() for name in ("eval", "sympify", "parse_expr", "lambdify", "Derivative",
                                "MatrixSymbol", "idiff", "differentiate_finite")},
}
ONLY_IN_THE_TABLE = {"fdiff", "_eval_derivative", "_eval_diff"}

# Presence and repetition. A template compares nothing and decides nothing.
LOGIC = (nodes.Compare, nodes.And, nodes.Or, nodes.Test, nodes.CondExpr)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called(path: Path) -> Iterator[str]:
    """What a file calls: ``diff`` for ``diff(f, x)`` and for ``f.diff(x)``.

    A strict ``sympify`` refuses text, so it is none.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and "strict" not in [one.arg for one in node.keywords]:
            target = node.func
            yield target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


@each_module
def test_modules_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{lines} lines; split it"
    for one in functions(path):
        length = (one.end_lineno or one.lineno) - one.lineno + 1
        assert length <= FUNCTION_LINES, f"{one.name} has {length} lines; split it"


@each_module
def test_no_derivative_by_hand_and_nothing_evaluated(path: Path) -> None:
    own = path.relative_to(PACKAGE).as_posix()
    for name in called(path):
        assert own in ALLOWED.get(name, {own}), f"{own} may not call {name}"
    if own != "program/functions.py":
        for one in functions(path):
            refuses = len(one.body) == 1 and isinstance(one.body[0], ast.Raise)
            assert one.name not in ONLY_IN_THE_TABLE or refuses, f"{own} has a {one.name}"


@each_template
def test_templates_hold_no_logic(path: Path) -> None:
    tree = environment().parse(path.read_text(encoding="utf-8"))
    for node in tree.find_all(LOGIC):
        pytest.fail(f"line {node.lineno}: {type(node).__name__} decides; the printer should")
    for node in tree.find_all(nodes.If):
        assert isinstance(node.test, nodes.Name | nodes.Getattr) or separates(node.test), (
            f"line {node.lineno}")


@each_module
def test_no_shell_starts_anything(path: Path) -> None:
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    assert "shell" not in [one.arg for one in nodes if isinstance(one, ast.keyword)]
    of_os = [one.attr for one in nodes if isinstance(one, ast.Attribute)
             and isinstance(one.value, ast.Name) and one.value.id in ("os", "subprocess")]
    assert not {*of_os} & {"system", "popen", "getoutput", "getstatusoutput"}


def separates(test: nodes.Expr) -> bool:
    """``not loop.last``: something stands between rows."""
    return (isinstance(test, nodes.Not) and isinstance(test.node, nodes.Getattr)
            and isinstance(test.node.node, nodes.Name) and test.node.node.name == "loop")


def test_nothing_behind_the_cells_knows_a_cell() -> None:
    names = {one.name for one in architectures()}
    words = {word for name in names for word in name.split("_")}
    names |= {path.stem for path in (PACKAGE / "cells").glob("*.py")} & words
    pattern = re.compile(rf"(?<![a-z])({'|'.join(sorted(names))})(?![a-z])", re.IGNORECASE)
    folders = ("program", "adjoint", "schedule", "backends", "rendering", "runtime", "checking",
               "transforms")
    files = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in folders]
    for path in [*files, PACKAGE / "pipeline.py", *TEMPLATES]:
        found = pattern.search(code(path).replace("lru_cache", ""))  # Python's, no LRU
        assert not found, f"{path.relative_to(ROOT)} names a cell: {found and found[0]}"


def code(path: Path) -> str:
    """A template as it is; Python without comments and docstrings, which may cite papers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
    return ast.unparse(tree)


def test_generated_files_hold_no_date_no_path_and_no_numbered_temporary() -> None:
    folders = {path.parent.name for path in GENERATED if path.name != "symrnn_simd.h"}
    assert folders == {one.name for one in architectures()}
    places = {str(ROOT), str(Path.home()), tempfile.gettempdir(), sys.prefix} - {os.sep}
    for path in GENERATED:
        text = path.read_bytes().decode("utf-8")
        assert not [place for place in places if place in text], path
        assert str(datetime.datetime.now(tz=datetime.UTC).date()) not in text, path
        assert not re.search(r"\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}", text), path
        assert not re.search(r"\b_*(tmp|temp)_?\d+\b|\b_*x\d+\b", text), path
        assert "\r" not in text, path
        assert text.endswith("\n"), path
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), f"{path}: space at a line's end"


DIGEST = """
import hashlib, sys
from symrnn.cells import architectures
from symrnn.pipeline import own_files

lines = []
for one in architectures()[::int(sys.argv[1])]:
    for name, text in own_files(one.build(), one.name).items():
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        lines.append(f"{one.name}/{name} {digest}")
print("\\n".join(sorted(lines)))
"""


def test_same_bytes_under_any_hash_seed_locale_time_zone_path_and_order(tmp_path: Path) -> None:
    """One run in the checkout; one in a copy elsewhere, with all else different as well."""
    copy = tmp_path / "another päth"
    for name in ("symrnn", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    first = start(ROOT, tmp_path, "1", PYTHONHASHSEED="0", LC_ALL="C", TZ="UTC")
    second = start(copy, copy, "-1", PYTHONHASHSEED="1", LC_ALL=german(), TZ="Asia/Taipei",
                   PYTHONUTF8="1")
    texts = [run.communicate()[0] for run in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert texts[0].splitlines() == texts[1].splitlines()
    assert len(texts[0].splitlines()) == len(GENERATED) - 1  # the header that all share


def start(root: Path, cwd: Path, order: str, **settings: str) -> subprocess.Popen[str]:
    environment_ = {**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1", **settings}
    return subprocess.Popen([sys.executable, "-c", DIGEST, order], cwd=cwd, env=environment_,
                            stdout=subprocess.PIPE, text=True)


def german() -> str:
    """A locale with a decimal comma where there is one."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    return next((one for one in known.split() if one.startswith("de_DE.utf8")), "C.UTF-8")

"""Faults: they are where they say, they are faults, and none that survives goes unexplained."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.faults.choice import chosen, weight
from tests.faults.fault import Fault
from tests.faults.in_c import in_c
from tests.faults.in_python import in_python
from tests.faults.report import report
from tests.faults.results import FILE, Result, keep, read, reasons, write
from tests.faults.suites import SUITES, suite
from tests.faults.written import written

ROOT = Path(__file__).resolve().parent.parent.parent


def python(text: str) -> set[tuple[str, str]]:
    """The kinds of a module's faults, and what stands there then."""
    return {(one.kind, one.after) for one in in_python("one.py", dedent(text))}


def c(text: str) -> set[tuple[str, str]]:
    return {(one.kind, one.planted(text)) for one in in_c("one.h", text)}


@pytest.mark.parametrize(("text", "kind", "after"), [
    ("x = a + b", "sign", "(a - b)"), ("x = a + b", "dropped term", "a"),
    ("x = -a", "sign", "a"), ("x = a * b", "dropped factor", "a"),
    ("x += a", "missing accumulation", "x = a"), ("x = a < b", "comparison", "(a <= b)"),
    ("x = a if b else c", "branches", "(c if b else a)"), ("x = not a", "branches", "a"),
    ("x = f(a, b)", "swapped arguments", "f(b, a)"), ("x = sum(a, axis=1)", "wrong axis",
                                                      "sum(a, axis=0)"),
    ("x = a[1]", "off by one", "2"), ("x = reversed(a)", "wrong order", "a"),
    ("x = (*a, *b)", "dropped term", "((*a,))"), ("x = [a for a in b if a]", "dropped condition",
                                                 "([a for a in b])"),
    ("f(a)", "dropped statement", "pass"), ("x = a // b", "wrong stride", "a"),
    ("x = f'{a} + {b}'", "printed operator", "f'{a} - {b}'"),
    ("x = f'{a} + {b}'", "swapped operands", "f'{b} + {a}'"),
    ("x = a.rows + b.columns", "wrong name", "a.columns"),
])
def test_a_module_has_faults_of_every_kind(text: str, kind: str, after: str) -> None:
    assert (kind, after) in python(text)


@pytest.mark.parametrize("text", [
    "def f(a: int = x): pass", "raise ValueError(1 + 2)", "from a import b", "'''A text + more.'''",
    "LIMIT = 64_000_000", "@cache(2)\ndef f(): pass", "if TYPE_CHECKING:\n    x = 1 + 2",
])
def test_what_no_number_follows_from_has_none(text: str) -> None:
    assert not python(text)


@pytest.mark.parametrize(("text", "kind", "after"), [
    ("x = a + b;", "sign", "x = a - b;"), ("x += a[b];", "missing accumulation", "x = a[b];"),
    ("x = f(-a);", "sign", "x = f(a);"), ("BARRIER", "missing barrier", ""),
    ("if (a < b) c;", "branches", "if (!(a < b)) c;"),
    ("x = min_size(a, b);", "off the edge", "x = (a);"), ("x = a[1];", "off by one", "x = a[2];"),
    ("x = a < b;", "comparison", "x = a <= b;"), ("{ f(a); }", "dropped statement", "{ ; }"),
    ("x = rows * columns;", "wrong axis", "x = columns * columns;"),
    ("x = across + along;", "wrong stride", "x = along + along;"),
    ("f(a, accumulate);", "missing accumulation", "f(a, 0);"),
])
def test_c_has_faults_of_every_kind(text: str, kind: str, after: str) -> None:
    assert (kind, after) in c(text)


def test_comments_texts_and_marks_stay() -> None:
    assert not c('/* a + b */ // c - d\n#if A + 1\n"e + f"')
    assert not in_c("one.c.j2", "<< code.count + 1 >> <% if code.a %>")


def test_a_fault_is_one_place_and_keeps_its_identity_when_lines_move() -> None:
    text = "def f(a, b):\n    return a + b - 1\n"
    found, moved = in_python("one.py", text), in_python("one.py", "# A line.\n\n" + text)
    assert [one.identity for one in found] == [one.identity for one in moved]
    assert len({one.identity for one in found}) == len(found)
    for one, other in zip(found, moved, strict=True):
        assert text[one.start:one.end] == one.before
        assert ast.dump(ast.parse(one.planted(text))) != ast.dump(ast.parse(text))
        assert other.line("# A line.\n\n" + text) == one.line(text) + 2


def test_letters_of_several_bytes_do_not_move_a_fault() -> None:
    (one,) = [one for one in in_python("one.py", "x = {'Ω ∂': a + b}") if one.kind == "sign"]
    assert one.planted("x = {'Ω ∂': a + b}") == "x = {'Ω ∂': (a - b)}"


def test_written_faults_can_be_planted() -> None:
    found = written(ROOT)
    assert len({one.identity for one in found}) == len(found)
    for one in found:
        text = one.planted((ROOT / one.path).read_text(encoding="utf-8"))
        if one.path.endswith(".py"):
            compile(text, one.path, "exec")
        assert weight(one.path) > 0


def test_every_module_with_weight_has_tests() -> None:
    for path in {one.path for one in written(ROOT)} | {start for start, _ in SUITES}:
        for test in suite(path):
            assert (ROOT / test.partition("::")[0]).exists(), test


def test_the_same_seed_chooses_the_same_faults(tmp_path: Path) -> None:
    for name in ("symrnn/adjoint/rules.py", "templates/c/shared/packing.h", "symrnn/costs.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    found = chosen(tmp_path, 0, by_hand=False)
    assert found == chosen(tmp_path, 0, by_hand=False)
    assert found != chosen(tmp_path, 1, by_hand=False)
    assert len({one.path for one in found[:8]}) == 3


def test_results_are_kept_sorted_and_told(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    for name, verdict in (("b:f:sign:0", "survived"), ("a:f:sign:0", "numbers")):
        keep(Result(name, "sign", 1, "+", "-", verdict, "it"), file)
    assert [*read(file)] == ["a:f:sign:0", "b:f:sign:0"]
    before = file.read_bytes()
    write(read(file).values(), file)
    assert file.read_bytes() == before
    said = "\n".join(report(read(file), {}))
    assert said.startswith("1 of 2 faults killed (50.0 %)") and "NO REASON" in said
    assert "NO REASON" not in "\n".join(report(read(file), {"b:f:sign:0": "equal"}))


@pytest.mark.parametrize(("test", "patience", "told"), [
    ("assert True", 60, {"red": ""}),
    ("assert False", 60, {"found": "test_one.py::test_it", "red": "test_one.py::test_it"}),
    ("assert True", -1, {"red": "", "unfinished": "yes"}),
])
def test_a_red_test_is_seen_to_be_red(tmp_path: Path, test: str, patience: float,
                                      told: dict[str, str]) -> None:
    (tmp_path / "test_one.py").write_text(f"def test_it():\n    {test}\n", encoding="utf-8")
    assert _of_pytest(tmp_path, "test_one.py", patience) == told


def test_tests_that_never_ran_are_not_green(tmp_path: Path) -> None:
    assert _of_pytest(tmp_path, "no_such_file.py", 60) == {"error": "RuntimeError"}


def _of_pytest(root: Path, test: str, patience: float) -> dict[str, str]:
    """What is told of a tree of its own, by a process of its own."""
    code = dedent(f"""
        import json
        from tests.faults.trial import pytest_run
        try:
            told = pytest_run({str(root)!r}, [{test!r}], ["-x"], {patience})
        except RuntimeError as error:
            told = {{"error": type(error).__name__}}
        print("\\n" + json.dumps(told))
        """)
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True,
                           check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    told: dict[str, str] = json.loads(found.stdout.splitlines()[-1])
    return told


def test_a_result_is_of_no_other_text() -> None:
    fault = Fault("a.py", "f", "sign", 0, 1, "+", "-")
    assert Result("a.py:f:sign:0", "sign", 1, "+", "-", "drift", "").is_of(fault)
    assert not Result("a.py:f:sign:0", "sign", 1, "-", "+", "drift", "").is_of(fault)


def test_every_survivor_has_a_reason_and_no_other_fault_has_one() -> None:
    survived = {one.fault for one in read().values() if one.verdict == "survived"}
    assert {*reasons()} == survived, FILE

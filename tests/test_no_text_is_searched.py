"""What code means is never found out by searching its text: stages pass data, printers print.

Text is taken apart where it comes from outside (an author's prose, tables of words) and where a
printer lays out lines at marks of its own.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import symrnn

PACKAGE = Path(symrnn.__file__).resolve().parent
FOLDERS = ("schedule", "loops", "lowering", "backends", "rendering")
MODULES = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).rglob("*.py"))]
SEARCHES = {"split", "rsplit", "partition", "rpartition", "splitlines", "startswith", "endswith",
            "removeprefix", "removesuffix", "find", "rfind"}

ALLOWED = {
    "loops/scope.py": "letters that no identifier may have",
    "backends/c_words.py": "tables of words",
    "backends/javascript_words.py": "tables of words",
    "backends/lines.py": "marks that printers set for it",
    "backends/text.py": "an author's prose",
    "backends/latex.py": "lines of a reference as the author gave it",
    "backends/references.py": "an author's BibTeX",
    "rendering/files.py": "files that others may have written",
}


def searches(path: Path) -> list[str]:
    """Calls of methods that search text, patterns, and tests whether text stands in text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            by_name = isinstance(owner, ast.Name) and owner.id == "re"
            if node.func.attr in SEARCHES or by_name:
                found.append(f"{node.lineno}: {ast.unparse(node.func)}")
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            left = node.left
            if (isinstance(left, ast.Constant) and isinstance(left.value, str)
                    and isinstance(node.comparators[0], ast.Name)
                    and node.comparators[0].id in ("text", "line", "stride", "code")):
                found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_text_is_searched(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    found = searches(path)
    assert bool(found) == (name in ALLOWED), found


def test_searches_are_found(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text('a = text.split(",")\nb = "?" in stride\nre.sub("a", "b", text)\n')
    assert searches(sample) == ["1: text.split", "2: '?' in stride", "3: re.sub"]

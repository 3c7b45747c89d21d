"""Makes the executed notebooks of the examples: `python examples/notebooks.py digits adding`.

A script in cells (`# %%`, `# %% [markdown]`) is the source; the notebook is what it is, with what
each cell printed and showed. No Jupyter is needed for it.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LARGEST = 300_000  # bytes of a notebook


def cells(text: str) -> Iterator[tuple[str, str]]:
    """The cells of a script, each with its kind; the docstring is the first one."""
    head, *rest = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)
    about = ast.get_docstring(ast.parse(head)) or ""
    title, _, more = about.partition("\n")
    yield "markdown", f"# {title}\n{more}"
    for kind, body in zip(rest[::2], rest[1::2], strict=True):
        if "[markdown]" in kind:
            yield "markdown", re.sub(r"^# ?", "", body.strip(), flags=re.MULTILINE)
        else:
            yield "code", body.strip()


def executed(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs of a cell: what it printed, and its last expression where that shows itself."""
    tree, printed, shown = ast.parse(source), io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<cell>", "exec"), names)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout",
                        "text": printed.getvalue().splitlines(keepends=True)})
    if hasattr(shown, "_repr_png_"):
        outputs.append({"output_type": "display_data", "metadata": {},
                        "data": {"image/png": base64.b64encode(shown._repr_png_()).decode()}})
    return outputs


def notebook(name: str) -> dict[str, Any]:
    """The notebook of an example, run from the top."""
    path = FOLDER / f"{name}.py"
    names, found, count = {"__file__": str(path), "__name__": "__main__"}, [], 0
    for number, (kind, source) in enumerate(cells(path.read_text(encoding="utf-8"))):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {},
                                "source": source.splitlines(keepends=True)}
        if kind == "code":
            count += 1
            if count == 1:
                names["__doc__"] = "An example"
            cell |= {"execution_count": count, "outputs": executed(source, names)}
        found.append(cell)
    return {"cells": found, "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"}}}


def main() -> None:
    """Write them into examples/notebooks."""
    chosen = sys.argv[1:]
    sys.path.insert(0, str(FOLDER))
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            sys.argv = [name]
            before = Path.cwd()
            os.chdir(folder)
            text = json.dumps(notebook(name), indent=1, ensure_ascii=False) + "\n"
            os.chdir(before)
        if len(text.encode()) > LARGEST:
            raise SystemExit(f"the notebook of {name} has {len(text)} characters; make its picture "
                             f"smaller")
        (FOLDER / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
        print(f"{name}.ipynb is written")


if __name__ == "__main__":
    main()

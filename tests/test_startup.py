"""Help and list start at once: nothing is loaded, and no cell built, that they do not need."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import symrnn
from symrnn import api, titles
from symrnn.cells import architectures
from symrnn.titles import Variant, title_of

RUN = """
import sys
from symrnn.cli import main

sys.argv[0] = "symrnn"
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True,
                          check=True, encoding="utf-8")


# What takes long to load, or what only some people have.
HEAVY = {"torch", "jax", "onnx", "onnxruntime", "keras", "h5py", "safetensors", "matplotlib",
         "sklearn", "typst", "openvino", "fast_sugiyama", "ml_dtypes", "multiprocessing"}


@pytest.mark.parametrize("words", ["--help", "--version", "list", "list --tags",
                                   "list gate --tag linear", "show --help", "bench --help"])
def test_what_needs_no_equations_loads_no_sympy_and_no_numpy(words: str) -> None:
    loaded = python(RUN, *words.split()).stderr.split()
    assert "typer" in loaded
    assert not {"sympy", "numpy", "rich", "jinja2", "lark", *HEAVY} & set(loaded)


@pytest.mark.parametrize("words", ["show elman", "show elman --cost", "grad elman --wrt U"])
def test_what_needs_equations_alone_loads_no_other_library(words: str) -> None:
    assert not HEAVY & set(python(RUN, *words.split()).stderr.split())


def test_no_public_name_loads_another_library() -> None:
    told = python("import sys\nimport symrnn\n"
                  "assert {*sys.modules}.isdisjoint({'sympy', 'numpy'})\n"
                  "from symrnn import *\nprint(*{one.partition('.')[0] for one in sys.modules})")
    assert {"sympy", "numpy"} <= set(told.stdout.split())
    assert not HEAVY & set(told.stdout.split())


def test_what_needs_equations_loads_them() -> None:
    assert "sympy" in python(RUN, "show", "elman").stderr.split()


def test_the_list_is_what_built_cells_say() -> None:
    built = {one.name: one.build().title for one in architectures()}
    assert [(one.name, one.title) for one in titles.listed()] == list(built.items())
    assert {one.name: one.tags for one in titles.listed()} == {
        one.name: one.tags for one in architectures()}
    lines = python(RUN, "list").stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines[:-2]] == [list(one) for one in built.items()]
    assert lines[-1] == f'{len(built)} in all; in Python: symrnn.cell("NAME")'


VARIANTS = (Variant("a", "A cell of {parts}", {}), Variant("b", "... with b", {"b": True}),
            Variant("c", "... with c", {"c": 2}), Variant("d", "Another cell", {"d": True}))
PLAIN = {"parts": 2, "b": False, "c": 0, "d": False}


@pytest.mark.parametrize(("options", "title"), [
    ({}, "A cell of 2 parts"), ({"parts": 1}, "A cell of 1 part"),
    ({"b": True}, "A cell of 2 parts with b"),
    ({"b": True, "c": 2}, "A cell of 2 parts with b, with c"), ({"c": 3}, "A cell of 2 parts"),
    ({"d": True}, "Another cell"), ({"d": True, "b": True}, "Another cell with b"),
])
def test_a_title_tells_the_options(options: dict[str, object], title: str) -> None:
    assert title_of(VARIANTS, PLAIN | options) == title


def test_titles_follow_the_options_of_a_call() -> None:
    assert symrnn.lstm(peephole=True, projection=True).title == (
        "Long short-term memory with peepholes, with recurrent projection")
    assert symrnn.gru(False, clip=1.0).title == symrnn.cell("gru_reset_before").title
    assert symrnn.cell("deep_rnn", layers=1).title == "Elman network, 1 layer"


@pytest.mark.parametrize("line", ['register("a", TITLE)', 'register("a", "A", b=1 + len("b"))'])
def test_a_title_that_cannot_be_read_is_one_sentence(
        line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text(f"@{line}\ndef a(b: int = 1):\n    ...\n", encoding="utf-8")
    monkeypatch.setattr(titles, "CELLS", tmp_path)
    with pytest.raises(ValueError, match=r"a\.py:2: register takes"):
        titles.listed()


FIRST = ("import symrnn", "import symrnn.adjoint.rules", "from symrnn.pipeline import derive",
         "from symrnn import adjoint", "from symrnn import *", "import symrnn; symrnn.pipeline")


@pytest.mark.parametrize("first", FIRST)
def test_a_public_name_is_the_same_whatever_was_loaded_before(first: str) -> None:
    """Python binds a package of this name where the function stands."""
    told = python(f"{first}\nimport symrnn\nprint(symrnn.adjoint(symrnn.elman()).name)").stdout
    assert told == "elman_adjoint\n"


def test_public_names_that_are_packages_too_are_known() -> None:
    own = {path.stem for path in Path(symrnn.__file__).parent.iterdir()}
    assert own & set(api.__all__) == set(symrnn.BOTH)


def test_the_package_tells_its_names() -> None:
    assert set(api.__all__) <= set(dir(symrnn))
    assert all(getattr(symrnn, name) is getattr(api, name) for name in api.__all__)
    assert symrnn.transforms.masked and symrnn.__version__
    for name in ("nothing", "_nothing", "__nothing__"):
        with pytest.raises(AttributeError, match=f"'symrnn' has no attribute '{name}'"):
            getattr(symrnn, name)


def test_the_public_names_stand_once() -> None:
    tree = ast.parse(Path(api.__file__).read_text(encoding="utf-8"))
    imported = [alias.asname or alias.name for node in tree.body
                if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(imported) == sorted(api.__all__)


def test_a_notebook_loads_the_printers_that_it_needs() -> None:
    shown = python("import sys\nfrom symrnn.cells.elman import elman\nnet = elman()\n"
                   "print('symrnn.presentation' in sys.modules)\n"
                   "print(net._repr_latex_()[:2], net._repr_html_()[:5])").stdout
    assert shown == "False\n\\b <p><s\n"

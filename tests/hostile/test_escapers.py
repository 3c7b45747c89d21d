"""One escaper for each language: text comes back whole, and cannot leave the place it is put in."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from textwrap import wrap
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn
from symrnn.backends.latex_math import _ESCAPES, escape_latex
from symrnn.backends.mathml import escaped
from symrnn.backends.text import comment_block, in_comment, in_docstring
from symrnn.backends.typst import string
from symrnn.cellfile import parse
from symrnn.documents.shared import MARKED
from symrnn.pipeline import generate
from symrnn.program import printable

PACKAGE = Path(symrnn.__file__).parent
PIECES = ("*/", "/*", "*", "/", "\\", "??/", "??'", '"""', '"', "'", "`", "${", "</script>", "<!--",
          "]]>", "&amp;", "\\input{x}", "\\write18{ls}", "^^5c", "%", "#", "$", "_", "{", "}", "~",
          "\n", "\r", "\t", " ", "\u2028", "\u202e", "\x00", "\x1b[31m", "<< 7*7 >>", "//", "a")
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))
TRIGRAPHS = {"=": "#", "/": "\\", "'": "^", "(": "[", ")": "]", "!": "|", "<": "{", ">": "}",
             "-": "~"}


def spliced(code: str) -> str:
    """C as its first two phases leave it: trigraphs replaced, lines that go on joined."""
    plain = re.sub(r"\?\?([=/'()!<>-])", lambda one: TRIGRAPHS[one[1]], code)
    return plain.replace("\\\n", "")


def without_comments(code: str) -> str:
    """The code alone, its layout aside."""
    return "".join(re.sub(r"/\*.*?\*/", " ", spliced(code), flags=re.DOTALL).split())


@given(TEXTS)
@settings(deadline=None)
def test_a_comment_of_c_and_javascript_ends_where_it_should(text: str) -> None:
    shown = in_comment(text)
    assert "\n" not in shown and not {"*/", "/*", "??/"} & {
        shown[place:place + size] for place in range(len(shown)) for size in (2, 3)}
    lines = (f"/* {shown} */", "/* t: " + "\n * ".join(wrap(shown, 8, break_long_words=False))
             + "\n */", "\n".join(comment_block(shown)))
    for made in filter(str.strip, lines):
        assert spliced(made).index("*/", 2) == len(spliced(made)) - 2


@given(TEXTS)
@settings(deadline=None)
def test_a_docstring_of_python_is_its_text(text: str) -> None:
    wanted = printable(" ".join(text.split()))
    assert ast.literal_eval(f'"""{in_docstring(text)}.\n"""') == f"{wanted}.\n"


@given(TEXTS)
@settings(deadline=None)
def test_latex_holds_no_command_but_those_of_single_letters(text: str) -> None:
    made, back = escape_latex(text), {value: key for key, value in _ESCAPES.items()}
    pattern = "|".join(map(re.escape, sorted(back, key=len, reverse=True)))
    assert re.sub(pattern, lambda one: back[one[0]], made) == printable(text)
    assert not set(re.sub(pattern, "", made)) & set("\\{}$&#^_%~")


@given(TEXTS)
@settings(deadline=None)
def test_html_and_svg_read_the_text_back(text: str) -> None:
    made = escaped(text)
    assert unescape(made) == printable(text)
    node = ElementTree.fromstring(f'<a b="{made}">{made}</a>')
    assert (node.text or "", node.get("b")) == (printable(text),) * 2 and not len(node)


@given(TEXTS)
@settings(deadline=None)
def test_a_string_of_typst_ends_at_its_end(text: str) -> None:
    made = string(text)
    inner = re.sub(r"\\(.)", "", made[1:-1], flags=re.DOTALL)
    assert made[0] == made[-1] == '"' and not set(inner) & set('"\\')


def of_javascript(sources: list[str]) -> list[object]:
    """What Node reads."""
    script = f"console.log(JSON.stringify([{','.join(sources)}]))"
    found = subprocess.run(["node", "-"], input=script.encode("utf-8", "surrogatepass"),
                           capture_output=True, check=True, timeout=60)
    read: list[object] = json.loads(found.stdout)
    return read


@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
def test_javascript_reads_templates_and_json_back() -> None:
    texts = [f"{one}{two}" for one in PIECES for two in PIECES]
    plain = [one.replace("\r", "") for one in texts]  # a template turns it into an end of line
    assert of_javascript([f"`{one.translate(MARKED)}`" for one in plain]) == plain
    assert of_javascript([json.dumps(one, ensure_ascii=False) for one in texts]) == texts


PROSE = ("a ??/", "ends with *??/ / and *\\ /", "*??/", "*/ int evil(void); /*", "\\",
         "<< 7*7 >> <% raise %> <# no #> {{ 7*7 }} {0.__class__} %(x)s ${7*7}",
         "''' + evil() + '''", "\\end{document} \\input{/etc/passwd} \\write18{ls} ^^5c",
         "</script><script>alert(1)</script> ]]> <!-- &amp;")
CELL = ('cell c\ntitle "{0}"\nsource "{0}"\nnote "{0}"\ninput x[n] "{0}"\nstate h[m] "{0}"\n'
        'param W[m,n] "{0}"\noutput h\nh[t] = tanh(W @ x[t]) + h[t-1]\n')


@pytest.mark.parametrize("prose", PROSE)
def test_what_authors_write_changes_no_code(prose: str, tmp_path: Path) -> None:
    files = [generate(parse(CELL.replace("{0}", words)), "c")
             for words in (f"{'a' * 70} {prose} {'b ' * 30} {prose}", "plain")]
    for name in ("c.h", "c.c", "c_simd.h", "c_simd.c"):
        assert without_comments(files[0][name]) == without_comments(files[1][name]), name
    trees = [ast.parse(one["c.py"]).body[1:] for one in files]
    assert [ast.dump(one) for one in trees[0]] == [ast.dump(one) for one in trees[1]]
    for name, text in files[0].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    if shutil.which("gcc"):
        subprocess.run(["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "c.c"],
                       cwd=tmp_path, check=True, timeout=60)


def test_user_text_is_never_a_template() -> None:
    (words,) = [one for one in PROSE if "<<" in one]
    files = generate(parse(CELL.replace("{0}", words)), "c")
    for name in ("c.h", "c.py"):
        assert "<< 7*7 >>" in files[name] and "{{ 7*7 }}" in files[name], name
    assert not any("49" in re.findall(r"<<.*?>>", text) for text in files.values())


def test_every_language_has_one_escaper() -> None:
    """Whoever makes text safe for HTML or SVG calls the same function; code keeps its quotes."""
    own = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")
           for line in path.read_text(encoding="utf-8").split("\n")
           if line.split()[:2] in (["import", "html"], ["from", "html"])}
    assert own == {"backends/mathml.py", "documents/highlight.py"}
